"""Which of their colors two palettes share: how much of each counts when their distributions are compared.

A worn garment shows other shares of its colors than the reference does: another half, more of one stripe, a fold
more in the shade, a strip of skin under a mask too wide. Unbalanced transport tells how much of each color has a
counterpart; with that weight the two distributions can be matched as a whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorfast.color.distribution import weighted_median
from colorfast.color.transport import couple
from colorfast.compiled import kernel
from colorfast.records import Array, ColorMap, Palette

REACH = 6.0
"""Lab units a color may lie from its counterpart once the garment is roughly in place; docs/decisions/0006."""


def shared(source: Palette, target: Palette, color_map: ColorMap, *, whole: float) -> tuple[Palette, Palette]:
    """Return both palettes with each color weighing as much as it has a counterpart in the other.

    color_map   brings the source's colors near the target's
    whole       0..1, how far the shares as they are count all the same; 1 leaves the weights
    """
    if whole > 0.99:
        return source, target
    plan = couple(replace(source, colors=color_map(source.colors)), target, reach=REACH).plan
    mass = plan.sum()
    return (
        _weighed(source, plan.sum(1) / (mass * source.weights), whole),
        _weighed(target, plan.sum(0) / (mass * target.weights), whole),
    )


def _weighed(palette: Palette, counted: Array, whole: float) -> Palette:
    """Return the palette with each node, and the fine points nearest to it, weighing so many times as much."""
    factors = (counted + np.float32(whole) * (1 - counted)).astype(np.float32)
    points, shares = palette.points
    fine = shares * factors[_nearest(points, palette.colors)]
    fine /= fine.sum()
    weights = palette.weights * factors
    return Palette(
        colors=palette.colors,
        weights=weights / weights.sum(),
        median=weighted_median(points, fine),
        fine=points,
        fine_weights=fine,
    )


@kernel
def _nearest(points: Array, nodes: Array) -> Array:
    """Return for each point (n, 3) the number of the node (m, 3) nearest to it, (n,)."""
    found = np.empty(points.shape[0], np.int32)
    x, y, z = nodes[:, 0].copy(), nodes[:, 1].copy(), nodes[:, 2].copy()
    far = np.empty(nodes.shape[0], np.float32)
    for i in range(points.shape[0]):
        p, q, r = points[i, 0], points[i, 1], points[i, 2]
        for k in range(far.shape[0]):
            far[k] = (x[k] - p) * (x[k] - p) + (y[k] - q) * (y[k] - q) + (z[k] - r) * (z[k] - r)
        least, k = far.min(), 0
        while far[k] > least:
            k += 1
        found[i] = k
    return found
