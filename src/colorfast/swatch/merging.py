"""Few colors for many: weighted Lab points in, the dominant ones and how near two palettes are out.

A palette is the few points to which all mass travels at the least cost: that is k-means (Pollard 1982,
doi:10.1109/TIT.1982.1056481). Its many local minima would give two like collections unlike palettes, so it is
solved by annealing: every point first belongs to all centers, then more and more to the nearest, and a center
parts in two where the points ask for it (Rose 1998, doi:10.1109/5.726788). It begins with one center and knows no
chance. Distances are those of a Lab whose chroma is compressed as CIEDE2000's S_C = 1 + 0.045 C compresses it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.color.clusters import cluster, means
from colorfast.color.difference import delta_e_2000
from colorfast.color.transport import couple
from colorfast.records import Array, Lab, Palette

START = 1024  # points that annealing looks at: means of those near each other
HOT, COLD, COOLING = (
    30.0,
    4.0,
    0.85,
)  # temperature, as a distance: first, last, and each as a share of the one before
ROUNDS = 6  # of moving centers at each temperature
NUDGE = np.array([0.5, 0.3, 0.4])  # by which the halves of a center are put apart: any direction will do
SAME = 0.7  # halves that stay nearer are one
FAINT = 1e-6  # mass of a center that is given up
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
    few, masses = points, weights
    if len(points) > START:
        few, masses = means(points, weights, cluster(points, weights, START, steps=1))
    centers = _uniform(few)
    if len(few) > most:
        centers = _annealed(centers, masses / masses.sum(dtype=np.float64), most)
    labels = _nearest(_uniform(points), centers)
    colors, shares, labels = _counted(points, weights, labels)
    while len(colors) > 1:
        away = delta_e_2000(colors[:, None], colors[None])
        np.fill_diagonal(away, np.inf)
        if away.min() >= apart:
            break
        kept, gone = sorted(int(place) for place in np.unravel_index(np.argmin(away), away.shape))
        colors, shares, labels = _counted(points, weights, np.where(labels == gone, kept, labels))
    return Dominant(colors, shares, labels)


def distance(first: Palette, second: Palette) -> float:
    """Return the mean CIEDE2000 over the balanced transport that takes one palette to the other."""
    plan = couple(first, second, blur=BLUR).plan
    away = delta_e_2000(first.colors[:, None], second.colors[None])
    return float((plan * away).sum() / plan.sum())


def as_palette(colors: Lab, shares: Array) -> Palette:
    """Return colors (n, 3) and shares (n,) as the coupling takes them."""
    shares = (shares / shares.sum()).astype(np.float32)
    return Palette(colors=colors, weights=shares, median=(shares @ colors).astype(np.float32))


def _uniform(lab: Lab) -> Array:
    """Return Lab (n, 3) float64 with its chroma C made log(1 + 0.045 C) / 0.045, which has S_C for its slope."""
    chroma = np.hypot(lab[:, 1], lab[:, 2]).astype(np.float64) + 1e-9
    scale = np.log1p(0.045 * chroma) / (0.045 * chroma)
    return np.stack([lab[:, 0], lab[:, 1] * scale, lab[:, 2] * scale], axis=1)


def _annealed(points: Array, weights: Array, most: int) -> Array:
    """Return the centers (k, 3) of the last temperature at which they are no more than `most`."""
    centers, shares = (weights @ points)[None], np.ones(1)
    found, temperature = centers, HOT
    while temperature >= COLD:
        centers, shares = np.concatenate([centers + NUDGE, centers - NUDGE]), np.tile(shares / 2, 2)
        for _ in range(ROUNDS):
            centers, shares = _moved(points, weights, centers, shares, temperature)
        centers, shares = _joined(centers, shares)
        if len(centers) > most:
            break
        found, temperature = centers, COOLING * temperature
    return found


def _moved(
    points: Array, weights: Array, centers: Array, shares: Array, temperature: float
) -> tuple[Array, Array]:
    """Return centers at the means of what belongs to them, and their shares; Rose 1998, eq. 26 and 27."""
    power = np.log(shares) - _squares(points, centers) / (2 * temperature**2)
    belongs = np.exp(power - power.max(axis=1, keepdims=True))
    belongs *= (weights / belongs.sum(axis=1))[:, None]
    total = belongs.sum(axis=0)
    kept = total > FAINT
    return (belongs.T @ points)[kept] / total[kept][:, None], total[kept] / total[kept].sum()


def _joined(centers: Array, shares: Array) -> tuple[Array, Array]:
    """Return the centers, those that have stayed together as one."""
    kept: list[int] = []
    masses: list[float] = []
    for place in np.argsort(-shares, kind="stable"):
        near = [n for n, one in enumerate(kept) if ((centers[place] - centers[one]) ** 2).sum() < SAME**2]
        if near:
            masses[near[0]] += float(shares[place])
        else:
            kept.append(int(place))
            masses.append(float(shares[place]))
    return centers[kept], np.array(masses)


def _squares(points: Array, centers: Array) -> Array:
    return np.asarray(((points[:, None] - centers) ** 2).sum(axis=2))


def _nearest(points: Array, centers: Array) -> Array:
    """Return which center is nearest to each point, (n,)."""
    return np.asarray(np.argmin(-2 * points @ centers.T + (centers**2).sum(axis=1), axis=1))


def _counted(points: Lab, weights: Array, labels: Array) -> tuple[Lab, Array, Array]:
    """Return the mean and share of each label in use, the largest first, and the labels in that order."""
    labels = np.unique(labels, return_inverse=True)[1]
    colors, masses = means(points, weights, labels)
    order = np.argsort(-masses, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return colors[order], (masses[order] / masses.sum()).astype(np.float32), place[labels]
