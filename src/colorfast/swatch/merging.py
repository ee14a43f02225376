"""Few colors for many: weighted Lab points in, the dominant ones and how near two palettes are out.

A palette is the few points to which all mass travels at the least cost: that is k-means (Pollard 1982,
doi:10.1109/TIT.1982.1056481), and of two palettes with centers u, v and masses p, q, taking both for their mean
costs p q / (p + q) |u - v|² more (Ward 1963, doi:10.1080/01621459.1963.10500845). So clusters are merged, the
cheapest pair first, with CIEDE2000 in place of |u - v|: a step that nobody sees costs nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.color.clusters import cluster, means
from colorfast.color.difference import delta_e_2000
from colorfast.color.transport import couple
from colorfast.records import Array, Lab, Palette

START = 96  # clusters that merging begins with
BLUR = 0.5  # Lab units: of the coupling that measures how far two palettes are apart


class Dominant(NamedTuple):
    """The few colors of a distribution."""

    colors: Lab
    """(k, 3), the largest first."""
    shares: Array
    """(k,) float32 summing to 1."""
    labels: Array
    """(n,) which of the k each point went to."""


def dominant(points: Lab, weights: Array, *, most: int, apart: float) -> Dominant:
    """Return at most `most` colors that stand for weighted points (n, 3), no two nearer than `apart` CIEDE2000."""
    labels = _used(cluster(points, weights, min(START, len(points))))
    colors, masses = means(points, weights, labels)
    owner = np.arange(len(colors))
    alive = list(range(len(colors)))
    colors, masses = colors.astype(np.float64), masses.astype(np.float64)
    away = delta_e_2000(colors[:, None], colors[None]).astype(np.float64)
    while len(alive) > 1:
        near, cost = _pairs(away, masses, alive)
        chosen = cost if len(alive) > most else near
        if len(alive) <= most and near.min() >= apart:
            break
        i, j = sorted(alive[place] for place in np.unravel_index(np.argmin(chosen), chosen.shape))
        total = masses[i] + masses[j]
        colors[i] = (masses[i] * colors[i] + masses[j] * colors[j]) / total
        masses[i] = total
        owner[owner == j] = i
        alive.remove(j)
        away[i] = away[:, i] = delta_e_2000(colors, colors[i])
    order = sorted(alive, key=lambda one: -masses[one])
    place = np.zeros(len(colors), np.intp)
    place[order] = np.arange(len(order))
    shares = (masses[order] / masses[order].sum()).astype(np.float32)
    return Dominant(colors[order].astype(np.float32), shares, place[owner[labels]])


def distance(first: Palette, second: Palette) -> float:
    """Return the mean CIEDE2000 over the balanced transport that takes one palette to the other."""
    plan = couple(first, second, blur=BLUR).plan
    away = delta_e_2000(first.colors[:, None], second.colors[None])
    return float((plan * away).sum() / plan.sum())


def as_palette(colors: Lab, shares: Array) -> Palette:
    """Return colors (n, 3) and shares (n,) as the coupling takes them."""
    shares = (shares / shares.sum()).astype(np.float32)
    return Palette(colors=colors, weights=shares, median=(shares @ colors).astype(np.float32))


def _used(labels: Array) -> Array:
    """Return labels without gaps."""
    return np.asarray(np.unique(labels, return_inverse=True)[1])


def _pairs(away: Array, masses: Array, alive: list[int]) -> tuple[Array, Array]:
    """Return how far those alive are apart, and what merging them costs; a pair of one is out of reach."""
    near = away[np.ix_(alive, alive)].copy()
    np.fill_diagonal(near, np.inf)
    p = masses[alive]
    return near, np.asarray(p[:, None] * p / (p[:, None] + p) * near**2)
