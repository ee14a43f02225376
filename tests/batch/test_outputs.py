from __future__ import annotations

from pathlib import Path

import pytest

from colorfast.batch import outputs
from colorfast.errors import ReadError, WriteError
from colorfast.pipeline import process
from colorfast.records import Pair
from colorfast.settings import Settings


@pytest.fixture
def pair(make_pair) -> Pair:
    made = make_pair()
    return Pair(id="7", photo=made.photo, reference=made.reference, mask=made.mask)


def test_the_files_of_a_pair_have_the_names_of_the_contract():
    files = outputs.files_of(Pair(id="7-2", photo=Path("on-model-7-2.tif"), target="#abc"))
    assert files.photo == Path("corrected-on-model-7-2.tif")
    assert files.heatmap == Path("corrected-on-model-7-2-hm.jpg")
    assert files.triplet == Path("corrected-on-model-7-2-triplet.jpg")
    assert files.mask == Path("masks/7-2.png")


def test_saving_writes_every_file_and_removing_takes_them_away(pair, tmp_path):
    outputs.prepare(tmp_path)
    row = outputs.save(process(pair), pair, tmp_path, Settings())
    assert row["output"] == "corrected-on-model-7.png"
    assert outputs.is_whole(pair, tmp_path)
    outputs.remove(pair, tmp_path)
    assert not any((tmp_path / name).exists() for name in outputs.files_of(pair))


def test_an_input_is_never_written_over(pair, tmp_path):
    outputs.prepare(tmp_path)
    photo = pair.photo.rename(tmp_path / "corrected-on-model-7.png")
    same = Pair(id="7", photo=photo, reference=pair.reference, mask=pair.mask)
    before = photo.read_bytes()
    with pytest.raises(ReadError, match="written over"):
        outputs.save(process(same), same, tmp_path, Settings())
    assert photo.read_bytes() == before


def test_what_a_killed_run_left_is_cleared_and_nothing_else(tmp_path):
    outputs.prepare(tmp_path)
    (tmp_path / "masks" / ".7.png-abc.part").touch()
    (tmp_path / "notes.part").touch()
    outputs.prepare(tmp_path)
    assert {path.name for path in tmp_path.rglob("*part")} == {"notes.part"}


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="file"):
        outputs.prepare(tmp_path / "file" / "out")
