"""Any photo in the colors of another."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.profiles import from_lab, to_lab
from colorfast.errors import MaskMismatch
from colorfast.records import Photo
from colorfast.transfer.pictures import transfer

SIZE = 96, 120


def picture(seed: int, shift: tuple[float, float, float] = (0, 0, 0)) -> np.ndarray:
    """Lab (h, w, 3) of a slanted field of colors, moved as a whole."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] / np.array(SIZE)[:, None, None]
    noise = np.random.default_rng(seed).normal(size=SIZE)
    lab = np.stack([40 + 30 * rows + noise, 25 * columns + 4 * rows, 30 * rows - 12 * columns], -1)
    return (lab + np.array(shift)).astype(np.float32)


def photo(lab: np.ndarray, dtype: type = np.uint16) -> Photo:
    return Photo(id="made", pixels=from_lab(lab, None, dtype))


def test_a_photo_gets_the_colors_of_the_reference():
    found = transfer(photo(picture(0)), photo(picture(1, (12, -8, 10))))
    assert found.before > 10
    assert found.after < 0.25 * found.before
    assert found.labels == ()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_photo_in_its_own_colors_stays_as_it_is(dtype):
    source = photo(picture(0), dtype)
    change = np.abs(to_lab(transfer(source, source).pixels) - to_lab(source.pixels))
    assert float(change.mean()) <= 0.1


def test_a_mirrored_photo_gives_the_mirrored_result():
    source, reference = picture(0), photo(picture(1, (12, -8, 10)))
    straight = transfer(photo(source), reference).pixels
    mirrored = transfer(photo(source[:, ::-1]), reference).pixels
    change = np.abs(to_lab(mirrored[:, ::-1]) - to_lab(straight))
    assert float(change.mean()) <= 0.1


def test_with_labels_each_part_gets_the_colors_of_its_own_part():
    source, reference = picture(0), picture(0)
    reference[:, 60:] += np.float32([0, 30, 0])
    halves = np.zeros(SIZE, np.uint8)
    halves[:, 60:] = 1
    found = transfer(photo(source), photo(reference), (halves, halves))
    moved = to_lab(found.pixels) - source
    assert found.labels == (0, 1)
    assert abs(float(np.median(moved[:, :50, 1]))) < 1
    assert float(np.median(moved[:, 70:, 1])) > 25


def test_what_the_reference_does_not_show_gets_the_map_of_the_whole():
    source, reference = photo(picture(0)), photo(picture(1, (10, 0, 0)))
    here, there = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    here[:, 60:] = 7
    found = transfer(source, reference, (here, there))
    assert found.labels == (0,)
    assert float(np.median((to_lab(found.pixels) - to_lab(source.pixels))[:, 70:, 0])) > 5


def test_between_labels_there_is_no_hard_edge():
    reference = picture(0)
    reference[:, 60:] += np.float32([0, 30, 0])
    halves = np.zeros(SIZE, np.uint8)
    halves[:, 60:] = 1
    source = np.full((*SIZE, 3), (50, 10, 10), np.float32) + picture(0) / 10
    found = to_lab(transfer(photo(source), photo(reference), (halves, halves)).pixels)
    steps = np.abs(np.diff(found[:, 50:70, 1], axis=1)).mean(0)
    assert (steps > 1).sum() >= 2


def test_labels_of_another_size_are_refused():
    source = photo(picture(0))
    with pytest.raises(MaskMismatch):
        transfer(source, source, (np.zeros((5, 5), np.uint8), np.zeros(SIZE, np.uint8)))


def test_the_input_is_not_written_to():
    source, reference = photo(picture(0)), photo(picture(1, (12, -8, 10)))
    kept = source.pixels.copy()
    transfer(source, reference)
    np.testing.assert_array_equal(source.pixels, kept)
