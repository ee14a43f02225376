"""Palette matching: which color became which, and the smooth displacement that undoes it.

Palettes are coupled by unbalanced optimal transport, as a worn garment shows its colors in other shares than a
still life. The displacement is smoothed in two layers: an affine layer that prefers a gain of light and a shift,
and a layer of clusters, one displacement for each separate color of a print or stripe.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from colorfast.color.distribution import cluster, silhouette
from colorfast.color.transport import couple, nearness
from colorfast.correct.maps import BLACK
from colorfast.records import Array, ColorMap, Lab, Palette

UNIT = 10.0
"""Lab units in which slopes are weighed: colors this far from the mean count as much as the mean itself."""
STIFFNESS = 1.0
"""Ridge on the slopes, in pixels' share; chosen on 80 of the still-life pairs (docs/decisions/0006)."""
MOSTLY = 0.5
"""Share of the garment that must be shown for the rest to count as a print that the reference hides."""
MOST_CLUSTERS = 6
KNOWN, UNKNOWN = 0.02, 0.002
"""Share of a color that its coupling must carry for it to count as shown in the reference, and as not shown:
at a reach of 10, colors 28 and 35 Lab units apart."""
ENOUGH, FARTHEST = 0.38, 60.0
"""Share of the garment that must have a counterpart, or else the reach is doubled; and the Lab units from which on
it has no end."""
SEPARATE = 0.6
"""A clustering counts when its mean silhouette is above this; smooth gradients and folds stay in one cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A smooth map found color by color."""

    color_map: ColorMap
    solid: bool
    """The garment has one color, with its light and shade."""
    complete: bool
    """The target shows every separate color of the garment."""
    seen: float
    """Share of the garment that has a counterpart within reach, 0..1."""
    counted: Array
    """(n,) weight of each color of the source that the target shows."""


def match(source: Palette, target: Palette, *, reach: float | None) -> Match:
    """Return the smooth map that carries the source palette to the colors it is coupled with.

    A separate color that the reference does not show, as a print on the other side, stays as it is.
    """
    displacement, shown = displacements(source, target, reach=reach)
    seen = far = float(source.weights @ shown)
    while far < ENOUGH and reach is not None:
        reach = 2 * reach if reach < FARTHEST else None
        displacement, shown = displacements(source, target, reach=reach)
        far = float(source.weights @ shown)
    labels = separate_colors(source)
    shown = np.clip(shown, 0, 1)
    known = _known(source, shown, labels)
    counted = source.weights * shown * known[labels]
    affine = _affine(source, displacement, counted)
    if len(known) == 1:
        return Match(color_map=affine, solid=True, complete=True, seen=seen, counted=counted)
    rest = shown[:, None] * (displacement - (affine(source.colors) - source.colors))
    clustered = _clustered(affine, source, rest, labels, known)
    complete = bool(known.min() > 0.5)
    return Match(color_map=clustered, solid=False, complete=complete, seen=seen, counted=counted)


def again(first: Match, source: Palette, target: Palette, *, reach: float | None) -> ColorMap:
    """Return the affine map to the colors that are coupled once the first match has brought them nearer.

    A large error lies partly beyond the reach of the first; in another light the first goes far enough.
    """
    coupling = couple(replace(source, colors=first.color_map(source.colors)), target, reach=reach)
    return _affine(source, coupling.targets - source.colors, first.counted)


def _known(source: Palette, shown: Array, labels: Array) -> Array:
    """Return 0..1 for each cluster, (clusters,): how surely the target shows its color.

    When the larger part is not shown it is a garment of quite another color, and is moved as it is coupled.
    """
    members = [labels == k for k in range(int(labels.max()) + 1)]
    carried = [_mean(shown[own], source.weights[own]) for own in members]
    known = np.clip(np.log(np.maximum(carried, 1e-9) / UNKNOWN) / np.log(KNOWN / UNKNOWN), 0, 1)
    mass = np.array([source.weights[own].sum() for own in members])
    return known if mass @ known >= MOSTLY else np.ones_like(known)


def displacements(source: Palette, target: Palette, *, reach: float | None) -> tuple[Lab, Array]:
    """Return how far each color of the source should move, (n, 3), and how much of it is shown in the target, (n,).

    A swatch is one color: the garment moves as a whole, or its folds and prints would be painted over.
    """
    if len(target.colors) == 1:
        return np.tile(target.median - source.median, (len(source.colors), 1)), np.ones(len(source.colors))
    coupling = couple(source, target, reach=reach)
    return coupling.targets - source.colors, coupling.plan.sum(1) / source.weights


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


def _affine(source: Palette, displacement: Lab, shares: Array) -> ColorMap:
    """Return the weighted ridge fit of an affine displacement, drawn toward a gain of light plus a shift."""
    shares = shares / shares.sum()
    weights = shares[:, None]
    mean = shares @ source.colors
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


def _clustered(affine: ColorMap, source: Palette, rest: Lab, labels: Array, known: Array) -> ColorMap:
    """Return the affine map plus, softly chosen by nearness, what each cluster still lacks.

    known   (clusters,) 1 for a color that the target shows, 0 for one that it does not: that one stays
    """
    members = [labels == k for k in range(len(known))]
    mass = np.array([source.weights[own].sum() for own in members])
    centers = np.array([_mean(source.colors[own], source.weights[own]) for own in members], np.float32)
    lacks = np.array([_mean(rest[own], source.weights[own]) for own in members], np.float32)
    apart = np.linalg.norm(centers[:, None] - centers[None], axis=-1) + 1e9 * np.eye(len(known))
    width = max(apart.min() / 4, 2.0)  # neighbors share a border over a quarter of their distance
    moves, log_mass = known.astype(np.float32), np.log(mass)

    def move(lab: Lab) -> Lab:
        flat = lab.reshape(-1, 3)
        shares = nearness(flat, centers, log_mass, width=width)
        moved = flat + (moves @ shares)[:, None] * (affine(flat) + shares.T @ lacks - flat)
        return moved.reshape(lab.shape).astype(np.float32, copy=False)

    return move


def _mean(colors: Lab, weights: Array) -> Array:
    mean: Array = np.average(colors, axis=0, weights=weights)
    return mean
