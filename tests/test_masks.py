"""Masks: grow, shrink, parts, holes, boxes and distances, on small made shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorfast import masks
from colorfast.records import Mask


def square(side: int = 20, size: int = 40) -> Mask:
    mask = np.zeros((size, size), bool)
    start = (size - side) // 2
    mask[start : start + side, start : start + side] = True
    mask.flags.writeable = False
    return mask


def random_mask(seed: int) -> Mask:
    return np.random.default_rng(seed).random((17, 23)) > 0.4


def test_a_length_scales_with_the_pictures_height_and_is_never_below_one_pixel():
    assert masks.scaled(2.0, 2048) == 4.0
    assert masks.scaled(2.0, 100) == 1.0


def test_erosion_by_two_takes_two_pixels_off_every_side():
    assert masks.erode(square(), 2.0).sum() == 16 * 16


@pytest.mark.parametrize("radius", [1.0, 1.5, 2.9, 5.0])
def test_a_disc_and_the_distance_transform_erode_alike(radius):
    mask = masks.fill_holes(random_mask(1))
    np.testing.assert_array_equal(masks.erode(mask, radius), masks.depth(mask) > radius)


def test_a_wide_erosion_leaves_what_is_deeper_than_its_radius():
    assert masks.erode(square(), 8.0).sum() == 4 * 4


def test_the_pictures_border_is_no_edge():
    assert masks.erode(np.ones((8, 8), bool), 3.0).all()


def test_an_erosion_below_one_pixel_changes_nothing_and_returns_a_new_array():
    eroded = masks.erode(square(), 0.5)
    np.testing.assert_array_equal(eroded, square())
    assert eroded.flags.writeable


@given(st.integers(0, 1000), st.sampled_from([1.0, 2.0, 3.5]))
def test_dilation_contains_the_mask_and_the_mask_contains_its_erosion(seed, radius):
    mask = random_mask(seed)
    assert not (mask & ~masks.dilate(mask, radius)).any()
    assert not (masks.erode(mask, radius) & ~mask).any()


def test_a_ring_from_zero_touches_the_mask_and_does_not_overlap_it():
    ring = masks.ring(square(), 0, 2)
    assert not (ring & square()).any()
    assert (masks.dilate(ring, 1) & square()).any()


def test_a_ring_keeps_its_inner_distance():
    assert masks.signed_distance(square())[masks.ring(square(), 3, 5)].max() < -2.5


def test_the_largest_part_is_kept_alone():
    mask = square().copy()
    mask[1:4, 1:4] = True
    np.testing.assert_array_equal(masks.largest_part(mask), square())


def test_the_largest_part_of_nothing_is_nothing():
    assert not masks.largest_part(np.zeros((5, 5), bool)).any()


def test_holes_are_filled_and_bays_at_the_border_are_not():
    mask = np.ones((20, 20), bool)
    mask[8:12, 8:12] = mask[:5, 5:8] = False
    filled = masks.fill_holes(mask)
    assert filled[8:12, 8:12].all()
    assert not filled[:5, 5:8].any()


def test_a_hole_larger_than_allowed_stays_open():
    mask = np.ones((20, 20), bool)
    mask[8:12, 8:12] = mask[3, 3] = False
    filled = masks.fill_holes(mask, largest=4)
    assert filled[3, 3]
    assert not filled[9, 9]


def test_a_bounding_box_holds_the_mask_and_its_margin():
    assert masks.bounding_box(square(), 3) == (slice(7, 33), slice(7, 33))


def test_a_bounding_box_stays_within_the_picture():
    assert masks.bounding_box(square(), 100) == (slice(0, 40), slice(0, 40))


def test_the_bounding_box_of_nothing_is_empty():
    assert np.zeros((5, 5))[masks.bounding_box(np.zeros((5, 5), bool), 2)].size == 0


def test_signed_distance_is_half_a_pixel_on_both_sides_of_an_edge():
    distance = masks.signed_distance(square())
    assert (distance[20, 10], distance[20, 9]) == (0.5, -0.5)
    assert distance.dtype == np.float32


@pytest.mark.parametrize(("mask", "expected"), [(True, 12), (False, -12)])
def test_without_an_edge_everything_is_far_from_it(mask, expected):
    np.testing.assert_allclose(masks.signed_distance(np.full((5, 7), mask)), expected, atol=0.5)


@pytest.mark.parametrize("most", [2, 5, 30])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_the_distance_near_an_edge_is_the_signed_distance(most, share):
    mask = np.random.default_rng(3).random((60, 70)) < share
    mask[20:50, 30:60] = True
    expected = np.clip(masks.signed_distance(mask), -most, most)
    np.testing.assert_allclose(masks.edge_distance(mask, most), expected, atol=1e-5)


@pytest.mark.parametrize(("mask", "expected"), [(True, 4), (False, -4)])
def test_without_an_edge_the_distance_is_the_largest(mask, expected):
    np.testing.assert_array_equal(masks.edge_distance(np.full((5, 7), mask), 4), np.full((5, 7), expected))
