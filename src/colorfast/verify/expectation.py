"""What each pixel of the garment should have become, found from the target alone.

In: the garment's palette before, the target's palette, Lab pixels (..., 3). Out: expected Lab of the same
shape.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from colorfast.color.distribution import cluster
from colorfast.color.spaces import to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Palette
from colorfast.verify.accuracy import match, weighted_quantile

FIRST_REACH = 20.0
"""Lab units: wide enough to see past a realistic error, narrow enough to keep stripes apart."""
GROUPS = 4  # colors of a print that are told apart
STRETCH = 512  # pixels that are worked on together
FAR = np.float32(1e30)


class Moves(NamedTuple):
    """How each color of a garment should move to reach its own target."""

    colors: Lab
    """(n, 3) before the correction."""
    steps: Lab
    """(n, 3) from the color, under the target's light, to what it is coupled with."""
    groups: npt.NDArray[np.intp]
    """(n,) 0..GROUPS-1: colors that belong together, as those of one stripe and its shadows."""


def moves_to(before: Palette, target: Palette) -> Moves:
    """Return how each color of the palette should move.

    The garment may be off as a whole by more than its colors differ. So it is coupled twice: first to find
    the median step, then again from there.
    """
    first = match(before, target, reach=FIRST_REACH)
    steps = first.targets - first.colors
    shift = np.array([weighted_quantile(steps[:, c], before.weights, 0.5) for c in range(3)], np.float32)
    shifted = Palette(colors=before.colors + shift, weights=before.weights, median=before.median + shift)
    found = match(shifted, target)
    labels = cluster(before.colors, before.weights, min(GROUPS, len(before.weights)))
    return Moves(before.colors, found.targets - found.colors + shift, labels)


def expected(lab: Lab, moves: Moves) -> Lab:
    """Return Lab (..., 3) moved by the step of the nearest color: shading within a color is kept."""
    wanted: Lab = lab + moves.steps[nearest(lab, moves.colors)]
    return wanted


def nearest(lab: Lab, colors: Lab) -> npt.NDArray[np.intp]:
    """Return for each pixel (..., 3) the place (...) of the nearest of `colors` (m, 3), Euclidean in Lab."""
    planes = to_planes(lab)
    places = np.zeros(planes.shape[1], np.int32)
    _nearest(planes, to_planes(colors), places)
    return places.reshape(lab.shape[:-1]).astype(np.intp)


@kernel
def _nearest(pixels: Array, colors: Array, places: Array) -> None:
    """Write for each pixel (3, n) the column of the nearest color (3, m), color by color on whole vectors."""
    least = np.empty(STRETCH, np.float32)
    for start in range(0, pixels.shape[1], STRETCH):
        stop = min(start + STRETCH, pixels.shape[1])
        L, a, b = pixels[0, start:stop], pixels[1, start:stop], pixels[2, start:stop]
        place = places[start:stop]
        least[:] = FAR
        for k in range(colors.shape[1]):
            c0, c1, c2 = colors[0, k], colors[1, k], colors[2, k]
            for i in range(stop - start):
                square = (c0 - L[i]) ** 2 + (c1 - a[i]) ** 2 + (c2 - b[i]) ** 2
                place[i] = np.int32(k) if square < least[i] else place[i]
                least[i] = min(least[i], square)
