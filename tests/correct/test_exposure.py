"""Where a gain of light explains the change, it is found exactly; where it does not, it is not taken."""

from __future__ import annotations

import numpy as np

from colorfast.color.distribution import palette_of
from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.correct.exposure import exposure, simplest
from colorfast.correct.sliced import apart, fit


def darkened(lab, gain=0.7):
    return linear_to_lab(lab_to_linear(lab) * np.float32(gain))


def test_a_darkened_garment_gets_its_light_back_exactly(stripes):
    source, target = palette_of(darkened(stripes)), palette_of(stripes)
    color_map = simplest(fit(source, target), source, target).color_map
    np.testing.assert_allclose(color_map(darkened(stripes)), stripes, atol=0.05)


def test_another_hue_is_no_matter_of_exposure(stripes):
    source, target = palette_of(stripes + np.float32([0, 6, -4])), palette_of(stripes)
    found = fit(source, target)
    assert simplest(found, source, target) is found


def test_exposure_keeps_black_black_and_hue_where_it_is(solid):
    color_map = exposure(palette_of(darkened(solid)), palette_of(solid))
    lab = np.float32([[0, 0, 0], [40, 20, -10]])
    moved = color_map(lab)
    np.testing.assert_allclose(moved[0], 0, atol=1e-4)
    assert abs(np.arctan2(*moved[1, 2:0:-1]) - np.arctan2(-10, 20)) < 0.01


def test_equal_distributions_are_not_apart_and_shifted_ones_by_their_shift(solid):
    palette = palette_of(solid)
    points, weights = palette.points
    assert apart(points, weights, palette) < 0.02
    shift = np.float32([3, 0, 0])
    assert 0.4 * 3 < apart(points + shift, weights, palette) < 3
