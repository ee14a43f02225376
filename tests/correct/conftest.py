"""Made garments for the correctors: solid with folds, and stripes."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.records import Garment

SIDE = 64


def folds(rng):
    """Light and shade of cloth, (n,) factors of L* + 16 around 1."""
    return 1 + 0.12 * np.sin(np.linspace(0, 9, SIDE * SIDE)) + rng.normal(0, 0.02, SIDE * SIDE)


@pytest.fixture
def solid():
    """Red cloth with folds, (n, 3) Lab."""
    rng = np.random.default_rng(4)
    lab = np.tile(np.float32([42, 45, 22]), (SIDE * SIDE, 1)) + rng.normal(0, 0.6, (SIDE * SIDE, 3))
    lab[:, 0] = (lab[:, 0] + 16) * folds(rng) - 16
    return lab.astype(np.float32)


@pytest.fixture
def stripes():
    """Red, white and navy cloth in equal shares, (n, 3) Lab."""
    rng = np.random.default_rng(5)
    colors = np.float32([[42, 45, 22], [88, 0, 4], [24, 6, -26]])
    lab = colors[np.arange(SIDE * SIDE) // 8 % 3] + rng.normal(0, 0.8, (SIDE * SIDE, 3))
    return lab.astype(np.float32)


@pytest.fixture
def whole():
    """A garment that fills its square."""
    everything = np.ones((SIDE, SIDE))
    box = (slice(0, SIDE), slice(0, SIDE))
    return Garment(
        core=everything > 0, alpha=everything.astype(np.float32), way="mask", confidence=1.0, box=box
    )
