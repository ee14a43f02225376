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
FINE_CELLS = 8000
"""At most so many fine cells; the edge is doubled until they are fewer. With 3000 one VITON
pair in five changes by more than 0.05."""
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
    return np.array([_middle(plane, weights) for plane in planes], np.float32)


def _middle(values: Array, weights: Array) -> float:
    """Return the weighted median of values (n,): only those around the middle of their mass are sorted."""
    near, below, half = _around_half(values, weights)
    order = np.argsort(values[near])
    values, shares = values[near][order], weights[near][order]
    return float(np.interp(half - below, np.cumsum(shares, dtype=np.float64) - shares / 2, values))


@kernel
def _around_half(values: Array, weights: Array) -> tuple[Array, float, float]:
    """Return which values lie around half of the mass, the mass below them, and half of the mass.

    They are those of the bin of a histogram in which half is reached, and of the next filled ones on both sides.
    """
    mass, low = np.zeros(BINS), values.min()
    scale = np.float32(BINS - 1) / max(values.max() - low, np.float32(1e-6))
    for i in range(values.shape[0]):
        mass[int((values[i] - low) * scale)] += weights[i]
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
    near = np.empty(values.shape[0], np.int64)
    count = 0
    for i in range(values.shape[0]):
        if first <= int((values[i] - low) * scale) <= last:
            near[count] = i
            count += 1
    return near[:count], below, half


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
    numbers, sums = fill_cells(planes, chosen, bounds[0], float(edge), sides)
    while len(numbers) > most:
        numbers, sums, sides = merge_cells(numbers, sums, sides)
    return numbers, sums, sides


def _points(numbers: Array, sums: Array) -> tuple[Lab, npt.NDArray[np.float32]]:
    """Return cells as mean colors and shares, in the order of their numbers: that of the pixels is chance."""
    sums = sums[np.argsort(numbers)]
    counts = sums[:, 0]
    return (sums[:, 1:] / counts[:, None]).astype(np.float32), (counts / counts.sum()).astype(np.float32)
