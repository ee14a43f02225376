"""A folder of product shots and worn photos becomes pairs."""

import pytest

from colorfast.errors import PairsError
from colorfast.read.pairs import read_pairs


def fill(folder, *names):
    """Make empty files: pairs are found by name, and opened later."""
    for name in names:
        (folder / name).touch()


def test_photos_find_their_product_by_id(tmp_path):
    fill(tmp_path, "still-life-b.jpg", "on-model-b.png", "still-life-a.tif", "on-model-a.jpg")
    found = [(pair.id, pair.photo.name, pair.reference.name) for pair in read_pairs(tmp_path)]
    assert found == [("a", "on-model-a.jpg", "still-life-a.tif"), ("b", "on-model-b.png", "still-life-b.jpg")]


def test_a_product_may_have_several_photos(tmp_path):
    fill(tmp_path, "still-life-123.jpg", "on-model-123.jpg", "on-model-123-1.jpg", "on-model-123-2.jpg")
    pairs = read_pairs(tmp_path)
    assert [pair.id for pair in pairs] == ["123", "123-1", "123-2"]
    assert {pair.reference.name for pair in pairs} == {"still-life-123.jpg"}


def test_an_id_that_ends_in_a_number_is_taken_whole_first(tmp_path):
    fill(tmp_path, "still-life-9.jpg", "still-life-9-2.jpg", "on-model-9.jpg", "on-model-9-2.jpg")
    fill(tmp_path, "on-model-9-2-1.jpg")
    found = {pair.id: pair.reference.stem for pair in read_pairs(tmp_path)}
    assert found == {"9": "still-life-9", "9-2": "still-life-9-2", "9-2-1": "still-life-9-2"}


def test_other_files_are_left_alone(tmp_path):
    fill(tmp_path, "still-life-a.jpg", "on-model-a.jpg", "on-model-a.txt", "notes.md", "banner.png")
    assert len(read_pairs(tmp_path)) == 1


def test_suffixes_may_be_capital(tmp_path):
    fill(tmp_path, "still-life-a.JPG", "on-model-a.Png")
    assert len(read_pairs(tmp_path)) == 1


def test_photos_without_a_product_are_counted_and_named(tmp_path):
    fill(tmp_path, *(f"on-model-{n}.jpg" for n in range(9)))
    with pytest.raises(PairsError, match=r"9 photos without .*: on-model-0, .*, on-model-4 and 4 more"):
        read_pairs(tmp_path)


def test_products_without_a_photo_are_named(tmp_path):
    fill(tmp_path, "still-life-a.jpg", "on-model-a.jpg", "still-life-b.jpg")
    with pytest.raises(PairsError, match=r"1 products without .*: still-life-b"):
        read_pairs(tmp_path)


@pytest.mark.parametrize(
    "names", [("on-model-a.jpg", "on-model-a.png"), ("on-model-a.jpg", "on-model-A.png")]
)
def test_two_pictures_of_one_id_are_refused(tmp_path, names):
    fill(tmp_path, "still-life-a.jpg", *names)
    with pytest.raises(PairsError, match="several pictures"):
        read_pairs(tmp_path)


def test_a_picture_without_an_id_is_refused(tmp_path):
    fill(tmp_path, "still-life-.jpg", "on-model-.jpg")
    with pytest.raises(PairsError, match="without an id"):
        read_pairs(tmp_path)


def test_an_empty_folder_says_what_it_should_hold(tmp_path):
    with pytest.raises(PairsError, match="still-life-<ID>"):
        read_pairs(tmp_path)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(PairsError, match="no such folder or manifest"):
        read_pairs(tmp_path / "gone")


def test_a_picture_in_place_of_a_manifest_is_refused(tmp_path):
    fill(tmp_path, "a.jpg")
    with pytest.raises(PairsError, match=r"give a \.csv or a \.jsonl"):
        read_pairs(tmp_path / "a.jpg")
