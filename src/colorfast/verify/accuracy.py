"""How near the garment's colors are to the target's: median to median, and palette to palette.

In: palettes in Lab. Out: CIEDE2000.

The same garment is lit otherwise on a model than on a table, and shows its colors in other shares. So
palettes are compared over an unbalanced transport coupling, in which shares may differ, and after the light
is taken out: shadows widen the spread of lightness, and a spread that is wider than the target's is narrowed
to it first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.transport import couple
from colorfast.records import Array, Lab, Palette

REACH = 10.0
"""Lab units the coupling carries a color before it rather lets the shares differ."""

BLACK = 16.0
"""Light that grows k-fold multiplies L* + 16, a* and b* by the cube root of k. CIE 15:2004, 8.2.1."""


BLIND = 10.0
"""CIEDE2000 between the colors at 40 and 60 % of each channel, above which a median stands for no color of the
garment. Of 128 plain garments of viton_pairs it is at most 6.8; 11 of 72 patterned ones have more than 10."""


class Accuracy(NamedTuple):
    """How far the garment's colors are from the target's, CIEDE2000."""

    median: float
    palette: float
    p95: float


class Match(NamedTuple):
    """The colors of a garment and the target color that belongs to each."""

    colors: Lab
    """(n, 3) the garment's, under the target's light."""
    targets: Lab
    """(n, 3) mean of the target colors each is coupled with."""


def accuracy(after: Palette, target: Palette) -> Accuracy:
    """Return the differences between a garment's palette and its target.

    median is CIEDE2000 between the per-channel medians. palette and p95 are the weighted mean and the 95th
    percentile over the garment's colors of CIEDE2000 between the color, under the target's light, and the
    mean of what it is coupled with.
    """
    found = match(after, target)
    error = delta_e_2000(found.colors, found.targets)
    return Accuracy(
        float(delta_e_2000(after.median, target.median)),
        float(np.average(error, weights=after.weights)),
        weighted_quantile(error, after.weights, 0.95),
    )


def blind(target: Palette) -> bool:
    """Return whether the target's median stands for none of its colors, as that of two equal stripes."""
    colors, weights = target.points
    low, high = np.array([_middle_span(channel, weights) for channel in colors.T], np.float32).T
    return float(delta_e_2000(low, high)) > BLIND


def _middle_span(channel: Array, weights: Array) -> tuple[float, float]:
    """Return the 40 % and 60 % quantiles of a channel (n,), within a quarter of a Lab unit."""
    least = float(channel.min())
    reached = np.cumsum(np.bincount(((channel - least) * 4).astype(np.intp), weights))
    low, high = np.searchsorted(reached, np.array([0.4, 0.6]) * reached[-1])
    return least + float(low) / 4, least + float(high) / 4


def match(garment: Palette, target: Palette, *, reach: float = REACH) -> Match:
    """Return the garment's colors under the target's light, and for each the target color it is coupled with.

    A color that the coupling carries nowhere, since all of the target is far, gets the nearest of the
    target's.
    """
    lit = relit(garment, target)
    source = Palette(colors=lit, weights=garment.weights, median=garment.median)
    coupling = couple(source, target, reach=reach)
    lost = coupling.plan.sum(axis=1) < 1e-3 * garment.weights
    square = ((lit[:, None] - target.colors[None]) ** 2).sum(axis=2)
    nearest = target.colors[square.argmin(axis=1)]
    return Match(lit, np.where(lost[:, None], nearest, coupling.targets).astype(np.float32))


def relit(garment: Palette, target: Palette) -> Lab:
    """Return the garment's colors (n, 3) with their spread of lightness narrowed to the target's, if wider.

    Each color gets the light that its new lightness needs: a* and b* change with L* + 16, as those of a matte
    surface do. For a single target color all of the spread is light.
    """
    lightness = garment.colors[:, 0]
    wide, narrow = spread(garment), spread(target)
    if wide <= narrow:
        return garment.colors
    light = garment.median[0] + (lightness - garment.median[0]) * (narrow / wide)
    factor = (light + BLACK) / (lightness + BLACK)
    chroma = garment.colors[:, 1:] * factor[:, None]
    return np.column_stack([light, chroma]).astype(np.float32)


def spread(palette: Palette) -> float:
    """Return the standard deviation of L* in a palette."""
    lightness, weights = palette.colors[:, 0], palette.weights / palette.weights.sum()
    return float(np.sqrt(weights @ (lightness - weights @ lightness) ** 2))


def weighted_quantile(values: Array, weights: Array, share: float) -> float:
    """Return the smallest of `values` (n,) with at least `share` of the weight at or below it."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order], dtype=np.float64)
    place = int(np.searchsorted(reached, share * reached[-1]))
    return float(values[order][min(place, len(order) - 1)])
