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


def shared(source: Palette, target: Palette, color_map: ColorMap) -> tuple[Palette, Palette]:
    """Return both palettes with each color weighing as much as it has a counterpart in the other.

    color_map   brings the source's colors near the target's
    """
    plan = couple(replace(source, colors=color_map(source.colors)), target, reach=REACH).plan
    mass = plan.sum()
    return (
        _weighed(source, plan.sum(1) / (mass * source.weights)),
        _weighed(target, plan.sum(0) / (mass * target.weights)),
    )


def _weighed(palette: Palette, counted: Array) -> Palette:
    """Return the palette with each node, and the fine points nearest to it, weighing so many times as much."""
    factors = counted.astype(np.float32)
    points, shares = palette.points
    fine = shares * factors[_nearest(points, palette.colors)]
    fine /= fine.sum()
    weights = palette.weights * factors
    return replace(
        palette,
        weights=weights / weights.sum(),
        median=weighted_median(points, fine),
        fine=points,
        fine_weights=fine,
    )


@kernel
def _nearest(points: Array, nodes: Array) -> Array:
    """Return for each point (n, 3) the number of the node (m, 3) nearest to it, (n,)."""
    count = points.shape[0]
    found, least = np.zeros(count, np.int32), np.full(count, np.float32(1e30))
    x, y, z = points[:, 0].copy(), points[:, 1].copy(), points[:, 2].copy()
    for k in range(nodes.shape[0]):
        p, q, r = nodes[k, 0], nodes[k, 1], nodes[k, 2]
        for i in range(count):  # no branch: this runs on whole vectors
            away = (x[i] - p) * (x[i] - p) + (y[i] - q) * (y[i] - q) + (z[i] - r) * (z[i] - r)
            nearer = away < least[i]
            least[i] = away if nearer else least[i]
            found[i] = k if nearer else found[i]
    return found
