"""The garment's colors as they are measured here: exact medians, and a small palette for coupling.

In: the garment's box in Lab (h, w, 3) and its core (h, w) bool. Out: a `Palette`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from colorfast.color.distribution import cluster
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Mask, Palette

SAMPLE = 4096  # pixels: the mean of their errors lies within 0.1 of that of all
EDGE = 1.0  # Lab units: colors of one cell are one color
KEY = np.array([1.0, 1e3, 1e6])  # makes one number of a cell's three
GOLDEN = (5**0.5 - 1) / 2  # steps of this share of a turn fall evenly and on no pattern's period
BINS = 8192  # of a histogram that medians and quantiles are read from


def core_pixels(lab: Lab, core: Mask) -> Lab:
    """Return the core's pixels (n, 3), row by row.

    lab    (h, w, 3)
    core   (h, w)
    """
    chosen = np.empty((3, int(np.count_nonzero(core))), np.float32)
    _gather(to_planes(lab), core.ravel(), chosen)
    return chosen.T


def core_palette(pixels: Lab, *, nodes: int) -> Palette:
    """Return at most `nodes` colors of the core's pixels, from an even sample of them, and the medians of all.

    pixels   (n, 3), not empty
    """
    chosen = pixels
    if len(pixels) > SAMPLE:
        chosen = pixels[(np.arange(SAMPLE) * GOLDEN % 1 * len(pixels)).astype(np.intp)]
    _, cell = np.unique(np.round(chosen / EDGE) @ KEY, return_inverse=True)
    colors, weights = _means(chosen, np.full(len(chosen), 1 / len(chosen)), cell)
    median = np.array([quantile(channel, 0.5) for channel in to_planes(pixels)], np.float32)
    return thinned(Palette(colors=colors, weights=weights, median=median), nodes=nodes)


def quantile(values: Array, share: float) -> float:
    """Return the quantile of values (n,) at a share 0..1, within 1/8192 of their range."""
    values = np.ascontiguousarray(values)
    low, high = values.min(), values.max()
    return float(_quantile(values, low, high, share)) if high > low else float(low)


def thinned(palette: Palette, *, nodes: int) -> Palette:
    """Return a palette of at most `nodes` colors, each the mean of those it stands for; the median stays."""
    if len(palette.weights) <= nodes:
        return palette
    colors, weights = _means(palette.colors, palette.weights, cluster(palette.colors, palette.weights, nodes))
    return Palette(colors=colors, weights=weights, median=palette.median)


def _means(colors: Lab, weights: Array, labels: Array) -> tuple[Lab, npt.NDArray[np.float32]]:
    """Return the weighted mean color of each label that is used, and its weight."""
    total = np.bincount(labels, weights)
    used = total > 0
    sums = np.stack([np.bincount(labels, weights * colors[:, c]) for c in range(3)], axis=1)
    return (sums[used] / total[used][:, None]).astype(np.float32), total[used].astype(np.float32)


@kernel
def _gather(planes: Array, core: Array, chosen: Array) -> None:
    """Write the columns of planes (3, n) at which core (n,) is true to chosen (3, m)."""
    for c in range(3):
        plane, row, place = planes[c], chosen[c], 0
        for i in range(core.shape[0]):
            if core[i]:
                row[place] = plane[i]
                place += 1


@kernel
def _quantile(values: Array, low: float, high: float, share: float) -> float:
    """Return a quantile of values between low and high from a histogram, interpolated within its bin."""
    tables, scale = np.zeros((4, BINS), np.int32), np.float32(BINS / (high - low))
    for i in range(values.shape[0]):  # four tables, so that like neighbors need not wait for each other
        tables[i % 4, min(int((values[i] - low) * scale), BINS - 1)] += 1
    counts = tables.sum(axis=0)
    wanted, below, place = share * values.shape[0], 0, 0
    while below + counts[place] < wanted:
        below += counts[place]
        place += 1
    found: float = low + (place + (wanted - below) / max(counts[place], 1)) / scale
    return found
