"""What was found once is found again without seeking."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.records import Photo
from colorfast.segment import SegmentSettings, cache, find_garment, garment
from colorfast.segment.cache import Kept, key_of, remembered

RNG = np.random.default_rng(0)
MASK = Kept(RNG.random((13, 17)) > 0.5, {"way": "parsing", "confidence": 0.123456789012345})
KEY = key_of(np.zeros((2, 2, 3), np.uint8), "auto")


def never(*_: object) -> Kept:
    raise AssertionError("it was sought again")


@pytest.fixture
def entry():
    """The file of what is kept under KEY."""
    remembered(KEY, lambda: MASK, 1)
    return cache.folder() / KEY[:2] / KEY[2:]


@pytest.mark.parametrize("picture", [MASK.picture, RNG.integers(0, 11, (13, 17), np.uint8)])
def test_what_was_kept_comes_back_to_the_last_bit(picture):
    remembered(KEY, lambda: Kept(picture, MASK.words), 1)
    found = remembered(KEY, never, 1)
    np.testing.assert_array_equal(found.picture, picture)
    assert found.picture.dtype == picture.dtype
    assert found.words == MASK.words


@pytest.mark.parametrize(
    "damage", [lambda data: data[:0], lambda data: data[:40], lambda data: data[:-1] + b"x"]
)
def test_a_damaged_entry_is_sought_and_written_anew(entry, damage):
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    remembered(KEY, lambda: MASK, 1)
    assert entry.read_bytes() == whole


def test_without_room_nothing_is_kept_and_nothing_is_looked_up(entry):
    other = Kept(~MASK.picture, {})
    assert remembered(KEY, lambda: other, 0) is other
    assert remembered(KEY, never, 1).words == MASK.words


def test_the_oldest_entries_go_when_room_is_short():
    keys = [KEY[:2] + format(n, "064x") for n in range(9)]
    for key in keys:
        remembered(key, lambda: MASK, 0.0002 * cache.SHARDS)
    left = [path for path in cache.folder().rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in left) <= 200
    assert remembered(keys[-1], never, 1).words == MASK.words


def test_a_folder_that_cannot_be_written_is_no_trouble(monkeypatch, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "file")
    assert remembered(KEY, lambda: MASK, 1) is MASK


def test_another_picture_or_question_has_another_key():
    one, other = np.zeros((2, 2, 3), np.uint8), np.zeros((1, 4, 3), np.uint8)
    keys = {key_of(one, "auto"), key_of(other, "auto"), key_of(one + 1, "auto"), key_of(one, "upper")}
    assert len(keys | {KEY}) == 4


def test_a_garment_found_before_is_the_same_and_takes_no_search(make_figure, make_target, monkeypatch):
    photo, target = make_figure().photo, make_target((150, 40, 60))
    first = find_garment(photo, target)
    monkeypatch.setattr(garment, "_seek", never)
    again = find_garment(Photo(id="copy", pixels=photo.pixels.copy()), target)
    np.testing.assert_array_equal(first.alpha, again.alpha)
    assert (again.way, again.confidence) == (first.way, first.confidence)
    with pytest.raises(AssertionError, match="again"):
        find_garment(photo, target, settings=SegmentSettings(cache_megabytes=0))
