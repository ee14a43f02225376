"""Classes, and how data sets name them."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.errors import SettingsError
from colorfast.labels import FIVE, FIVE_OF, GARMENT, PARTS
from colorfast.training.segmentation.classes import CCP, IGNORED, UNKNOWN, five_ids, label, table


def test_the_five_stand_in_the_order_of_the_label_files():
    assert FIVE == ("background", "hair", "clothes", "skin", "accessories")


def test_each_of_ours_belongs_to_exactly_one_of_the_five():
    assert len(set(GARMENT)) == len(GARMENT) == len(FIVE_OF) == 11
    assert all(name in PARTS[FIVE[five]] for name, five in zip(GARMENT, FIVE_OF, strict=True))


def test_clothes_allow_four_classes_and_no_more():
    assert label("clothes") == label("upper lower dress outerwear")
    assert bin(table("five")[2]).count("1") == 4


def test_accessories_of_the_five_are_shoes_bags_and_hats_too():
    assert table("five")[4] == label("footwear bag headwear accessories")
    assert table("garment")[GARMENT.index("accessories")] == label("accessories")


def test_a_label_within_one_of_the_five_has_its_id_and_no_other_has():
    ids = five_ids()
    assert [ids[label(name)] for name in GARMENT] == list(FIVE_OF)
    assert ids[label("upper outerwear")] == 2
    assert ids[label("upper bag")] == ids[UNKNOWN] == ids[0] == IGNORED


def test_an_upper_garment_of_atr_may_be_a_coat():
    assert table("atr")[4] == label("upper outerwear")
    assert table("atr")[18] == UNKNOWN


def test_every_name_of_clothing_co_parsing_is_known_and_maps_as_published(data_dir):
    rows = np.genfromtxt(data_dir / "ccp" / "classes59.csv", delimiter=",", dtype=str, skip_header=1)
    ids = five_ids()
    assert len(rows) == len(CCP) == 59
    assert [ids[label(CCP[name])] for name in rows[:, 1]] == rows[:, 2].astype(int).tolist()


def test_a_name_that_does_not_exist_is_an_error_that_says_which_do():
    with pytest.raises(SettingsError, match=r"trousers.*lower"):
        label("trousers")
