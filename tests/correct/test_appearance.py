"""As worn: the reference's palette moves by the natural difference, unless it is the photo's own light."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import palette_of, single_color
from colorfast.correct.appearance import FEATURES, MOST, TABLE, as_worn, features, natural_difference


def test_every_feature_has_a_row():
    assert len(features(np.float32([50, 0, 0]), np.float32([40, 1, 2]))) == len(FEATURES) == len(TABLE)


def test_a_lighter_photo_is_taken_for_lighter_in_part():
    source, target = single_color([56, 20, 10]), single_color([50, 20, 10])
    moved = natural_difference(source, target)
    assert 0.5 < moved[0] < 5.5
    assert np.abs(moved[1:]).max() < 2


@pytest.mark.parametrize("color", [[90, 100, -100], [5, -60, 60], [100, 0, 0]])
def test_the_difference_is_bounded(color):
    moved = natural_difference(single_color(color), single_color([40, 10, 10]))
    assert np.linalg.norm(moved) <= MOST * 1.001


def test_the_same_light_is_not_moved(solid):
    target = palette_of(solid)
    moved = as_worn(palette_of(solid + np.float32([3, -6, 5])), target)
    np.testing.assert_allclose(moved.median, target.median, atol=0.1)


def test_another_light_moves_median_and_colors_alike(solid):
    lit = solid.copy()
    lit[:, 0] = np.where(lit[:, 0] > 44, lit[:, 0] + 12, lit[:, 0])
    target = palette_of(solid)
    moved = as_worn(palette_of(lit + np.float32([0, -6, 5])), target)
    np.testing.assert_allclose(
        moved.colors - target.colors, np.tile(moved.median - target.median, (64, 1)), atol=1e-3
    )
    assert np.linalg.norm(moved.median - target.median) > 0.5


def test_a_swatch_is_meant_exactly():
    target = single_color([30, 20, -40])
    assert as_worn(single_color([50, 0, 0]), target) is target
