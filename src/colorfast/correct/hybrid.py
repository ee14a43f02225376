"""Hybrid correction, the default: exact where the reference is exact, careful where it is not.

1. Colors are matched color by color (matching.py): right for a still life, whose light and shares differ.
2. Distributions are matched as a whole (sliced.py): right when the reference shows the garment in the same light.
3. How well the second fits tells which of the two the reference is; they are mixed by that trust.
4. Feedback moves the garment as a whole until the medians are near enough.
"""

from __future__ import annotations

import numpy as np

from colorfast.correct.maps import feedback, keeping_lightness, step, unchanged
from colorfast.correct.matching import match
from colorfast.correct.settings import CorrectSettings
from colorfast.correct.sliced import Fit, fit
from colorfast.records import ColorMap, Lab, Palette, Step

MIDDLE, WIDTH = -2.2, 0.25
"""Where trust is one half and how fast it falls, in log units of `_misfit`; see docs/decisions/0006."""


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it."""
    steps = [step("as it is", unchanged, source, target)]
    color_map = match(source, target, reach=settings.reach)
    steps.append(step("colors matched", color_map, source, target))
    if len(target.points[0]) > 1:
        whole = fit(source, target)
        color_map = _mixed(color_map, whole.color_map, trust(whole, target))
        steps.append(step("distributions matched", color_map, source, target))
    if settings.luminance:
        color_map = feedback(color_map, source, target, settings.delta_e_target)
    else:
        color_map = keeping_lightness(color_map)
    steps.append(step("feedback", color_map, source, target))
    return color_map, steps


def trust(whole: Fit, target: Palette) -> float:
    """Return 0..1, how surely the reference shows the garment in the photo's own light.

    The misfit left by the affine and the cubic map is compared with the spread of the reference's own colors.
    """
    return float(1 / (1 + np.exp((_misfit(whole, target) - MIDDLE) / WIDTH)))


def _misfit(whole: Fit, target: Palette) -> float:
    points, weights = target.points
    variance = weights @ ((points - weights @ points) ** 2).sum(1)
    left = max(whole.affine_residual, 1e-3) * max(whole.residual, 1e-3)
    return float(np.log(left / np.sqrt(np.sqrt(max(variance, 1e-3)))))


def _mixed(careful: ColorMap, exact: ColorMap, share: float) -> ColorMap:
    """Return (1 - share) of the first map and `share` of the second."""
    if share > 0.99:
        return exact
    if share < 0.01:
        return careful

    def mix(lab: Lab) -> Lab:
        moved: Lab = np.float32(1 - share) * careful(lab) + np.float32(share) * exact(lab)
        return moved

    return mix
