"""Many colors become few, and those that look alike become one."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.swatch.merging import as_palette, distance, dominant

RED, BLUE, GRAY = (45.0, 60.0, 35.0), (35.0, 10.0, -45.0), (60.0, 0.0, 0.0)


def scattered(*colors, spread=1.0, each=50, seed=3):
    noise = np.random.default_rng(seed).normal(0, spread, (len(colors) * each, 3))
    return (np.repeat(colors, each, axis=0) + noise).astype(np.float32)


def test_three_clouds_of_colors_give_three_dominant_ones():
    points = scattered(RED, BLUE, GRAY)
    found = dominant(points, np.ones(150, np.float32), most=8, apart=10)
    assert len(found.colors) == 3
    nearest = delta_e_2000(found.colors[:, None], np.array([RED, BLUE, GRAY], np.float32)[None]).min(axis=0)
    assert nearest.max() < 1


def test_the_largest_share_comes_first_and_labels_lead_to_it():
    points = scattered(RED, BLUE)
    weights = np.repeat([1.0, 3.0], 50).astype(np.float32)
    found = dominant(points, weights, most=2, apart=5)
    np.testing.assert_allclose(found.shares, [0.75, 0.25], atol=1e-5)
    np.testing.assert_array_equal(found.labels, np.repeat([1, 0], 50))


def test_no_two_dominant_colors_are_nearer_than_asked():
    points = scattered(RED, BLUE, GRAY, spread=12)
    found = dominant(points, np.ones(150, np.float32), most=20, apart=8)
    away = delta_e_2000(found.colors[:, None], found.colors[None])
    assert away[~np.eye(len(away), dtype=bool)].min() >= 8


def test_a_single_color_is_its_own_palette():
    found = dominant(np.array([RED], np.float32), np.ones(1, np.float32), most=8, apart=5)
    np.testing.assert_allclose(found.colors, [RED], atol=1e-5)


def test_the_distance_of_single_colors_is_their_difference():
    first, second = (as_palette(np.array([one], np.float32), np.ones(1, np.float32)) for one in (RED, BLUE))
    expected = float(delta_e_2000(np.array(RED, np.float32), np.array(BLUE, np.float32)))
    assert distance(first, second) == pytest.approx(expected, abs=1e-3)


def test_a_palette_is_near_itself_and_its_shares_count():
    colors = np.array([RED, BLUE], np.float32)
    even, odd = (as_palette(colors, np.array(s, np.float32)) for s in ((0.5, 0.5), (0.9, 0.1)))
    assert distance(even, even) < 0.05
    assert distance(even, odd) == pytest.approx(0.4 * float(delta_e_2000(*colors)), rel=0.05)
