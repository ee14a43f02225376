"""Did every part of the garment reach its own color? Spatial coherence, patch by patch.

In: the garment's box before and after, as a `View`. Out: a share, 0..1.

The colors of the garment before are coupled with the target's, so each has its own target: red stripes the
red, blue ones the blue. A pixel is expected to have moved as its color should have; a patch has reached its
target if its pixels have, those of each color in the mean. What the whole garment is off by is the affair of
accuracy and taken out here.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.masks import scaled
from colorfast.records import Array
from colorfast.verify.expectation import GROUPS, Moves, nearest
from colorfast.verify.palette import quantile
from colorfast.verify.view import View

PATCH = 32.0  # pixels at 1024, as in the seed
SMALLEST = 8  # pixels
SAMPLES = 8  # pixels a patch and direction are enough for its mean
COVER = 0.5  # share of a patch that must be core


def coherence(seen: View, moves: Moves, *, reached: float) -> float:
    """Return the share of patches that reached their own coupled target, 0..1.

    seen      the garment's box before and after; patches are 32 px at 1024, at least 8
    moves     how each color should have moved
    reached   CIEDE2000 between delivered and expected color, at most

    A pixel of color c is expected at e = c + step(c) + g, with g the median over the core of after - c -
    step(c). A patch counts if the mean over its colors, weighted by pixels, of ΔE00(mean after, mean e) <=
    reached. Patches with less than half of core are left out; a garment without any patch is one.
    """
    side = max(SMALLEST, round(scaled(PATCH, seen.height)))
    step = max(1, side // SAMPLES)
    rows, columns = (step * part for part in np.nonzero(seen.core[::step, ::step]))
    places = (rows * seen.core.shape[1] + columns).astype(np.int32)
    before, after = (to_planes(picture.colors(places)) for picture in seen.pictures)
    place = nearest(before.T, moves.colors)
    wanted = before + np.ascontiguousarray(moves.steps.T).take(place, axis=1)
    wanted += np.array([[quantile(channel, 0.5)] for channel in after - wanted], np.float32)
    patch = rows // side * -(-seen.core.shape[1] // side) + columns // side
    pixels = np.bincount(patch)
    counts = pixels >= COVER * (side / step) ** 2
    if not counts.any():
        patch, pixels, counts = np.zeros_like(patch), np.array([len(patch)]), np.array([True])
    sums = np.zeros((len(pixels) * GROUPS, 7))
    _add_up(patch * GROUPS + moves.groups[place], after, wanted, sums)
    means = _errors(sums).reshape(-1, GROUPS).sum(axis=1)[counts] / pixels[counts]
    return float((means <= reached).mean())


def _errors(sums: Array) -> Array:
    """Return for each cell its pixels times CIEDE2000 between the means of delivered and expected Lab."""
    pixels = sums[:, 0]
    means = (sums[:, 1:] / np.maximum(pixels, 1)[:, None]).astype(np.float32)
    found: Array = pixels * delta_e_2000(means[:, :3], means[:, 3:])
    return found


@kernel
def _add_up(cell: Array, after: Array, wanted: Array, sums: Array) -> None:
    """Add to each cell its pixels, and their delivered and expected Lab (3, n): (cells, 7)."""
    for i in range(cell.shape[0]):
        line = sums[cell[i]]
        line[0] += 1
        for c in range(3):
            line[1 + c] += after[c, i]
            line[4 + c] += wanted[c, i]
