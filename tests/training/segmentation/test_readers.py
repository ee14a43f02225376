"""Finding labeled photos and keeping them decoded."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.errors import PairsError, SettingsError
from colorfast.training.segmentation.classes import UNKNOWN, label
from colorfast.training.segmentation.pictures import open_pictures, training_size
from colorfast.training.segmentation.readers import find_labeled


def test_a_manifest_says_what_is_trained_on(make_labeled):
    folder = make_labeled(count=4)
    assert [one.id for one in find_labeled(folder, "train")] == ["made/1", "made/2", "made/3"]
    assert [one.id for one in find_labeled(folder, "val")] == ["made/0"]
    assert len(find_labeled(folder, "all")) == 4


def test_ids_mean_what_a_table_in_the_folder_says(make_labeled):
    folder = make_labeled()
    (folder / "ids.csv").write_text("id,classes\n0,background\n2,upper outerwear\n")
    labels = find_labeled(folder, "val", ids="ids.csv")[0].labels()
    assert labels[0, 0] == label("background")
    assert labels[60, 30] == label("upper outerwear")
    assert labels[20, 30] == UNKNOWN  # the table is silent about id 3


def test_a_folder_without_labels_is_an_error(tmp_path):
    with pytest.raises(PairsError, match="no folder labels"):
        find_labeled(tmp_path, "train")


def test_a_split_that_nothing_is_in_is_an_error(make_labeled):
    with pytest.raises(PairsError, match="'test'"):
        find_labeled(make_labeled(), "test")


def test_pictures_come_out_of_the_cache_as_they_went_in(make_labeled, tmp_path):
    labeled = find_labeled(make_labeled(), "all")
    for _ in range(2):  # decoded, then mapped
        pictures = open_pictures(labeled, tmp_path / "cache")
        photo, labels = pictures[3]
        assert photo.shape == (96, 64, 3)
        np.testing.assert_array_equal(labels, labeled[3].labels())


def test_a_changed_meaning_is_decoded_anew(make_labeled, tmp_path):
    folder = make_labeled()
    (folder / "ids.csv").write_text("id,classes\n0,hair\n")
    first = open_pictures(find_labeled(folder, "val"), tmp_path)[0][1]
    other = open_pictures(find_labeled(folder, "val", ids="ids.csv"), tmp_path)[0][1]
    assert first[0, 0] == label("background")
    assert other[0, 0] == label("hair")


def test_large_photos_shrink_and_small_ones_stay():
    photo, labels = np.zeros((1000, 500, 3), np.uint16), np.ones((500, 250), np.uint16)
    small, fitting = training_size(photo, labels, 512)
    assert small.shape == (512, 256, 3)
    assert small.dtype == np.uint8
    assert fitting.shape == (512, 256)
    assert training_size(photo[:100], labels[:100], 512)[0].shape == (100, 500, 3)


def test_shared_sets_are_read_with_their_own_layouts(data_dir):
    street, ccp = (find_labeled(data_dir / name, "val") for name in ("chromafashion", "ccp"))
    assert (len(street), len(ccp)) == (157, 74)
    known = {int(value) for value in np.unique(street[0].labels())}
    assert known <= {label(name) for name in ("background", "hair", "clothes", "skin")} | {0b11110000000}


def test_labels_of_atr_are_read_through_their_table(make_labeled):
    folder = make_labeled()
    ids = np.arange(18, dtype=np.uint8).reshape(3, 6)
    cv2.imwrite(str(folder / "labels" / "0.png"), ids)
    labels = find_labeled(folder, "val", ids="atr")[0].labels().ravel()
    assert labels[[5, 6, 7, 16]].tolist() == [label(name) for name in ("lower", "lower", "dress", "bag")]
    assert labels[4] == label("upper outerwear")  # upper-clothes, coats among them
    assert set(labels[11:16].tolist()) == {label("skin")}  # face, legs, arms


def test_without_a_manifest_the_name_decides_and_nothing_is_in_two_splits(make_labeled):
    folder = make_labeled(count=40)
    (folder / "manifest.csv").unlink()
    train, val = ({one.id for one in find_labeled(folder, split)} for split in ("train", "val"))
    assert len(train | val) == 40
    assert not train & val
    assert 1 <= len(val) <= 10


def test_a_table_with_a_word_of_its_own_is_an_error(make_labeled):
    folder = make_labeled()
    (folder / "ids.csv").write_text("id,classes\n0,trousers\n")
    with pytest.raises(SettingsError, match="trousers"):
        find_labeled(folder, "val", ids="ids.csv")
