"""The garment's colors as they are measured here: exact medians, and a small palette for coupling.

In: the garment's box in Lab (h, w, 3) and its core (h, w) bool. Out: a `Palette`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from colorfast.color.clusters import cluster, means
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Mask, Palette

SAMPLE = 4096  # pixels: the mean of their errors lies within 0.1 of that of all
FEW = 4  # every fourth of them tells where the middle half of all colors lies
EDGE = 1.0  # Lab units: colors of one cell are one color
KEY = np.array([1.0, 1e3, 1e6])  # makes one number of a cell's three
GOLDEN = (5**0.5 - 1) / 2  # steps of this share of a turn fall evenly and on no pattern's period
BINS = 8192  # of a histogram that quantiles are read from
MIDDLE = 8192  # bins between the quartiles, in which the median is looked for
STRETCH = 64  # pixels that are looked at together
HALF, TINY, ZERO = 0.5, 1e-6, np.float32(0)


def core_palette(lab: Lab, core: Mask | None = None, *, nodes: int) -> Palette:
    """Return at most `nodes` colors of the core's pixels, from an even sample of them, and the medians of all.

    lab    (..., 3)
    core   (...) at least one pixel; None: all
    """
    planes = to_planes(lab)
    counted = _counted(np.ones(planes.shape[1], np.bool_) if core is None else core)
    return _palette(planes, counted, _places(counted), nodes)


def core_palettes(labs: tuple[Lab, Lab], core: Mask, *, nodes: int) -> tuple[Palette, Palette]:
    """Return the palette of each of two pictures (h, w, 3), as `core_palette`; both are sampled alike."""
    counted = _counted(core)
    places = _places(counted)
    first, second = (_palette(to_planes(lab), counted, places, nodes) for lab in labs)
    return first, second


def _palette(planes: Array, counted: Mask, places: npt.NDArray[np.intp], nodes: int) -> Palette:
    chosen = planes[:, places]
    colors, weights = _cells(chosen)
    palette = Palette(colors=colors, weights=weights, median=_medians(planes, counted, _quartiles(chosen)))
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


def _counted(core: Mask) -> Mask:
    """Return the pixels that count, (n,), read-only as the planes are."""
    flat: Mask = np.ascontiguousarray(core).reshape(-1).view()
    flat.flags.writeable = False
    return flat


def _places(counted: Mask) -> npt.NDArray[np.intp]:
    """Return at most SAMPLE of the pixels that count, (n,), spread evenly."""
    places = np.flatnonzero(counted)
    if len(places) <= SAMPLE:
        return places
    return places[(np.arange(SAMPLE) * GOLDEN % 1 * len(places)).astype(np.intp)]


def quantile(values: Array, share: float, counted: Mask | None = None) -> float:
    """Return the quantile of those values (...) that count, at a share 0..1, within 1/8192 of the range of all.

    counted   (...) at least one; None: all
    """
    values = np.ascontiguousarray(values).reshape(-1)
    low, high = values.min(), values.max()
    if high <= low:
        return float(low)
    among = _counted(np.ones(values.shape, np.bool_) if counted is None else counted)
    return float(_quantile(values, among, low, high, share))


def thinned(palette: Palette, *, nodes: int) -> Palette:
    """Return a palette of at most `nodes` colors, each the mean of those it stands for; the median stays."""
    if len(palette.weights) <= nodes:
        return palette
    colors, weights = means(palette.colors, palette.weights, cluster(palette.colors, palette.weights, nodes))
    return Palette(colors=colors, weights=weights, median=palette.median)


@kernel
def _medians(planes: Array, counted: Array, bounds: Array) -> Array:
    """Return the medians (3,) of the columns of planes (3, n) that count.

    bounds   (2, 3) of a range that holds the medians; only values between are told apart
    """
    tables, where = np.zeros((2, 3, MIDDLE + 1), np.int32), np.empty((3, STRETCH), np.int32)
    lows, scales = np.empty(3, np.float32), np.empty(3, np.float32)
    for c in range(3):
        room = max(bounds[1, c] - bounds[0, c], np.float32(TINY))
        lows[c], scales[c] = bounds[0, c] - room / 16, np.float32(MIDDLE) / (room + room / 8)
    most = np.float32(MIDDLE - 1)
    for start in range(0, counted.shape[0], STRETCH):
        count = min(STRETCH, counted.shape[0] - start)
        inside = counted[start : start + count]
        some = np.uint8(0)
        for i in range(count):
            some |= np.uint8(inside[i])
        if some:
            for c in range(3):
                values, bins, low, scale = planes[c, start : start + count], where[c], lows[c], scales[c]
                for i in range(count):  # no branch: this runs on whole vectors
                    bin_ = np.int32(min(max((values[i] - low) * scale, ZERO), most))
                    bins[i] = bin_ if inside[i] else np.int32(MIDDLE)
            for i in range(count):  # two tables, so that like neighbors need not wait for each other
                for c in range(3):
                    tables[i % 2, c, where[c, i]] += 1
    found = np.empty(3, np.float32)
    for c in range(3):
        counts = tables[0, c, :MIDDLE] + tables[1, c, :MIDDLE]
        found[c] = lows[c] + np.float32(_reached(counts, HALF)) / scales[c]
    return found


@kernel
def _quantile(values: Array, counted: Array, low: float, high: float, share: float) -> float:
    """Return a quantile of the values that count, all between low and high, from a histogram.

    It is interpolated within its bin.
    """
    tables, where = np.zeros((4, BINS + 1), np.int32), np.empty(STRETCH, np.int32)
    least, scale, most = np.float32(low), np.float32(BINS / (high - low)), np.int32(BINS - 1)
    for start in range(0, counted.shape[0], STRETCH):
        count = min(STRETCH, counted.shape[0] - start)
        inside, near = counted[start : start + count], values[start : start + count]
        some = np.uint8(0)
        for i in range(count):
            some |= np.uint8(inside[i])
        if some:
            for i in range(count):
                where[i] = min(np.int32((near[i] - least) * scale), most) if inside[i] else np.int32(BINS)
            for i in range(count):  # four tables, so that like neighbors need not wait for each other
                tables[i % 4, where[i]] += 1
    return float(low + _reached(tables.sum(axis=0)[:BINS], share) / scale)


@kernel
def _reached(counts: Array, share: float) -> float:
    """Return the bin, and how far into it, up to which a share of all is counted."""
    wanted, below, place = share * counts.sum(), 0, 0
    while below + counts[place] < wanted:
        below += counts[place]
        place += 1
    found: float = place + (wanted - below) / max(counts[place], 1)
    return found
