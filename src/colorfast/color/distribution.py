"""The colors of a garment as a distribution: cells, palettes, medians, quantiles.

In come Lab pixels of shape (n, 3), out come weighted points in Lab. All steps are deterministic.
"""

from __future__ import annotations

import numpy as np

from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Palette

FINE_EDGE = 1.0
"""Edge of a fine cell in Lab units: half a just noticeable difference."""
FINE_CELLS = 8000
"""At most so many fine cells; the edge is doubled until they are fewer."""
COARSE_CELLS = 1000
"""A palette's nodes are sought among at most so many cells."""


@kernel
def _fill_cells(lab: Array, low: Array, edge: float, sides: Array, weights: Array, sums: Array) -> None:
    """Add each pixel's weight to its cell: weights (cells,) and sums (cells, 3) of weight · Lab."""
    inverse = np.float32(1 / edge)
    for k in range(lab.shape[0]):
        i = int((lab[k, 0] - low[0]) * inverse)
        j = int((lab[k, 1] - low[1]) * inverse)
        m = int((lab[k, 2] - low[2]) * inverse)
        cell = (i * sides[1] + j) * sides[2] + m
        weights[cell] += 1
        for c in range(3):
            sums[cell, c] += lab[k, c]


def cells(lab: Lab, edge: float = FINE_EDGE, *, most: int = FINE_CELLS) -> tuple[Lab, Array]:
    """Return the mean color of each occupied histogram cell and its share of the pixels.

    lab    (n, 3), n >= 1
    edge   edge of a cell in Lab units, doubled until at most `most` cells are occupied
    return (m, 3) float32 and (m,) float32 summing to 1, m <= n
    """
    lab = np.ascontiguousarray(lab, np.float32)
    low, high = lab.min(axis=0), lab.max(axis=0)
    while True:
        sides = ((high - low) / edge).astype(np.int64) + 1
        weights = np.zeros(int(sides.prod()), np.float64)
        sums = np.zeros((len(weights), 3), np.float64)
        _fill_cells(lab, low, edge, sides, weights, sums)
        occupied = np.flatnonzero(weights)
        if len(occupied) <= most:
            counts = weights[occupied]
            means = sums[occupied] / counts[:, None]
            return means.astype(np.float32), (counts / counts.sum()).astype(np.float32)
        edge *= 2


def _cut(colors: Lab, weights: Array, nodes: int) -> Array:
    """Return a label 0..nodes-1 for each color by cutting the cloud with the largest error at its mean.

    The cut is across the direction in which that cloud is longest (Orchard & Bouman 1991, sec. III).
    """
    labels = np.zeros(len(colors), np.intp)
    spreads = [_spread(colors, weights)]
    for new in range(1, nodes):
        widest = int(np.argmax([error for error, _, _ in spreads]))
        error, axis, middle = spreads[widest]
        if error <= 0:
            break
        inside = np.flatnonzero(labels == widest)
        beyond = inside[colors[inside] @ axis > middle]
        if len(beyond) in (0, len(inside)):  # colors that differ in the last bit only
            break
        labels[beyond] = new
        spreads.append(_spread(colors[labels == new], weights[labels == new]))
        spreads[widest] = _spread(colors[labels == widest], weights[labels == widest])
    return labels


def _spread(colors: Lab, weights: Array) -> tuple[float, Array, float]:
    """Return error along the longest direction of a cloud, that direction, and the mean's place on it."""
    mean = np.average(colors, axis=0, weights=weights)
    centered = (colors - mean) * np.sqrt(weights)[:, None]
    values, vectors = np.linalg.eigh(centered.T @ centered)
    axis = vectors[:, -1]
    return (float(values[-1]) if len(colors) > 1 and values[-1] > 1e-12 else 0.0), axis, float(mean @ axis)


