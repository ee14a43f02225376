"""Densities of color in a picture: how likely each pixel is under a set of weighted colors.

A picture of 500 × 400 pixels has only some thousand different colors to CELL Lab units, so that densities are
computed for those and looked up for the pixels. A density is per cubic Lab unit.

Where the same picture is asked again and again, a histogram of its colors and a blur of that are faster still.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.compiled import inlined, kernel
from colorfast.records import Array, Lab, Mask

Plane = npt.NDArray[np.float32]

CELL = 3.0  # Lab units
MOST = 256  # colors in a learned model; rarer ones are left out
ONE, HALF, LOG_2 = np.float32(1), np.float32(0.5), np.float32(np.log(2))
F2, F3, F4, F5, F6 = (np.float32(1 / factorial(n)) for n in range(2, 7))
LOWEST, BIAS, MANTISSA = np.float32(-126), np.int32(127), np.int32(23)  # of float32
REACH = 6  # deviations at which a bell is cut off: 1e-8 of its peak
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
    peak = weights / (np.prod(spread, axis=1) * (2 * np.pi) ** 1.5)
    scales = np.sqrt(0.5 / np.log(2)) / spread
    planes, *rest = (np.ascontiguousarray(each, np.float32) for each in (cells.lab.T, colors, peak, scales))
    total: Plane = _sum_of_bells(planes, *rest)
    return total


@kernel
def _sum_of_bells(planes: Array, colors: Array, peaks: Array, scales: Array) -> Array:
    """Return the sum (n,) of bells at points (3, n): peak · 2 ** -|(point - color) · scale|²."""
    total = np.zeros(planes.shape[1], np.float32)
    L, a, b = planes[0], planes[1], planes[2]
    for m in range(colors.shape[0]):
        x, y, z = colors[m, 0], colors[m, 1], colors[m, 2]
        wide, peak = (scales[m, 0], scales[m, 1], scales[m, 2]), peaks[m]
        for i in range(total.shape[0]):
            dL, da, db = (L[i] - x) * wide[0], (a[i] - y) * wide[1], (b[i] - z) * wide[2]
            total[i] += peak * _power_of_two(-(dL * dL + da * da + db * db))
    return total


@inlined
def _power_of_two(x: Any) -> Any:
    """Return 2 ** x, x <= 0, to 3e-7; its whole part goes to the exponent's bits, so that loops run on vectors."""
    x = max(x, LOWEST)
    whole = np.floor(x + HALF)
    t = (x - whole) * LOG_2  # at most 0.35 either way: seven terms are enough
    series = ONE + t * (ONE + t * (F2 + t * (F3 + t * (F4 + t * (F5 + t * F6)))))
    return series * np.int32((np.int32(whole) + BIAS) << MANTISSA).view(np.float32)


def learned_density(cells: Cells, weight: Array, spread: float = LEARNED_SPREAD) -> Plane:
    """Return the density (n,) of each cell among the picture's pixels, each counting `weight` (h, w).

    spread   Lab units around each color; smaller tells more alike colors apart

    The MOST commonest colors are kept; the others count as not seen.
    """
    counts = np.bincount(cells.index.ravel(), weight.ravel(), len(cells.lab))
    chosen = np.argsort(counts)[::-1][:MOST]
    chosen = chosen[counts[chosen] > 0]
    if not chosen.size:
        return np.zeros(len(cells.lab), np.float32)
    shares = counts[chosen] / counts[chosen].sum()
    return density(cells, cells.lab[chosen], shares, np.full((len(chosen), 3), spread))


@dataclass(frozen=True, slots=True)
class Bins:
    """A histogram's bins over all of a picture's colors, those between that it does not have included."""

    shape: tuple[int, int, int]
    """Of the histogram: L*, a*, b*."""
    index: npt.NDArray[np.int32]
    """(h, w) which of them, counted through, each pixel is in."""
    size: float
    """Lab units to each side."""


def bins_of(lab: Lab, size: float) -> Bins:
    """Return the bins of a picture (h, w, 3)."""
    steps = np.rint(lab * np.float32(1 / size)).astype(np.int32)
    least = steps.min(axis=(0, 1))
    depth, height, width = (int(n) for n in steps.max(axis=(0, 1)) - least + 1)
    L, a, b = (steps[..., axis] - least[axis] for axis in range(3))
    return Bins((depth, height, width), (L * height + a) * width + b, size)


def binned_density(bins: Bins, weight: Array) -> Plane:
    """Return the density (n,) in each of the bins among the pixels, each counting `weight` (h, w).

    A color's like lie as wide around it, in standard deviations, as a bin is. No weight at all gives 0.
    """
    depth, height, width = bins.shape
    counts = np.bincount(bins.index.ravel(), weight.ravel(), depth * height * width)
    total = float(counts.sum()) * bins.size**3
    seen = (counts / total if total > 0 else counts).astype(np.float32)
    seen = _blurred_columns(seen.reshape(depth, height * width))
    seen = seen.reshape(depth, height, width).transpose(1, 2, 0)
    seen = (
        _blurred_columns(seen.reshape(height, width * depth)).reshape(height, width, depth).transpose(1, 2, 0)
    )
    seen = _blurred_columns(seen.reshape(width, depth * height)).reshape(width, depth, height)
    return np.ascontiguousarray(seen.transpose(1, 2, 0)).ravel()


def _blurred_columns(plane: Array) -> Plane:
    """Return each column under a bell of one row's deviation; beyond the ends there is nothing."""
    bell = np.exp(-0.5 * np.arange(-REACH, REACH + 1) ** 2) / np.sqrt(2 * np.pi)
    none, plane = np.ones(1), np.ascontiguousarray(plane)
    return np.asarray(cv2.sepFilter2D(plane, cv2.CV_32F, none, bell, borderType=cv2.BORDER_CONSTANT))


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
