"""The garment's colors as they are measured here: exact medians, and a small palette for coupling.

In: Lab (n, 3) of the pixels of its core. Out: a `Palette`.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from colorfast.color.clusters import cluster, means
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Palette

SAMPLE = 4096  # pixels: the mean of their errors lies within 0.1 of that of all
FEW = 4  # every fourth of them tells where the middle half of all colors lies
EDGE = 1.0  # Lab units: colors of one cell are one color
KEY = np.array([1.0, 1e3, 1e6])  # makes one number of a cell's three
GOLDEN = (5**0.5 - 1) / 2  # steps of this share of a turn fall evenly and on no pattern's period
BINS = 8192  # of a histogram that quantiles are read from
MIDDLE = 8192  # bins between the quartiles, in which the median is looked for
STRETCH = 64  # pixels that are looked at together
HALF, TINY, ZERO = 0.5, 1e-6, np.float32(0)


def core_palette(colors: Lab, *, nodes: int) -> Palette:
    """Return at most `nodes` colors, from an even sample of Lab (n, 3), and the medians of all; n is at least 1."""
    planes = to_planes(colors)
    chosen = planes[:, _places(planes.shape[1])]
    found, weights = _cells(chosen)
    palette = Palette(colors=found, weights=weights, median=_medians(planes, _quartiles(chosen)))
    return thinned(palette, nodes=nodes)


def _quartiles(sample: Array) -> Array:
    """Return about the first and third quartile of each channel, (2, 3), of an even sample (3, n)."""
    few = np.sort(sample[:, ::FEW], axis=1)
    quarter = few.shape[1] // 4
    return np.ascontiguousarray(few[:, [quarter, few.shape[1] - 1 - quarter]].T)


def _cells(planes: Array) -> tuple[Lab, npt.NDArray[np.float32]]:
    """Return the mean color (m, 3) of each cell that some of the colors (3, n) lie in, and its share of them."""
    number = KEY @ np.rint(planes / EDGE)
    order = np.argsort(number)
    number = number[order]
    first = np.flatnonzero(np.r_[True, number[1:] != number[:-1]])
    counts = np.diff(first, append=len(number))
    sums = np.add.reduceat(planes[:, order], first, axis=1, dtype=np.float64)
    return (sums / counts).T.astype(np.float32), (counts / len(number)).astype(np.float32)


@functools.lru_cache(maxsize=4)
def _places(count: int) -> npt.NDArray[np.intp]:
    """Return at most SAMPLE of so many pixels, (n,), spread evenly."""
    if count <= SAMPLE:
        return np.arange(count)
    return (np.arange(SAMPLE) * GOLDEN % 1 * count).astype(np.intp)


def quantile(values: Array, share: float) -> float:
    """Return the quantile of values (n,), at least one, at a share 0..1, within 1/8192 of their range."""
    values = np.ascontiguousarray(values)
    low, high = values.min(), values.max()
    return float(low) if high <= low else float(_quantile(values, low, high, share))


def thinned(palette: Palette, *, nodes: int) -> Palette:
    """Return a palette of at most `nodes` colors, each the mean of those it stands for; the median stays."""
    if len(palette.weights) <= nodes:
        return palette
    colors, weights = means(palette.colors, palette.weights, cluster(palette.colors, palette.weights, nodes))
    return Palette(colors=colors, weights=weights, median=palette.median)


@kernel
def _medians(planes: Array, bounds: Array) -> Array:
    """Return the medians (3,) of planes (3, n).

    bounds   (2, 3) of a range that holds the medians; only values between are told apart
    """
    tables, where = np.zeros((2, 3, MIDDLE), np.int32), np.empty((3, STRETCH), np.int32)
    lows, scales = np.empty(3, np.float32), np.empty(3, np.float32)
    for c in range(3):
        room = max(bounds[1, c] - bounds[0, c], np.float32(TINY))
        lows[c], scales[c] = bounds[0, c] - room / 16, np.float32(MIDDLE) / (room + room / 8)
    most = np.float32(MIDDLE - 1)
    for start in range(0, planes.shape[1], STRETCH):
        count = min(STRETCH, planes.shape[1] - start)
        for c in range(3):
            values, bins, low, scale = planes[c, start : start + count], where[c], lows[c], scales[c]
            for i in range(count):  # no branch: this runs on whole vectors
                bins[i] = np.int32(min(max((values[i] - low) * scale, ZERO), most))
        for i in range(count):  # two tables, so that like neighbors need not wait for each other
            for c in range(3):
                tables[i % 2, c, where[c, i]] += 1
    found = np.empty(3, np.float32)
    for c in range(3):
        counts = tables[0, c] + tables[1, c]
        found[c] = lows[c] + np.float32(_reached(counts, HALF)) / scales[c]
    return found


@kernel
def _quantile(values: Array, low: float, high: float, share: float) -> float:
    """Return a quantile of values between low and high from a histogram, interpolated within its bin."""
    tables, where = np.zeros((4, BINS), np.int32), np.empty(STRETCH, np.int32)
    least, scale, most = np.float32(low), np.float32(BINS / (high - low)), np.int32(BINS - 1)
    for start in range(0, values.shape[0], STRETCH):
        near = values[start : start + STRETCH]
        for i in range(near.shape[0]):
            where[i] = min(np.int32((near[i] - least) * scale), most)
        for i in range(near.shape[0]):  # four tables, so that like neighbors need not wait for each other
            tables[i % 4, where[i]] += 1
    return float(low + _reached(tables.sum(axis=0), share) / scale)


@kernel
def _reached(counts: Array, share: float) -> float:
    """Return the bin, and how far into it, up to which a share of all is counted."""
    wanted, below, place = share * counts.sum(), 0, 0
    while below + counts[place] < wanted:
        below += counts[place]
        place += 1
    found: float = place + (wanted - below) / max(counts[place], 1)
    return found