@kernel
def _lloyd(colors: Array, weights: Array, centers: Array, steps: int) -> Array:
    """Move centers to the weighted mean of the colors nearest to them, `steps` times; return labels."""
    n, k = colors.shape[0], centers.shape[0]
    labels = np.zeros(n, np.int64)
    for _ in range(steps):
        sums = np.zeros((k, 3), np.float64)
        mass = np.zeros(k, np.float64)
        for i in range(n):
            nearest, best = 0, np.float32(1e30)
            for j in range(k):
                d0 = colors[i, 0] - centers[j, 0]
                d1 = colors[i, 1] - centers[j, 1]
                d2 = colors[i, 2] - centers[j, 2]
                d = d0 * d0 + d1 * d1 + d2 * d2
                if d < best:
                    nearest, best = j, d
            labels[i] = nearest
            mass[nearest] += weights[i]
            for c in range(3):
                sums[nearest, c] += weights[i] * colors[i, c]
        for j in range(k):
            if mass[j] > 0:
                for c in range(3):
                    centers[j, c] = sums[j, c] / mass[j]
    return labels


def cluster(colors: Lab, weights: Array, k: int, *, steps: int = 8) -> Array:
    """Return labels (n,) of a weighted k-means from a deterministic start; some labels may stay unused."""
    start = _cut(colors, weights, k)
    centers = np.stack([_mean(colors, weights, start == j) for j in range(int(start.max()) + 1)])
    labels: Array = _lloyd(colors, weights, centers.astype(np.float32), steps)
    return labels


def _mean(colors: Lab, weights: Array, chosen: Array) -> Array:
    mean: Array = np.average(colors[chosen], axis=0, weights=weights[chosen])
    return mean


def silhouette(colors: Lab, weights: Array, labels: Array) -> float:
    """Return the weighted mean silhouette of a clustering, -1..1; 0 for a single cluster.

    colors (n, 3), weights (n,), labels (n,); O(n²), meant for n of a few hundred. Rousseeuw 1987, eq. 1.
    """
    used = np.unique(labels)
    if len(used) < 2:
        return 0.0
    distance = np.linalg.norm(colors[:, None] - colors[None], axis=-1)
    member = (labels[:, None] == used[None]) * weights[:, None]  # (n, k) mass of each point in its cluster
    mass = member.sum(0)
    to_cluster = distance @ member  # (n, k)
    own = labels[:, None] == used[None]
    rest = np.maximum(mass[None] - weights[:, None], 1e-9)
    within = np.where(own, to_cluster / rest, 0).sum(1)
    nearest = np.where(own, np.inf, to_cluster / mass).min(1)
    score = (nearest - within) / np.maximum(np.maximum(nearest, within), 1e-9)
    return float(np.average(score, weights=weights))


def weighted_median(colors: Lab, weights: Array) -> Lab:
    """Return the per-channel median (3,) of weighted points (n, 3), between the two middle points."""
    order = np.argsort(colors, axis=0)
    ranked = np.take_along_axis(colors, order, axis=0)
    shares = weights[order]
    middles = np.cumsum(shares, axis=0) - shares / 2
    half = weights.sum() / 2
    return np.array([np.interp(half, middles[:, c], ranked[:, c]) for c in range(3)], np.float32)


def palette_of(lab: Lab, *, nodes: int = 64) -> Palette:
    """Return at most `nodes` weighted colors that stand for the pixels, finer points, and the median.

    lab   (n, 3), n >= 1
    """
    fine, fine_weights = cells(lab)
    colors, weights = cells(lab, most=COARSE_CELLS)
    if len(colors) > nodes:
        labels = cluster(colors, weights, nodes)
        used = np.unique(labels)
        colors = np.stack([_mean(colors, weights, labels == j) for j in used]).astype(np.float32)
        weights = np.array([weights[labels == j].sum() for j in used], np.float32)
    return Palette(
        colors=colors,
        weights=weights / weights.sum(),
        median=np.median(lab, axis=0).astype(np.float32),
        fine=fine,
        fine_weights=fine_weights,
    )


def single_color(lab: Lab) -> Palette:
    """Return the palette of one color, (3,)."""
    color = np.asarray(lab, np.float32)
    return Palette(colors=color[None], weights=np.ones(1, np.float32), median=color)
