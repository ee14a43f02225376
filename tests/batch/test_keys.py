from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from colorfast.batch.keys import pair_key
from colorfast.errors import FileMissing
from colorfast.records import Pair
from colorfast.settings import Settings, override


@pytest.fixture
def pair(make_pair) -> Pair:
    made = make_pair()
    return Pair(id="a", photo=made.photo, reference=made.reference, mask=made.mask)


def test_the_same_pair_has_the_same_key_wherever_it_lies(pair, tmp_path):
    moved = tmp_path / "elsewhere.png"
    shutil.copy(pair.photo, moved)
    assert pair_key(replace(pair, photo=moved), Settings()) == pair_key(pair, Settings())


@pytest.mark.parametrize("change", [{"id": "b"}, {"garment": "upper"}, {"method": "ot"}, {"mask": None}])
def test_every_field_of_a_pair_changes_its_key(pair, change):
    assert pair_key(replace(pair, **change), Settings()) != pair_key(pair, Settings())


@pytest.mark.parametrize("name", ["photo", "reference", "mask"])
def test_the_bytes_of_every_file_change_the_key(pair, name):
    before = pair_key(pair, Settings())
    path = getattr(pair, name)
    path.write_bytes(path.read_bytes() + b"\0")
    assert pair_key(pair, Settings()) != before


def test_two_files_that_change_places_change_the_key(pair):
    swapped = replace(pair, photo=pair.reference, reference=pair.photo)
    assert pair_key(swapped, Settings()) != pair_key(pair, Settings())


def test_settings_change_the_key_but_not_those_of_the_batch(pair):
    limits = override(Settings(), {"limits": {"spill": 0.25}})
    patient = override(Settings(), {"batch": {"pair_seconds": 1.0}})
    assert pair_key(pair, limits) != pair_key(pair, Settings())
    assert pair_key(pair, patient) == pair_key(pair, Settings())


def test_a_missing_file_is_named(pair):
    pair.mask.unlink()
    with pytest.raises(FileMissing, match=r"mask\.png"):
        pair_key(pair, Settings())


def test_the_bytes_of_a_swatch_library_change_the_key(pair, tmp_path):
    library = tmp_path / "brand.csv"
    library.write_text("name,hex\nred,#7b2d26\n", encoding="utf-8")
    named = replace(pair, target=f"{library}:red")
    before = pair_key(named, Settings())
    library.write_text("name,hex\nred,#7b2d27\n", encoding="utf-8")
    assert pair_key(named, Settings()) != before
