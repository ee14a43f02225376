"""Densities of color against a float64 twin."""

from __future__ import annotations

import numpy as np

from colorfast.segment.colors import binned_density, bins_of, cells_of, density


def made():
    rng = np.random.default_rng(3)
    cells = cells_of(rng.normal((50, 5, 10), (20, 12, 12), (60, 50, 3)).astype(np.float32))
    colors = rng.normal((50, 5, 10), (20, 12, 12), (30, 3)).astype(np.float32)
    weights, spread = rng.random(30), rng.uniform(2, 12, (30, 3))
    return cells, colors, weights / weights.sum(), spread


def test_a_density_is_the_sum_of_its_normal_distributions():
    cells, colors, weights, spread = made()
    square = (((cells.lab[:, None].astype(np.float64) - colors) / spread) ** 2).sum(axis=2)
    peaks = weights / (np.prod(spread, axis=1) * (2 * np.pi) ** 1.5)
    expected = np.exp(-0.5 * square) @ peaks
    np.testing.assert_allclose(density(cells, colors, weights, spread), expected, rtol=2e-5, atol=1e-30)


def test_no_color_is_where_none_was_seen():
    cells, colors, weights, spread = made()
    assert (density(cells, colors + 500, weights, spread) < 1e-30).all()


def test_a_blurred_histogram_is_the_sum_of_a_bell_for_each_pixel():
    rng = np.random.default_rng(4)
    lab = rng.normal((50, 5, 10), (20, 12, 12), (12, 10, 3)).astype(np.float32)
    weight, bins = rng.random((12, 10)), bins_of(lab, 5.0)
    centers = np.rint(lab / 5.0).reshape(-1, 3).astype(np.float64) * 5.0
    square = ((centers[:, None] - centers) ** 2).sum(axis=2) / 25
    expected = np.exp(-0.5 * square) @ weight.ravel() / weight.sum() / (5 * np.sqrt(2 * np.pi)) ** 3
    np.testing.assert_allclose(
        binned_density(bins, weight)[bins.index.ravel()], expected, rtol=1e-4, atol=1e-12
    )


def test_pixels_that_count_nothing_have_no_density():
    assert not binned_density(bins_of(np.zeros((3, 4, 3), np.float32), 5.0), np.zeros((3, 4))).any()
