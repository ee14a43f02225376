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
BINS, WIDTH, LOWEST = (
    8192,
    1 / 25,
    -164.0,
)  # histogram of one channel: 0.04 Lab units, any color a file can hold


def core_palette(lab: Lab, core: Mask, *, nodes: int) -> Palette:
    """Return at most `nodes` colors of the core, from an even sample of it, and the medians of all of it.

    lab    (h, w, 3)
    core   (h, w), not empty
    """
    planes = to_planes(lab)
    inside = np.flatnonzero(core)
    if len(inside) > SAMPLE:
        inside = inside[(np.arange(SAMPLE) * GOLDEN % 1 * len(inside)).astype(np.intp)]
    _, cell = np.unique(KEY @ np.round(planes[:, inside] / EDGE), return_inverse=True)
    colors, weights = _means(planes[:, inside].T, np.full(len(inside), 1 / len(inside)), cell)
    median = _medians(planes, core.ravel())
    return thinned(Palette(colors=colors, weights=weights, median=median), nodes=nodes)


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
def _medians(planes: Array, core: Array) -> Array:
    """Return the medians (3,) of planes (3, n) over the core (n,), interpolated within histogram bins."""
    medians = np.empty(3, np.float32)
    for c in range(3):
        bins, pixels = np.zeros(BINS, np.int64), 0
        plane = planes[c]
        for i in range(core.shape[0]):
            if core[i]:
                bins[min(max(int((plane[i] - LOWEST) / WIDTH), 0), BINS - 1)] += 1
                pixels += 1
        below, place = 0, 0
        while 2 * (below + bins[place]) < pixels:
            below += bins[place]
            place += 1
        medians[c] = LOWEST + WIDTH * (place + (pixels / 2 - below) / bins[place])
    return medians
