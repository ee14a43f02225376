"""How far a corrected garment will be from the truth, and why, from what is known without the truth.

In: the palettes of photo and target in Lab, and the map that was found between them. Out: a `Forecast`.

Twelve quantities are read from the palettes. One column of the table tells from them whether the reference shows
the garment in the photo's own light; there an error has other causes than between a still life and a model, and
each case has a column of its own. The table is learned by tools/learn_forecast.py, which also prints how well it
orders the errors of garments, and of whole sets of photos, that it has not seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import weighted_median
from colorfast.color.spaces import lab_to_rgb
from colorfast.correct.maps import BLACK, chroma_of
from colorfast.records import Array, ColorMap, Forecast, Lab, Palette

FEATURES = (
    "1",
    "log gap between the medians",
    "log L* left",
    "log a*, b* left",
    "log photo's colors unmet",
    "log reference's colors unmet",
    "contrasts' log ratio",
    "lightness moved / 10",
    "log reference's spread of a*, b*",
    "log reference's spread of L*",
    "reference L* / 50",
    "its square about 50",
)
"""Rows of TABLE, after the correction unless they say otherwise. Left is the mean difference of quantiles, unmet
the mean distance to the nearest color of the other palette, Lab units; logs are of the quantity plus LEAST."""

LEAST = 0.3  # Lab units: smaller differences are noise
FAR = 30.0  # Lab units: farther colors are no nearer to being met
QUANTILES = np.linspace(0.05, 0.95, 19)

TABLE: Array = np.array(
    [
        [-2.1502, -1.6751, 1.1070],  # 1
        [-0.6186, 0.1664, -0.0448],  # log gap between the medians
        [-2.6272, -0.3464, 0.0242],  # log L* left
        [-1.9928, 0.5162, -0.0549],  # log a*, b* left
        [-1.7358, -0.2787, 0.1284],  # log photo's colors unmet
        [1.2514, 1.7454, 0.1085],  # log reference's colors unmet
        [-3.0825, 2.2853, -0.0559],  # contrasts' log ratio
        [0.3608, 0.1566, 0.1924],  # lightness moved / 10
        [1.2703, -0.0997, 0.0020],  # log reference's spread of a*, b*
        [0.2076, 0.1349, -0.0295],  # log reference's spread of L*
        [0.4513, 0.1535, 0.0557],  # reference L* / 50
        [-0.2605, 0.3753, -0.2603],  # its square about 50
    ]
)
"""Log odds that the light is the same, log error if it is, log error if it is not (CIEDE2000 plus LEAST / 3)."""

UNMET = 10.0  # Lab units to the nearest color of the reference: that far, a color is not shown there
PARTLY, CLIPPED = 0.05, 0.2  # shares of the garment from which a color that is hidden, or clipped, is named
GRAY, DARK = 4.0, 12.0  # chroma and L* below which a garment is near-neutral, and very dark
END = 0.004  # sRGB: one code value from the end of its range


def forecast(source: Palette, target: Palette, color_map: ColorMap) -> Forecast:
    """Return the error to expect, and what may go wrong in words, of a garment that is moved by a map.

    source      the garment's colors before
    target      those it should get
    color_map   what will be done to them
    """
    return Forecast(
        error=expected_error(features(source, target, color_map)),
        risks=tuple(_risks(source, target, color_map)),
    )


def expected_error(found: Array, table: Array = TABLE) -> float:
    """Return the median CIEDE2000 to expect between a delivered garment and the truth, from its features (12,)."""
    odds, same, other = (float(value) for value in found @ table)
    share = 1 / (1 + math.exp(-max(min(odds, 30.0), -30.0)))
    return max(0.0, math.exp(share * same + (1 - share) * other) - LEAST / 3)


def features(source: Palette, target: Palette, color_map: ColorMap) -> Array:
    """Return the quantities of FEATURES, (12,)."""
    moved, weights = color_map(source.colors), source.weights / source.weights.sum()
    shares = target.weights / target.weights.sum()
    left = np.abs(_quantiles(moved, weights) - _quantiles(target.colors, shares)).mean(axis=0)
    gap = float(delta_e_2000(weighted_median(moved, weights).astype(np.float32), target.median))
    far = np.minimum(_distances(moved, target.colors), FAR)
    spread = _spread(target.colors, shares)
    light = float(target.median[0])
    logs = [gap, left[0], float(np.hypot(left[1], left[2])), weights @ far.min(1), shares @ far.min(0)]
    return np.array(
        [
            1.0,
            *np.log(np.array(logs) + LEAST),
            abs(math.log(_contrast(target.colors, shares) / _contrast(source.colors, weights))),
            abs(light - float(source.median[0])) / 10,
            math.log(float(np.hypot(spread[1], spread[2])) + LEAST),
            math.log(float(spread[0]) + LEAST),
            light / 50,
            (light / 50 - 1) ** 2,
        ]
    )


def _risks(source: Palette, target: Palette, color_map: ColorMap) -> Iterator[str]:
    weights = source.weights / source.weights.sum()
    unmet = _distances(color_map(source.colors), target.colors).min(axis=1) > UNMET
    hidden = float(weights @ unmet)
    if len(target.colors) > 1 and hidden > PARTLY:
        yield f"reference: {hidden:.0%} of the garment has colors that it does not show"
    rgb = lab_to_rgb(source.colors, np.float32)
    clipped = float(weights @ ((rgb <= END) | (rgb >= 1 - END)).any(axis=-1))
    if clipped > CLIPPED:
        yield f"clipped: {clipped:.0%} of the garment lies at the end of a channel's range, its texture is lost"
    if target.median[0] < DARK:
        yield f"dark: the garment's L* should be {target.median[0]:.0f}; noise is as strong as its color"
    elif chroma_of(target.median) < GRAY:
        yield f"neutral: the garment's chroma should be {chroma_of(target.median):.1f}; the least cast shows"


def _quantiles(colors: Lab, weights: Array) -> Array:
    """Return the quantiles (19, 3) of weighted colors (n, 3), channel by channel."""
    found = []
    for channel in colors.T:
        order = np.argsort(channel)
        reached = np.cumsum(weights[order])
        found.append(np.interp(QUANTILES, reached - weights[order] / 2, channel[order]))
    return np.array(found).T


def _distances(colors: Lab, others: Lab) -> Array:
    """Return the Lab distances (n, m) between colors (n, 3) and others (m, 3)."""
    return np.asarray(np.linalg.norm(colors[:, None] - others[None], axis=2))


def _spread(colors: Lab, weights: Array) -> Array:
    """Return the standard deviation of each channel (3,)."""
    return np.asarray(np.sqrt(weights @ (colors - weights @ colors) ** 2))


def _contrast(colors: Lab, weights: Array) -> float:
    """Return the spread of L* + 16 over its mean, which a gain of linear light leaves as it is."""
    return float((_spread(colors, weights)[0] + 0.1) / (weights @ colors[:, 0] + BLACK))
