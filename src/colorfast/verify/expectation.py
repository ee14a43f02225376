"""What each pixel of the garment should have become, found from the target alone.

In: the garment's palette before, the target's palette, Lab pixels (..., 3). Out: expected Lab of the same
shape.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.color.spaces import from_planes, to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, Lab, Palette
from colorfast.verify.accuracy import match


class Moves(NamedTuple):
    """The colors of a garment before, and how each should move to reach its own target color."""

    colors: Lab
    """(n, 3)."""
    steps: Lab
    """(n, 3) from the color, under the target's light, to the mean of what it is coupled with."""


def moves_to(before: Palette, target: Palette, *, reach: float) -> Moves:
    """Return how each color of the palette should move; reach as in `accuracy`."""
    found = match(before, target, reach=reach)
    return Moves(before.colors, found.targets - found.colors)


def expected(lab: Lab, moves: Moves) -> Lab:
    """Return Lab (..., 3) moved by the step of the nearest color: shading within a color is kept."""
    planes = to_planes(lab)
    moved = np.empty_like(planes)
    _move(planes, to_planes(moves.colors), to_planes(moves.steps), moved)
    return from_planes(moved, lab.shape)


@kernel
def _move(pixels: Array, colors: Array, steps: Array, moved: Array) -> None:
    """Write each pixel (3, n) plus the step of its nearest color (3, m)."""
    for i in range(pixels.shape[1]):
        L, a, b = pixels[0, i], pixels[1, i], pixels[2, i]
        nearest, least = 0, np.float32(np.inf)
        for k in range(colors.shape[1]):
            square = (colors[0, k] - L) ** 2 + (colors[1, k] - a) ** 2 + (colors[2, k] - b) ** 2
            if square < least:
                nearest, least = k, square
        moved[0, i] = L + steps[0, nearest]
        moved[1, i] = a + steps[1, nearest]
        moved[2, i] = b + steps[2, nearest]
