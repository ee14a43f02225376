"""Which limits a correction will miss, told from palettes before a pixel moves.

In: the garment's palette, what a map makes of it, the target's palette. Out: sentences, none for a likely pass.

What `measure` finds on pixels is found here on the palette's colors: they carry the garment's shares but not their
places, so patches and windows are stood for by the colors themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import weighted_median
from colorfast.records import Array, ColorMap, Lab, Palette
from colorfast.verify.accuracy import accuracy, blind
from colorfast.verify.expectation import expected, moves_to
from colorfast.verify.palette import thinned
from colorfast.verify.triplet import NODES
from colorfast.verify.verdict import Limits, unsuited

UNEVEN = 2.0
"""L* by which light and shade may be moved unevenly before texture is likely to be lost; of still-life pairs whose
texture was lost, 19 in 20 are told from the others by it (area under the curve 0.95)."""
PATCHES = 0.05
"""Share by which fewer colors than patches reach their target: a patch is judged by the mean of its colors."""
REACHED = 3.0  # CIEDE2000, as of verify.reached


def foretell(source: Palette, target: Palette, color_map: ColorMap, limits: Limits) -> tuple[str, ...]:
    """Return a sentence for each limit that is likely to be missed.

    source      the garment's colors before, (n, 3)
    target      those it should have
    color_map   what will be done to them
    """
    if limits.definitions == "seed":
        return ()
    goal = thinned(target, nodes=NODES)
    return tuple(_colors(source, goal, color_map, limits)) + tuple(_places(source, goal, color_map, limits))


def _colors(source: Palette, goal: Palette, color_map: ColorMap, limits: Limits) -> Iterator[str]:
    several, colors = blind(goal), color_map(source.colors)
    median = weighted_median(colors, source.weights).astype(np.float32)
    moved = thinned(Palette(colors=colors, weights=source.weights, median=median), nodes=NODES)
    found = accuracy(moved, goal)
    if len(goal.colors) > 1 and not several:
        yield from unsuited(float(delta_e_2000(source.median, goal.median)), found.palette, limits)
    color = found.palette if several else found.median
    if color > limits.color:
        yield f"color: ΔE00 of about {color:.1f} to the target will be left"
    if found.palette > limits.palette or found.p95 > limits.p95:
        yield f"palette: ΔE00 of about {found.palette:.1f} in the mean, {found.p95:.1f} at worst will be left"


def _places(source: Palette, goal: Palette, color_map: ColorMap, limits: Limits) -> Iterator[str]:
    weights = source.weights / source.weights.sum()
    moved = color_map(source.colors)
    reached = _reached(source, goal, moved, weights)
    if reached < limits.coherence - PATCHES:
        yield f"coherence: about {reached:.0%} of the garment's colors will reach their target"
    uneven = _unevenness(source.colors[:, 0], moved[:, 0], weights)
    if uneven > UNEVEN:
        yield f"texture: light and shade will be moved unevenly, by about {uneven:.1f} L*"


def _reached(source: Palette, goal: Palette, moved: Lab, weights: Array) -> float:
    """Return the share of colors that end near their own target, after what all have in common is taken out."""
    moves = moves_to(thinned(source, nodes=NODES), goal)
    wanted = expected(source.colors, moves)
    shift = weighted_median(moved - wanted, weights)
    return float(weights @ (delta_e_2000(moved, (wanted + shift).astype(np.float32)) <= REACHED))


def _unevenness(before: Array, after: Array, weights: Array) -> float:
    """Return the deviation (L*) of lightness after from the straight line that fits it best on lightness before."""
    x, y = before - weights @ before, after - weights @ after
    slope = (weights @ (x * y)) / max(float(weights @ (x * x)), 0.5)
    return float(np.sqrt(weights @ (y - slope * x) ** 2))
