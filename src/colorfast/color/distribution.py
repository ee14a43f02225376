"""The colors of a garment as a distribution: cells, palettes, medians.

In come Lab pixels (..., 3), all of them or those of a mask; out come weighted points in Lab. All steps are
deterministic, and a picture's planes are read where they lie.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from colorfast.color.clusters import cluster, means, silhouette
from colorfast.color.histogram import fill_cells, limits, medians, merge_cells
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Mask, Palette

__all__ = ["cells", "cluster", "palette_of", "silhouette", "single_color", "weighted_median"]

FINE_EDGE = 1.0
"""Edge of a fine cell in Lab units: half a just noticeable difference."""
FINE_CELLS = 6000
"""At most so many fine cells; the edge is doubled until they are fewer. With 4000 one CCP
photo in fifteen changes by more than 0.3."""
MOST_PIXELS = 1 << 18
"""Of more pixels every second, third, ... fills the cells: a large picture has no more colors than a small one."""
BINS = 256
"""In which a weighted median is looked for before any values are sorted."""
COARSE_CELLS = 1000
"""A palette's nodes are sought among at most so many cells."""


def cells(
    lab: Lab, chosen: Mask | None = None, *, edge: float = FINE_EDGE, most: int = FINE_CELLS
) -> tuple[Lab, Array]:
    """Return the mean color of each occupied histogram cell and its share of the pixels.

    lab      (..., 3)
    chosen   (...) the pixels that count, at least one; None: all
    edge     edge of a cell in Lab units, doubled until at most `most` cells are occupied
    return   (m, 3) float32 and (m,) float32 summing to 1
    """
    planes, counted = to_planes(lab), _flat(lab, chosen)
    return _points(*_cells(planes, counted, limits(planes, counted), edge, most)[:2])


def palette_of(lab: Lab, chosen: Mask | None = None, *, nodes: int = 64) -> Palette:
    """Return at most `nodes` weighted colors that stand for the pixels, finer points, and the median.

    lab      (..., 3)
    chosen   (...) the pixels that count, at least one; None: all
    """
    planes, counted = to_planes(lab), _flat(lab, chosen)
    bounds = limits(planes, counted)
    numbers, sums, sides = _cells(planes, counted, bounds, FINE_EDGE, FINE_CELLS)
    fine, fine_weights = _points(numbers, sums)
    while len(numbers) > COARSE_CELLS:
        numbers, sums, sides = merge_cells(numbers, sums, sides)
    colors, weights = _points(numbers, sums)
    if len(colors) > nodes:
        colors, weights = means(colors, weights, cluster(colors, weights, nodes))
    return Palette(
        colors=colors,
        weights=weights / weights.sum(),
        median=medians(planes, counted, bounds),
        fine=fine,
        fine_weights=fine_weights,
    )


def single_color(lab: Lab) -> Palette:
    """Return the palette of one color, (3,)."""
    color = np.asarray(lab, np.float32)
    return Palette(colors=color[None], weights=np.ones(1, np.float32), median=color)


def weighted_median(colors: Lab, weights: Array) -> Lab:
    """Return the per-channel median (3,) of weighted points (n, 3), between the two middle points."""
    planes = np.ascontiguousarray(colors.T, np.float32)
    found: Lab = _middles(planes, np.ascontiguousarray(weights, np.float32))
    return found


@kernel
def _middles(planes: Array, weights: Array) -> Array:
    """Return the weighted median of each plane (c, n): only values around the middle of their mass are sorted.

    They are those of the bin of a histogram in which half is reached, and of the next filled ones on both sides.
    """
    found, bins = np.empty(planes.shape[0], np.float32), np.empty(planes.shape[1], np.int32)
    near = np.empty(planes.shape[1] + 1, np.int32)
    for c in range(planes.shape[0]):
        mass = _binned(planes[c], weights, bins)
        half, last, below = mass.sum() / 2, 0, 0.0
        while last < BINS - 1 and below + mass[last] < half:
            below += mass[last]
            last += 1
        first = last - 1
        while first >= 0 and mass[first] == 0:
            first -= 1
        below -= mass[first] if first >= 0 else 0.0
        last += 1
        while last < BINS - 1 and mass[last] == 0:
            last += 1
        count = 0
        for i in range(bins.shape[0]):
            near[count] = i
            count += (first <= bins[i]) & (bins[i] <= last)
        found[c] = _between(planes[c], weights, near[:count], half - below)
    return found


@kernel
def _binned(values: Array, weights: Array, bins: Array) -> Array:
    """Write the bin of each value (n,), and return the mass of each bin, (BINS,)."""
    low = high = values[0]
    for i in range(values.shape[0]):
        low = values[i] if values[i] < low else low
        high = values[i] if values[i] > high else high
    scale = np.float32(BINS - 1) / max(high - low, np.float32(1e-6))
    for i in range(values.shape[0]):
        bins[i] = np.int32((values[i] - low) * scale)
    mass = np.zeros(BINS)
    for i in range(values.shape[0]):
        mass[bins[i]] += weights[i]
    return mass


@kernel
def _between(values: Array, weights: Array, near: Array, half: float) -> float:
    """Return the value at which half the mass is reached, each value standing in the middle of its own.

    near   numbers of the values that count, at least one
    """
    order = near[np.argsort(values[near], kind="mergesort")]
    passed, place, value = 0.0, -1.0, values[order[0]]
    for i in order:
        last, lower = place, value
        place, value = passed + weights[i] / 2, values[i]
        passed += weights[i]
        if place >= half:
            return float(value if last < 0 else lower + (value - lower) * (half - last) / (place - last))
    return float(value)


def _flat(lab: Lab, chosen: Mask | None) -> Mask:
    """Return the pixels that count, (n,), read-only as the planes are."""
    if chosen is None:
        chosen = np.ones(lab.shape[:-1], np.bool_)
    flat: Mask = np.ascontiguousarray(chosen, np.bool_).reshape(-1).view()
    flat.flags.writeable = False
    return flat


def _cells(planes: Array, chosen: Mask, bounds: Array, edge: float, most: int) -> tuple[Array, Array, Array]:
    """Return numbers (m,), pixels and sums (m, 4), and sides (3,) of the occupied cells, at most so many."""
    sides = ((bounds[1] - bounds[0]) / np.float32(edge)).astype(np.int64) + 1
    every = int(np.count_nonzero(chosen)) // MOST_PIXELS + 1
    numbers, sums = fill_cells(planes, chosen, bounds[0], float(edge), sides, every)
    while len(numbers) > most:
        numbers, sums, sides = merge_cells(numbers, sums, sides)
    return numbers, sums, sides


def _points(numbers: Array, sums: Array) -> tuple[Lab, npt.NDArray[np.float32]]:
    """Return cells as mean colors and shares, in the order of their numbers: that of the pixels is chance."""
    sums = sums[np.argsort(numbers)]
    counts = sums[:, 0]
    return (sums[:, 1:] / counts[:, None]).astype(np.float32), (counts / counts.sum()).astype(np.float32)
