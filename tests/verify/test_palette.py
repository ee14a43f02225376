"""The garment's palette: exact medians, an even sample, few colors."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.verify.palette import BINS, core_palette, quantile, thinned


@pytest.fixture(scope="module")
def lab():
    rng = np.random.default_rng(6)
    return rng.normal((60, 20, -30), (12, 5, 9), (120, 90, 3)).astype(np.float32)


def test_medians_are_those_of_all_the_core(lab):
    core = np.random.default_rng(7).random(lab.shape[:2]) < 0.4
    found = core_palette(lab[core], nodes=16)
    np.testing.assert_allclose(found.median, np.median(lab[core], axis=0), atol=0.04)


def test_the_palette_stands_for_the_core(lab):
    found = core_palette(lab.reshape(-1, 3), nodes=24)
    assert len(found.weights) == 24
    assert found.weights.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(found.weights @ found.colors, lab.reshape(-1, 3).mean(axis=0), atol=0.3)


def test_a_core_of_one_color_has_a_palette_of_one():
    found = core_palette(np.full((1600, 3), (50, 10, -10), np.float32), nodes=24)
    np.testing.assert_allclose(found.colors, [(50, 10, -10)], atol=1e-4)
    np.testing.assert_allclose(found.median, (50, 10, -10), atol=0.04)


def test_a_small_palette_is_not_thinned(lab):
    palette = palette_of(lab.reshape(-1, 3), nodes=20)
    assert thinned(palette, nodes=24) is palette


def test_thinning_keeps_weight_and_mean(lab):
    palette = palette_of(lab.reshape(-1, 3), nodes=64)
    found = thinned(palette, nodes=8)
    assert len(found.weights) <= 8
    np.testing.assert_allclose(found.weights @ found.colors, palette.weights @ palette.colors, atol=1e-3)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_quantiles_are_numpys_but_for_a_bin(share):
    values = np.random.default_rng(9).gamma(2, 5, 30_000).astype(np.float32)
    bin_width = float(np.ptp(values)) / BINS
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), abs=bin_width)
