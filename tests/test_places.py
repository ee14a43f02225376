from __future__ import annotations

from pathlib import Path

import pytest

from colorfast.errors import FileMissing, PairsError, WriteError
from colorfast.places import path_of, shown, url_of, whole
from colorfast.read.pairs import read_pairs


@pytest.mark.parametrize("url", ["s3://bucket/a/b.png", "gs://bucket/a b.png", "az://box/ü"])
def test_an_object_is_a_path_and_back(url):
    assert url_of(path_of(url)) == url
    assert whole(path_of(url)) == path_of(url)


@pytest.mark.parametrize("text", ["a/b.png", "/a/b.png", "s3", "http://host/a", "s3:x"])
def test_other_texts_are_no_objects(text):
    assert path_of(text) is None
    assert url_of(Path(text)) is None


@pytest.mark.parametrize("key", ["a//b", "a/../b", "./a"])
def test_a_key_that_no_path_can_hold_is_refused(key):
    with pytest.raises(ValueError, match="rename the object"):
        path_of(f"s3://bucket/{key}")


def test_errors_name_an_object_as_people_do():
    place = Path("s3:/bucket/a")
    assert str(FileMissing(place, "none")) == "s3://bucket/a: none"
    assert str(WriteError(place, "none")).startswith("s3://bucket/a: cannot write")
    assert shown(Path("a")) == "a"


def test_a_manifest_takes_objects_beside_files(tmp_path):
    manifest = tmp_path / "pairs.csv"
    manifest.write_text("id,photo,reference\na,s3://bucket/a.png,still.png\n")
    [pair] = read_pairs(manifest)
    assert (url_of(pair.photo), pair.reference) == ("s3://bucket/a.png", tmp_path / "still.png")


def test_a_manifest_names_the_row_of_a_key_that_cannot_be(tmp_path):
    manifest = tmp_path / "pairs.csv"
    manifest.write_text("id,photo,reference\na,s3://bucket//a.png,still.png\n")
    with pytest.raises(PairsError, match="row 2, column photo"):
        read_pairs(manifest)
