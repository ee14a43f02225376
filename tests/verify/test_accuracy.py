"""Median and palette differences: zero for equals, blind to light and shares, not to color."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import single_color
from colorfast.records import Palette
from colorfast.verify.accuracy import accuracy, match, relit, weighted_quantile


def palette(colors, weights=None):
    colors = np.array(colors, np.float32)
    weights = np.full(len(colors), 1 / len(colors)) if weights is None else np.array(weights)
    return Palette(colors=colors, weights=weights.astype(np.float32), median=np.median(colors, axis=0))


def shades(color):
    """Return a palette of one surface in the light from 0.5 to 1.7 times that of its color."""
    black = np.array([16, 0, 0])
    return palette((np.array(color) + black) * np.linspace(0.8, 1.2, 9)[:, None] - black)


RED, BLUE, CREAM = (45, 55, 30), (40, 5, -45), (88, 2, 12)


def test_a_palette_is_no_distance_from_itself():
    assert accuracy(palette([RED, BLUE, CREAM]), palette([RED, BLUE, CREAM])) == pytest.approx(
        (0, 0, 0), abs=0.05
    )


def test_other_shares_of_the_same_colors_cost_little():
    found = accuracy(palette([RED, BLUE], [0.8, 0.2]), palette([RED, BLUE], [0.5, 0.5]))
    assert found.palette < 1


def test_a_wrong_color_of_a_print_is_seen_where_the_median_is_blind():
    wrong = palette([RED, BLUE, BLUE, CREAM], [0.3, 0.2, 0.2, 0.3])
    right = Palette(
        colors=palette([RED, (60, -40, 30), CREAM]).colors, weights=wrong.weights[:3], median=wrong.median
    )
    found = accuracy(wrong, right)
    assert found.median == 0
    assert found.palette > 10


def test_a_color_far_from_all_of_the_target_is_not_forgiven():
    assert accuracy(palette([RED]), palette([BLUE])).p95 > 40


def test_shading_of_a_right_color_is_no_error_to_a_swatch():
    shaded = shades(RED)
    assert accuracy(shaded, single_color(np.array(RED, np.float32))).palette < 0.5


def test_a_wrong_hue_is_an_error_to_a_swatch_in_all_its_shades():
    shaded = shades(BLUE)
    assert accuracy(shaded, single_color(np.array(RED, np.float32))).palette > 30


def test_a_narrow_spread_of_lightness_is_left_alone():
    found = relit(palette([(50, 1, 2), (52, 1, 2)]), palette([(20, 1, 2), (90, 1, 2)]))
    np.testing.assert_array_equal(found, [(50, 1, 2), (52, 1, 2)])


def test_relit_colors_keep_their_hue():
    colors = relit(palette([(30, 20, 10), (60, 40, 20)]), palette([(44, 1, 1), (46, 1, 1)]))
    np.testing.assert_allclose(colors[:, 1] / colors[:, 2], 2, rtol=1e-5)


def test_each_stripe_is_matched_with_its_own_kind():
    found = match(palette([(50, 50, 25), (45, 0, -40)]), palette([RED, BLUE]))
    assert (delta_e_2000(found.targets, np.array([RED, BLUE], np.float32)) < 1).all()


@pytest.mark.parametrize(("share", "wanted"), [(0.5, 2), (0.9, 2), (0.95, 9), (1.0, 9)])
def test_a_weighted_quantile_counts_weight_not_entries(share, wanted):
    assert weighted_quantile(np.array([9.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.7]), share) == wanted
