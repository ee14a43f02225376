"""Densities of color in a picture: how likely each pixel is under a set of weighted colors.

A picture of 500 × 400 pixels has only some thousand different colors to CELL Lab units, so that densities are
computed for those and looked up for the pixels. A density is per cubic Lab unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from colorfast.records import Array, Lab, Mask

Plane = npt.NDArray[np.float32]

CELL = 3.0  # Lab units
MOST = 256  # colors in a learned model; rarer ones are left out
LEARNED_SPREAD = 3.5  # Lab units around each color of a learned model: a cell and the noise


@dataclass(frozen=True, slots=True)
class Cells:
    """The different colors of a picture."""

    lab: Lab
    """(n, 3)."""
    index: npt.NDArray[np.intp]
    """(h, w) which color each pixel has."""


def cells_of(lab: Lab) -> Cells:
    """Return the picture's (h, w, 3) colors to CELL Lab units."""
    steps = np.rint(lab / CELL).astype(np.int64) + 100
    _, first, index = np.unique(
        (steps[..., 0] * 256 + steps[..., 1]) * 256 + steps[..., 2], return_index=True, return_inverse=True
    )
    colors = (steps.reshape(-1, 3)[first] - 100) * CELL
    return Cells(colors.astype(np.float32), index.reshape(lab.shape[:2]))


def density(cells: Cells, colors: Array, weights: Array, spread: Array) -> Plane:
    """Return the density (n,) of each cell under normal distributions around weighted colors.

    colors    (m, 3) Lab
    weights   (m,), summing to 1
    spread    (m, 3) standard deviations, Lab units
    """
    total = np.zeros(len(cells.lab), np.float32)
    peak = weights / (np.prod(spread, axis=1) * (2 * np.pi) ** 1.5)
    for color, scale, height in zip(colors, spread, peak, strict=True):
        square = (((cells.lab - color) / scale) ** 2).sum(axis=1)
        total += (height * np.exp(-0.5 * square)).astype(np.float32)
    return total


def learned_density(cells: Cells, weight: Array, spread: float = LEARNED_SPREAD) -> Plane:
    """Return the density (n,) of each cell among the picture's pixels, each counting `weight` (h, w).

    spread   Lab units around each color; smaller tells more alike colors apart
    """
    counts = np.bincount(cells.index.ravel(), weight.ravel(), len(cells.lab))
    chosen = np.argsort(counts)[::-1][:MOST]
    chosen = chosen[counts[chosen] > 0]
    if not chosen.size:
        return np.zeros(len(cells.lab), np.float32)
    shares = counts[chosen] / counts[chosen].sum()
    return density(cells, cells.lab[chosen], shares, np.full((len(chosen), 3), spread))


def share_inside(weights: Array, inside: Mask) -> float:
    """Return the share of the weights where `inside` is true."""
    return float(weights[inside].sum() / max(float(weights.sum()), 1e-9))


def spread_of_target(colors: Array) -> Array:
    """Return how far a garment's colors in the photo may lie from those of its reference, (m, 3) Lab.

    The photo is off by a hue of up to 15 degrees and an exposure of up to 15 %, and folds darken it: 10 in
    lightness, and in a* and b* 5 and a seventh of the chroma (15 degrees, 0.26 of it, are two deviations).
    """
    chroma = np.hypot(colors[:, 1], colors[:, 2])
    wide = 5 + chroma / 7
    return np.stack([np.full_like(chroma, 10.0), wide, wide], axis=1)
