"""Collections are folders, patterns, pictures and lists."""

from __future__ import annotations

import pytest

from colorfast.errors import FileMissing, PairsError
from colorfast.swatch.photos import find_shots


def test_a_folder_gives_its_photos_in_order_and_names_their_folders(wear, tmp_path):
    wear("b", (9, 9, 9), "all/ss24"), wear("a", (9, 9, 9), "all/fw23")
    shots = find_shots(tmp_path / "all")
    assert [(shot.photo.name, shot.group) for shot in shots] == [("a.png", "fw23"), ("b.png", "ss24")]


def test_a_pattern_gives_the_photos_that_match(wear, tmp_path):
    wear("a1", (9, 9, 9)), wear("b1", (9, 9, 9))
    assert [shot.photo.name for shot in find_shots(tmp_path / "photos" / "a*.png")] == ["a1.png"]


def test_labels_are_found_by_stem(wear, tmp_path):
    photo = wear("a", (9, 9, 9))
    assert find_shots(photo, tmp_path / "labels")[0].labels == tmp_path / "labels" / "a.png"


def test_missing_labels_are_named(wear, tmp_path):
    photo = wear("a", (9, 9, 9))
    with pytest.raises(FileMissing, match=r"labels of a\.png"):
        find_shots(photo, tmp_path / "photos" / "none")


def test_a_list_tells_photos_dates_and_groups(wear, tmp_path):
    wear("a", (9, 9, 9))
    (tmp_path / "list.csv").write_text("photo,date,group\nphotos/a.png,2024-03,runway\n\n", encoding="utf-8")
    [shot] = find_shots(tmp_path / "list.csv")
    assert (shot.photo, shot.date, shot.group) == (tmp_path / "photos" / "a.png", "2024-03", "runway")


@pytest.mark.parametrize("text", ["", "id,file\n1,a.png\n", "photo\n"])
def test_a_list_without_photos_is_refused(tmp_path, text):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(PairsError):
        find_shots(tmp_path / "list.csv")


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(PairsError, match="no pictures found"):
        find_shots(tmp_path)


def test_a_path_to_nothing_is_a_missing_file(tmp_path):
    with pytest.raises(FileMissing):
        find_shots(tmp_path / "none.jpg")
