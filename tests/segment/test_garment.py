"""The on-model photo without a mask: the chain finds the garment that is meant."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.bench.datasets import find_cases
from colorfast.color.distribution import palette_of
from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import MaskTooSmall, SettingsError
from colorfast.read.image import read_photo
from colorfast.records import Photo
from colorfast.segment import SegmentSettings, find_garment, find_reference
from colorfast.segment.garment import CHAIN

SHIRT, JEANS = (150, 40, 60), (60, 80, 130)
WITH, WITHOUT = SegmentSettings(), SegmentSettings(network="")
OFF_SHIRT, OFF_JEANS = (165, 60, 40), (80, 80, 150)  # the same garments in the photo, hue and exposure off


def test_the_chain_begins_with_the_network_and_ends_with_the_place():
    assert [name for name, _ in CHAIN] == ["parsing", "color_prior", "heuristic"]


@pytest.mark.parametrize(("settings", "way"), [(WITH, "parsing"), (WITHOUT, "color_prior")])
def test_a_shirts_reference_finds_the_shirt_and_not_the_jeans(
    make_figure, make_target, overlap, settings, way
):
    figure = make_figure(OFF_SHIRT, JEANS)
    garment = find_garment(figure.photo, make_target(SHIRT), settings=settings)
    assert garment.way == way
    assert overlap(garment.alpha >= 0.5, figure.shirt) > 0.9
    assert (garment.alpha[figure.jeans] > 0.1).mean() < 0.02


@pytest.mark.parametrize("settings", [WITH, WITHOUT])
def test_the_jeans_reference_finds_the_jeans_and_not_the_shirt(make_figure, make_target, overlap, settings):
    figure = make_figure(SHIRT, OFF_JEANS)
    garment = find_garment(figure.photo, make_target(JEANS), settings=settings)
    assert overlap(garment.alpha >= 0.5, figure.jeans) > 0.9
    assert (garment.alpha[figure.shirt] > 0.1).mean() < 0.02


@pytest.mark.parametrize("color", [(200, 165, 135), (214, 190, 165)])
def test_a_skin_colored_shirt_is_found(make_figure, make_target, overlap, color):
    figure = make_figure(color, JEANS)
    garment = find_garment(figure.photo, make_target(color), settings=WITHOUT)
    assert overlap(garment.alpha >= 0.5, figure.shirt) > 0.65
    assert garment.alpha[30:60, 110:130].max() == 0  # the face


def test_a_white_shirt_is_found_before_a_light_backdrop(make_figure, make_target, overlap):
    figure = make_figure((252, 252, 249), JEANS, fold=0.02)
    assert overlap(find_garment(figure.photo, make_target((250, 250, 250))).alpha >= 0.5, figure.shirt) > 0.8


def test_a_shirt_and_jeans_of_one_color_are_told_apart_by_what_is_wanted(make_figure, make_target):
    figure, target = make_figure(JEANS, JEANS), make_target(JEANS)
    upper, lower = (
        find_garment(figure.photo, target, wanted=kind, settings=WITHOUT).alpha for kind in ("upper", "lower")
    )
    assert upper[100:150, 110:130].min() == 1
    assert upper[260:].max() == 0
    assert lower[300:370, 92:104].min() == 1
    assert lower[:130].max() == 0


def test_without_a_target_what_covers_the_torso_is_found(make_figure, overlap):
    figure = make_figure()
    garment = find_garment(figure.photo, None, settings=WITHOUT)
    assert garment.way == "heuristic"
    assert overlap(garment.alpha >= 0.5, figure.shirt) > 0.85


@pytest.mark.parametrize("color", [(178, 40, 50), (205, 150, 120), (40, 60, 140)])
def test_a_product_shot_taken_for_a_photo_is_found_whole_and_not_believed(make_product, overlap, color):
    photo, mask = make_product(color)
    garment = find_garment(photo, None)
    assert overlap(garment.alpha >= 0.5, mask) > 0.97
    assert garment.confidence < 0.5


def test_without_a_target_the_lower_garment_is_found_when_wanted(make_figure, overlap):
    figure = make_figure()
    assert overlap(find_garment(figure.photo, None, wanted="lower").alpha >= 0.5, figure.jeans) > 0.8


def test_a_target_that_is_nowhere_is_not_believed(make_figure, make_target):
    sure = find_garment(make_figure().photo, make_target(SHIRT)).confidence
    unsure = find_garment(make_figure().photo, make_target((30, 200, 60))).confidence
    assert 0 <= unsure < 0.5 < sure <= 1


@pytest.mark.parametrize("seed", range(4))
def test_the_chain_does_not_raise_on_a_readable_photo(seed, make_target):
    rng = np.random.default_rng(seed)
    pixels = cv2.resize(rng.integers(0, 255, (6, 5, 3), np.uint8), (90, 120), interpolation=cv2.INTER_CUBIC)
    assert find_garment(Photo(id="noise", pixels=pixels), make_target(SHIRT)).core.any()


@pytest.mark.parametrize("size", [(20, 900), (1, 3000), (3000, 1), (8, 8)])
def test_in_a_strip_in_which_nothing_is_found_the_middle_is_given_and_not_believed(size):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    garment = find_garment(Photo(id="strip", pixels=pixels), None)
    assert garment.core.any()
    assert garment.confidence < 0.1


@pytest.mark.parametrize("target", [None, SHIRT])
def test_a_picture_of_one_pixel_is_refused_with_the_remedy(target, make_target):
    photo = Photo(id="dot", pixels=np.zeros((1, 1, 3), np.uint8))
    with pytest.raises(MaskTooSmall, match="--mask"):
        find_garment(photo, target and make_target(target))


def test_an_unknown_garment_is_refused():
    with pytest.raises(SettingsError, match="upper"):
        find_garment(Photo(id="x", pixels=np.zeros((9, 9, 3), np.uint8)), None, wanted="hat")


def test_a_large_photo_is_settled_at_full_size(make_figure, make_target, overlap):
    figure = make_figure(OFF_SHIRT, JEANS)
    large = Photo(
        id="large", pixels=cv2.resize(figure.photo.pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    )
    shirt = cv2.resize(figure.shirt.astype(np.float32), None, fx=4, fy=4) >= 0.5
    assert overlap(find_garment(large, make_target(SHIRT)).alpha >= 0.5, shirt) > 0.9


def test_a_real_pair_is_found_without_any_mask(data_dir):
    folder = data_dir / "hd_pair"
    reference, photo = (
        Photo(
            id=name, pixels=np.ascontiguousarray(cv2.imread(str(folder / f"00055_00_{name}.jpg"))[..., ::-1])
        )
        for name in ("cloth", "model")
    )
    core = find_reference(reference).core
    garment = find_garment(photo, palette_of(rgb_to_lab(reference.pixels)[core]))
    assert garment.way == "parsing"
    assert 0.1 < garment.alpha.mean() < 0.25


def test_most_wanted_garments_of_real_pairs_are_found_without_a_mask(data_dir, overlap):
    cases = [case for case in find_cases(data_dir / "viton_pairs") if case.track == "still"][::80]
    found = []
    for case in cases:
        reference, photo = read_photo(case.reference), read_photo(case.truth)
        shot = find_reference(reference)
        target = palette_of(rgb_to_lab(np.ascontiguousarray(reference.pixels))[shot.core])
        found.append(overlap(find_garment(photo, target).alpha >= 0.5, case.mask.read(photo.size)))
    assert np.median(found) > 0.88
