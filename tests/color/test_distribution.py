"""Palettes keep what they stand for: mass, mean, median."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import (
    cells,
    cluster,
    palette_of,
    silhouette,
    single_color,
    weighted_median,
)


@pytest.fixture
def stripes():
    """Three well separated colors in shares 1/2, 1/3, 1/6, each with a little spread."""
    rng = np.random.default_rng(1)
    middles = np.array([[30, 40, 20], [80, 0, 5], [50, -10, -40]], np.float32)
    which = np.repeat([0, 1, 2], [3000, 2000, 1000])
    return (middles[which] + rng.normal(0, 1.5, (6000, 3))).astype(np.float32), which


def test_cells_keep_mass_and_mean(stripes):
    lab, _ = stripes
    colors, weights = cells(lab)
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(weights @ colors, lab.mean(0), atol=1e-3)


def test_palette_keeps_mean_and_median_of_the_pixels(stripes):
    lab, _ = stripes
    palette = palette_of(lab, nodes=16)
    assert len(palette.colors) <= 16
    np.testing.assert_allclose(palette.weights @ palette.colors, lab.mean(0), atol=1e-3)
    np.testing.assert_allclose(palette.median, np.median(lab, axis=0))


def test_palette_of_one_pixel_is_that_pixel():
    lab = np.array([[50, 10, -20]], np.float32)
    palette = palette_of(lab)
    np.testing.assert_array_equal(palette.colors, lab)
    np.testing.assert_array_equal(palette.colors, single_color(lab[0]).colors)


def test_palette_is_the_same_in_any_order_of_pixels(stripes):
    lab, _ = stripes
    other = palette_of(np.random.default_rng(2).permutation(lab)).colors
    apart = np.linalg.norm(palette_of(lab).colors[:, None] - other[None], axis=-1)
    assert apart.min(1).max() < 1e-2


def test_colors_that_differ_in_the_last_bit_are_one_cluster():
    lab = np.full((50, 3), 42.0, np.float32)
    lab[::2, 0] = np.nextafter(np.float32(42), np.float32(43))
    assert np.unique(cluster(lab, np.full(50, 0.02, np.float32), 4)).tolist() == [0]


def test_clusters_find_the_stripes(stripes):
    lab, which = stripes
    weights = np.full(len(lab), 1 / len(lab), np.float32)
    labels = cluster(lab, weights, 3)
    assert all(len(np.unique(labels[which == k])) == 1 for k in range(3))
    assert len(np.unique(labels)) == 3


def test_silhouette_is_highest_at_the_true_number_of_colors(stripes):
    colors, weights = cells(stripes[0])
    scores = {k: silhouette(colors, weights, cluster(colors, weights, k)) for k in (2, 3, 4, 5)}
    assert max(scores, key=scores.__getitem__) == 3


def test_silhouette_of_one_cluster_is_zero(stripes):
    colors, weights = cells(stripes[0])
    assert silhouette(colors, weights, np.zeros(len(colors), int)) == 0


def test_weighted_medians_are_those_of_a_full_sort():
    rng = np.random.default_rng(8)
    for n in (1, 2, 5, 3000):
        colors, weights = rng.normal(size=(n, 3)).astype(np.float32) ** 3, rng.random(n).astype(np.float32)
        order = np.argsort(colors[:, 0])
        places = np.cumsum(weights[order], dtype=np.float64) - weights[order] / 2
        wanted = np.interp(weights.sum(dtype=np.float64) / 2, places, colors[order, 0])
        np.testing.assert_allclose(weighted_median(colors, weights)[0], wanted, atol=1e-4)
