"""Core, soft alpha and box of a given mask."""

from __future__ import annotations

import time

import numpy as np
import pytest

from colorfast.errors import MaskMismatch, MaskTooSmall, SettingsError
from colorfast.masks import dilate, erode, signed_distance
from colorfast.records import Photo
from colorfast.segment import SegmentSettings, find_garment, find_reference

RED, WHITE, BLACK = (200, 30, 60), (235, 235, 230), (25, 25, 30)


@pytest.mark.parametrize(
    ("front", "back"), [(RED, WHITE), (BLACK, WHITE), (WHITE, BLACK), (RED, (90, 120, 80))]
)
def test_alpha_is_the_coverage_of_an_edge_pixel(make_disc, front, back):
    disc = make_disc(front, back)
    alpha = find_garment(disc.photo, None, mask=disc.mask).alpha
    mixed = (disc.coverage > 0) & (disc.coverage < 1)
    assert np.abs(alpha - disc.coverage)[mixed].mean() <= 0.02


@pytest.mark.parametrize("noise", [2.0, 5.0])
def test_alpha_withstands_noise(make_disc, noise):
    disc = make_disc(RED, WHITE, noise)
    alpha = find_garment(disc.photo, None, mask=disc.mask).alpha
    band = np.abs(signed_distance(disc.mask)) < 2
    assert np.abs(alpha - disc.coverage)[band].mean() <= 0.06


def test_alpha_is_exactly_one_deep_inside_and_zero_outside(make_disc):
    disc = make_disc(RED, WHITE, 3.0)
    alpha = find_garment(disc.photo, None, mask=disc.mask).alpha
    distance = signed_distance(disc.mask)
    assert (alpha[distance > 2] == 1).all()
    assert (alpha[distance < -2] == 0).all()
    assert alpha.dtype == np.float32


def test_a_mask_drawn_two_pixels_too_wide_loses_the_background(make_disc):
    disc = make_disc(RED, WHITE, 1.0)
    alpha = find_garment(disc.photo, None, mask=dilate(disc.mask, 2)).alpha
    assert alpha[disc.coverage == 0].max() <= 0.1


def test_a_mask_drawn_too_narrow_finds_the_mixed_pixels_outside_it(make_disc):
    disc = make_disc(RED, WHITE)
    alpha = find_garment(disc.photo, None, mask=erode(disc.mask, 1)).alpha
    mixed = (disc.coverage > 0.05) & (disc.coverage < 0.95)
    assert np.abs(alpha - disc.coverage)[mixed].mean() <= 0.06


def test_where_both_sides_look_alike_alpha_follows_the_distance(make_disc):
    disc = make_disc(RED, RED)
    alpha = find_garment(disc.photo, None, mask=disc.mask).alpha
    ramp = np.clip(0.5 + signed_distance(disc.mask) / 2, 0, 1)
    np.testing.assert_allclose(alpha, ramp, atol=1e-3)


def test_sixteen_bits_give_the_same_alpha_as_eight(make_disc):
    disc = make_disc(RED, WHITE)
    deep = Photo(id="deep", pixels=disc.photo.pixels.astype(np.uint16) * 257)
    first, second = (find_garment(photo, None, mask=disc.mask).alpha for photo in (disc.photo, deep))
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_the_core_lies_inside_the_garment_and_away_from_its_edge(make_disc):
    disc = make_disc(RED, WHITE)
    garment = find_garment(disc.photo, None, mask=disc.mask)
    assert disc.coverage[garment.core].min() == 1
    assert signed_distance(disc.mask)[garment.core].min() > 0.9


def test_the_core_of_a_thin_strap_is_the_strap_itself():
    mask = np.zeros((256, 192), bool)
    mask[20:200, 90:92] = True
    garment = find_garment(Photo(id="strap", pixels=np.full((256, 192, 3), 90, np.uint8)), None, mask=mask)
    np.testing.assert_array_equal(garment.core, mask)


def test_the_box_holds_all_alpha_with_room_for_a_window(make_disc):
    disc = make_disc(RED, WHITE)
    garment = find_garment(disc.photo, None, mask=disc.mask)
    rows = np.flatnonzero(garment.alpha.any(axis=1))
    assert garment.alpha[garment.box].sum() == garment.alpha.sum()
    assert rows[0] - garment.box[0].start >= 16


def test_a_given_mask_is_certain_and_not_written_to(make_disc):
    disc = make_disc(RED, WHITE)
    mask = disc.mask.copy()
    mask.flags.writeable = disc.photo.pixels.flags.writeable = False
    garment = find_reference(disc.photo, mask=mask)
    assert (garment.way, garment.confidence) == ("mask", 1.0)


@pytest.mark.parametrize("pixels", [0, 2, 63])
def test_a_mask_with_too_few_pixels_is_refused(pixels):
    mask = np.zeros((32, 32), bool)
    mask.ravel()[:pixels] = True
    with pytest.raises(MaskTooSmall, match=f"{pixels} pixels and 64"):
        find_garment(Photo(id="few", pixels=np.zeros((32, 32, 3), np.uint8)), None, mask=mask)


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(MaskMismatch, match="4x5"):
        find_garment(Photo(id="x", pixels=np.zeros((32, 32, 3), np.uint8)), None, mask=np.ones((5, 4), bool))


def test_a_mask_that_covers_everything_is_all_core():
    photo = Photo(id="swatch", pixels=np.full((32, 40, 3), 120, np.uint8))
    garment = find_reference(photo, mask=np.ones((32, 40), bool))
    assert garment.core.all()
    assert (garment.alpha == 1).all()


@pytest.mark.parametrize(
    "wrong", [{"core_margin": -1.0}, {"min_pixels": 0}, {"working_size": 9}, {"least_confidence": 2.0}]
)
def test_a_setting_out_of_range_is_refused(wrong):
    with pytest.raises(SettingsError, match="segment"):
        SegmentSettings(**wrong)


def test_a_given_mask_takes_less_time_than_copying_the_picture_a_hundred_times():
    pixels = np.random.default_rng(0).integers(0, 255, (1024, 768, 3), np.uint8)
    mask = np.zeros((1024, 768), bool)
    mask[200:700, 200:550] = True
    best = {"ours": 1.0, "copy": 1.0}
    for _ in range(5):
        for name, work in (
            ("ours", lambda: find_garment(Photo(id="x", pixels=pixels), None, mask=mask)),
            ("copy", lambda: pixels.astype(np.float32)),
        ):
            start = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - start)
    assert best["ours"] < 100 * best["copy"]
