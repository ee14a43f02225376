"""Palette matching: which color became which, and the smooth displacement that undoes it.

Palettes are coupled by unbalanced optimal transport, as a worn garment shows its colors in other shares than a
still life. The displacement is smoothed in two layers: an affine layer that prefers a gain of light and a shift,
and a layer of clusters, one displacement for each separate color of a print or stripe.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.distribution import cluster, silhouette
from colorfast.color.transport import couple
from colorfast.correct.maps import BLACK
from colorfast.records import Array, ColorMap, Lab, Palette

UNIT = 10.0
"""Lab units in which slopes are weighed: colors this far from the mean count as much as the mean itself."""
STIFFNESS = 1.0
"""Ridge on the slopes, in pixels' share; chosen on 80 of the still-life pairs (docs/decisions/0006)."""
MOST_CLUSTERS = 6
SEPARATE = 0.6
"""A clustering counts when its mean silhouette is above this; smooth gradients and folds stay in one cluster."""


def match(source: Palette, target: Palette, *, reach: float | None) -> ColorMap:
    """Return the smooth map that carries the source palette to the colors it is coupled with."""
    displacement = displacements(source, target, reach=reach)
    affine = _affine(source, displacement)
    labels = separate_colors(source)
    rest = displacement - (affine(source.colors) - source.colors)
    return affine if labels.max() == 0 else _clustered(affine, source, rest, labels)


def displacements(source: Palette, target: Palette, *, reach: float | None) -> Lab:
    """Return how far each color of the source, (n, 3), should move.

    A swatch is one color: the garment moves as a whole, or its folds and prints would be painted over.
    """
    if len(target.colors) == 1:
        return np.tile(target.median - source.median, (len(source.colors), 1))
    return couple(source, target, reach=reach).targets - source.colors


def separate_colors(palette: Palette) -> Array:
    """Return a cluster label for each color of the palette; the number of clusters suits the garment.

    The count with the highest silhouette is taken, or one cluster when none separates well.
    """
    best, labels = SEPARATE, np.zeros(len(palette.colors), np.intp)
    for count in range(2, min(MOST_CLUSTERS, len(palette.colors) - 1) + 1):
        tried = cluster(palette.colors, palette.weights, count)
        score = silhouette(palette.colors, palette.weights, tried)
        if score > best:
            best, labels = score, tried
    return np.unique(labels, return_inverse=True)[1]


def _affine(source: Palette, displacement: Lab) -> ColorMap:
    """Return the weighted ridge fit of an affine displacement, drawn toward a gain of light plus a shift."""
    weights = source.weights[:, None]
    mean = source.weights @ source.colors
    design = np.hstack([np.ones((len(source.colors), 1)), (source.colors - mean) / UNIT])
    shift = (weights * displacement).sum(0)
    prior = np.zeros((4, 3))
    prior[0] = shift
    prior[1, 0] = UNIT * shift[0] / (mean[0] + BLACK)
    ridge = STIFFNESS * np.diag([0, 1, 1, 1])
    rest = displacement - design @ prior
    found = prior + np.linalg.solve(design.T @ (weights * design) + ridge, design.T @ (weights * rest))
    matrix = (np.eye(3) + found[1:] / UNIT).astype(np.float32)
    offset = (found[0] - mean @ found[1:] / UNIT).astype(np.float32)

    def move(lab: Lab) -> Lab:
        moved: Lab = lab @ matrix + offset
        return moved

    return move


def _clustered(affine: ColorMap, source: Palette, rest: Lab, labels: Array) -> ColorMap:
    """Return the affine map plus, softly chosen by nearness, what each cluster still lacks."""
    count = int(labels.max()) + 1
    mass = np.array([source.weights[labels == k].sum() for k in range(count)])
    own = [(source.colors[labels == k], source.weights[labels == k], rest[labels == k]) for k in range(count)]
    centers = np.array([np.average(colors, axis=0, weights=w) for colors, w, _ in own], np.float32)
    lacks = np.array([np.average(r, axis=0, weights=w) for _, w, r in own], np.float32)
    apart = np.linalg.norm(centers[:, None] - centers[None], axis=-1) + 1e9 * np.eye(count)
    width = np.float32(
        max(apart.min() / 4, 2.0)
    )  # neighbors share their border over a quarter of their distance
    log_mass = np.log(mass).astype(np.float32)

    def move(lab: Lab) -> Lab:
        near = log_mass - ((lab[..., None, :] - centers) ** 2).sum(-1) / (2 * width * width)
        share = np.exp(near - near.max(-1, keepdims=True))
        share /= share.sum(-1, keepdims=True)
        moved: Lab = affine(lab) + share @ lacks
        return moved

    return move
