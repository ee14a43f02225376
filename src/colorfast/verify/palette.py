"""The garment's colors as they are measured here: exact medians, and a small palette for coupling.

In: the garment's box in Lab (h, w, 3) and its core (h, w) bool. Out: a `Palette`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from colorfast.color.clusters import cluster, means
from colorfast.color.histogram import limits
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Mask, Palette

SAMPLE = 4096  # pixels: the mean of their errors lies within 0.1 of that of all
EDGE = 1.0  # Lab units: colors of one cell are one color
KEY = np.array([1.0, 1e3, 1e6])  # makes one number of a cell's three
GOLDEN = (5**0.5 - 1) / 2  # steps of this share of a turn fall evenly and on no pattern's period
BINS = 8192  # of a histogram that medians and quantiles are read from
HALF, TINY = 0.5, 1e-6


def core_palette(lab: Lab, core: Mask | None = None, *, nodes: int) -> Palette:
    """Return at most `nodes` colors of the core's pixels, from an even sample of them, and the medians of all.

    lab    (..., 3)
    core   (...) at least one pixel; None: all
    """
    planes = to_planes(lab)
    counted = _counted(np.ones(planes.shape[1], np.bool_) if core is None else core)
    chosen = planes[:, _sample(np.flatnonzero(counted))]
    colors, weights = _cells(chosen)
    palette = Palette(
        colors=colors,
        weights=weights,
        median=_medians(planes, counted, limits(planes, counted)),
    )
    return thinned(palette, nodes=nodes)


def _cells(planes: Array) -> tuple[Lab, npt.NDArray[np.float32]]:
    """Return the mean color (m, 3) of each cell that some of the colors (3, n) lie in, and its share of them."""
    number = KEY @ np.rint(planes / EDGE)
    order = np.argsort(number)
    number = number[order]
    first = np.flatnonzero(np.r_[True, number[1:] != number[:-1]])
    counts = np.diff(first, append=len(number))
    sums = np.add.reduceat(planes[:, order], first, axis=1, dtype=np.float64)
    return (sums / counts).T.astype(np.float32), (counts / len(number)).astype(np.float32)


def _counted(core: Mask) -> Mask:
    """Return the pixels that count, (n,), read-only as the planes are."""
    flat: Mask = np.ascontiguousarray(core).reshape(-1).view()
    flat.flags.writeable = False
    return flat


def _sample(places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return at most SAMPLE of the places (n,), spread evenly."""
    if len(places) <= SAMPLE:
        return places
    return places[(np.arange(SAMPLE) * GOLDEN % 1 * len(places)).astype(np.intp)]


def quantile(values: Array, share: float) -> float:
    """Return the quantile of values (n,) at a share 0..1, within 1/8192 of their range."""
    values = np.ascontiguousarray(values)
    low, high = values.min(), values.max()
    return float(_quantile(values, low, high, share)) if high > low else float(low)


def thinned(palette: Palette, *, nodes: int) -> Palette:
    """Return a palette of at most `nodes` colors, each the mean of those it stands for; the median stays."""
    if len(palette.weights) <= nodes:
        return palette
    colors, weights = means(palette.colors, palette.weights, cluster(palette.colors, palette.weights, nodes))
    return Palette(colors=colors, weights=weights, median=palette.median)


@kernel
def _medians(planes: Array, core: Array, bounds: Array) -> Array:
    """Return the medians (3,) of the columns of planes (3, n) at which core (n,) is true."""
    counts, scales = np.zeros((3, BINS), np.int32), np.empty(3, np.float32)
    for c in range(3):
        scales[c] = BINS / max(bounds[1, c] - bounds[0, c], TINY)
    L, a, b = planes[0], planes[1], planes[2]
    for i in range(core.shape[0]):  # three channels at once: none waits for its last count to be written
        if core[i]:
            counts[0, min(int((L[i] - bounds[0, 0]) * scales[0]), BINS - 1)] += 1
            counts[1, min(int((a[i] - bounds[0, 1]) * scales[1]), BINS - 1)] += 1
            counts[2, min(int((b[i] - bounds[0, 2]) * scales[2]), BINS - 1)] += 1
    found = np.empty(3, np.float32)
    for c in range(3):
        found[c] = bounds[0, c] + _reached(counts[c], HALF) / scales[c]
    return found


@kernel
def _quantile(values: Array, low: float, high: float, share: float) -> float:
    """Return a quantile of values between low and high from a histogram, interpolated within its bin."""
    tables, scale = np.zeros((4, BINS), np.int32), np.float32(BINS / (high - low))
    for i in range(values.shape[0]):  # four tables, so that like neighbors need not wait for each other
        tables[i % 4, min(int((values[i] - low) * scale), BINS - 1)] += 1
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
