"""Densities of color against a float64 twin."""

from __future__ import annotations

import numpy as np

from colorfast.segment.colors import cells_of, density


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
