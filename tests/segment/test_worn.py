"""Of the garments that a network sees the one is found that fits the reference."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorfast.color.spaces import rgb_to_lab
from colorfast.labels import GARMENT
from colorfast.records import Photo
from colorfast.segment import SegmentSettings, find_garment
from colorfast.segment.outline import kind_of_outline
from colorfast.segment.parsing import Parsed
from colorfast.segment.worn import find_worn, with_prints

RED, BLUE, GRAY, SKIN = (170, 40, 50), (50, 70, 150), (220, 220, 218), (205, 160, 135)
BOXES = {
    "skin": (slice(4, 24), slice(40, 60)),
    "upper": (slice(24, 60), slice(25, 75)),
    "lower": (slice(60, 110), slice(30, 70)),
}


def scene(*, unsure=0.85, **colors):
    """A picture of boxes and the shares of a network that sees them, a little unsure."""
    pixels = np.full((120, 100, 3), GRAY, np.uint8)
    shares = np.full((len(GARMENT), 120, 100), (1 - unsure) / (len(GARMENT) - 1), np.float32)
    shares[0] = unsure
    for name, (box, color) in colors.items():
        pixels[box], kind = color, name.split("_")[0]
        shares[:, *box] = (1 - unsure) / (len(GARMENT) - 1)
        shares[GARMENT.index(kind), *box] = unsure
    noise = np.random.default_rng(0).normal(0, 3, pixels.shape)
    noisy = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    return rgb_to_lab(noisy), Parsed(shares, GARMENT, "made", "0")


def dressed(upper, lower, **more):
    return scene(
        skin=(BOXES["skin"], SKIN), upper=(BOXES["upper"], upper), lower=(BOXES["lower"], lower), **more
    )


@pytest.mark.parametrize(("target", "kind"), [((190, 60, 40), "upper"), ((60, 60, 165), "lower")])
def test_the_garment_that_fits_is_found_although_its_color_is_off(make_target, target, kind):
    found = find_worn(*dressed(RED, BLUE), make_target(target), "auto").share
    other = "lower" if kind == "upper" else "upper"
    assert found[BOXES[kind]].mean() > 0.9
    assert found[BOXES[other]].mean() < 0.05


def test_a_network_in_doubt_of_all_it_sees_sees_nobody(make_target):
    lab, parsed = dressed(RED, BLUE)
    doubtful = 0.7 * parsed.shares
    doubtful[0] += 0.3
    persons = [
        find_worn(lab, parsed._replace(shares=each), make_target(RED), "auto").person
        for each in (parsed.shares, doubtful)
    ]
    assert persons == [1, 0]


def test_what_is_wanted_decides_between_garments_of_one_color(make_target):
    picture = dressed(BLUE, BLUE)
    for kind, other in (("upper", "lower"), ("lower", "upper")):
        found = find_worn(*picture, make_target(BLUE), kind).share
        assert found[BOXES[kind]].mean() > 0.5 > found[BOXES[other]].mean()


def test_the_kind_of_the_reference_decides_too(make_target):
    found = find_worn(*dressed(BLUE, BLUE), replace(make_target(BLUE), kind="upper"), "auto")
    assert found.kind == "upper"
    assert found.share[BOXES["upper"]].mean() > found.share[BOXES["lower"]].mean() + 0.2


def test_the_kind_of_the_reference_does_not_decide_against_its_color(make_target):
    wrapped = replace(
        make_target((190, 60, 40)), kind="lower"
    )  # a wrapped blouse has an outline as trousers have
    found = find_worn(*dressed(RED, (5, 5, 8)), wrapped, "auto")
    assert found.kind == "upper"
    assert found.share[BOXES["upper"]].mean() > 0.9


def test_a_sliver_that_fits_better_does_not_take_the_garments_place(make_target):
    sliver = (slice(70, 82), slice(86, 98))
    picture = dressed((150, 150, 150), BLUE, upper_2=(sliver, (245, 245, 245)))
    assert find_worn(*picture, make_target((245, 245, 245)), "auto").share[BOXES["upper"]].mean() > 0.9


def test_a_bag_of_the_garments_color_stays_out(make_target):
    bag = (slice(40, 60), slice(80, 96))
    found = find_worn(*dressed(RED, BLUE, bag=(bag, RED)), make_target(RED), "auto").share
    assert found[bag].mean() < 0.2


def test_a_coat_over_a_shirt_is_left_when_the_shirt_is_wanted(make_target):
    coat = (slice(24, 70), slice(25, 42))
    found = find_worn(*dressed(RED, BLUE, outerwear=(coat, (40, 110, 60))), make_target(RED), "auto").share
    assert found[coat].mean() < 0.1
    assert found[30:55, 45:70].mean() > 0.9


def test_a_garment_that_is_taken_for_two_kinds_is_found_whole(make_target):
    sleeve = (slice(24, 60), slice(25, 40))
    found = find_worn(*dressed(RED, BLUE, outerwear=(sleeve, RED)), make_target(RED), "auto").share
    assert found[BOXES["upper"]].mean() > 0.9


def test_of_two_people_the_one_whose_garment_fits_is_found(make_target):
    other = (slice(24, 60), slice(80, 99))
    found = find_worn(*dressed(RED, BLUE, upper_2=(other, (30, 120, 60))), make_target(RED), "auto").share
    assert found[BOXES["upper"]].mean() > 0.9
    assert found[other].max() < 0.5


def test_two_people_in_the_same_garment_are_both_found(make_target):
    other = (slice(24, 60), slice(80, 99))
    found = find_worn(*dressed(RED, BLUE, upper_2=(other, RED)), make_target(RED), "auto").share
    assert found[other].mean() > 0.9


def test_clothes_without_a_person_are_not_believed(make_target):
    lab, parsed = scene(upper=(BOXES["upper"], RED))
    assert find_worn(lab, parsed, make_target(RED), "auto").person < 0.2
    assert find_worn(*dressed(RED, BLUE), make_target(RED), "auto").person == 1


def test_arms_that_no_skin_has_the_color_of_are_no_person(make_target):
    lab, parsed = scene(skin=(BOXES["skin"], BLUE), upper=(BOXES["upper"], RED))
    assert find_worn(lab, parsed, make_target(RED), "auto").person < 0.2


def test_a_photo_without_a_person_is_never_sure(make_product, make_target):
    assert find_garment(make_product(RED)[0], make_target(RED)).confidence < 0.5


def test_a_print_belongs_to_the_garment_and_an_arm_before_it_does_not():
    _, parsed = dressed(RED, BLUE, skin_2=((slice(40, 50), slice(30, 45)), SKIN))
    mask = np.zeros((240, 200), bool)
    mask[48:120, 50:150] = True
    mask[80:100, 60:90] = mask[60:76, 110:130] = False
    filled = with_prints(mask, parsed)
    assert filled[60:76, 110:130].all()
    assert not filled[82:98, 64:86].any()


def test_a_laid_shirt_is_told_by_its_shoulders_and_trousers_by_their_legs(make_product):
    assert kind_of_outline(make_product(RED)[1]) == "upper"
    trousers = np.zeros((200, 120), bool)
    trousers[10:190, 30:90] = True
    trousers[70:190, 52:68] = False
    assert kind_of_outline(trousers) == "lower"


@pytest.mark.parametrize("shape", [(60, 60), (120, 40)])
def test_a_plain_outline_tells_nothing(shape):
    assert kind_of_outline(np.pad(np.ones(shape, bool), 5)) == "auto"
    assert kind_of_outline(np.zeros(shape, bool)) == "auto"


@pytest.mark.parametrize("size", [(900, 20), (60, 900), (64, 64)])
def test_a_photo_of_any_shape_goes_down_the_chain(make_target, size):
    pixels = np.random.default_rng(2).integers(0, 255, (*size, 3), np.uint8)
    assert find_garment(Photo(id="odd", pixels=pixels), make_target(RED)).confidence < 0.5


def test_without_a_network_the_colors_lead(make_figure, make_target):
    found = find_garment(
        make_figure().photo, make_target((150, 40, 60)), settings=SegmentSettings(network="")
    )
    assert found.way == "color_prior"


def test_the_figures_garment_is_found_at_its_edges(make_figure, make_target, overlap):
    figure = make_figure()
    large = cv2.resize(figure.photo.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    shirt = cv2.resize(figure.shirt.astype(np.uint8), None, fx=2, fy=2) > 0
    assert (
        overlap(find_garment(Photo(id="x", pixels=large), make_target((150, 40, 60))).alpha > 0.5, shirt)
        > 0.9
    )
