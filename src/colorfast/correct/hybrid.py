"""Hybrid correction, the default: exact where the reference is exact, careful where it is not.

1. Colors are matched color by color (matching.py): right for a still life, whose light and shares differ.
2. Distributions are matched as a whole (sliced.py): right when the reference shows the garment in the same light.
3. How well the second fits tells which of the two the reference is; they are mixed by that trust.
4. Feedback: a solid garment is moved as a whole until the medians are near enough, a print by more of 2.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import weighted_median
from colorfast.correct.maps import feedback, keeping_lightness, step, unchanged
from colorfast.correct.matching import match
from colorfast.correct.settings import CorrectSettings
from colorfast.correct.sliced import fit
from colorfast.correct.trust import trust
from colorfast.records import ColorMap, Lab, Palette, Step

SHARES = 21
"""So many mixtures are tried when a print's medians are too far apart."""


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it."""
    steps = [step("as it is", unchanged, source, target)]
    matched = match(source, target, reach=settings.reach)
    color_map = exact = matched.color_map
    steps.append(step("colors matched", color_map, source, target))
    if len(target.points[0]) > 1 and matched.complete:
        whole = fit(source, target)
        exact, share = whole.color_map, trust(whole, source, target)
        color_map = _mixed(matched.color_map, exact, share)
        steps.append(step("distributions matched", color_map, source, target))
    if not settings.luminance:
        return keeping_lightness(color_map), steps
    goal = settings.delta_e_target
    if matched.solid:
        color_map = feedback(color_map, source, target, goal)
    elif exact is not matched.color_map:
        color_map = _nearer(matched.color_map, exact, share, source, target, goal)
    steps.append(step("feedback", color_map, source, target))
    return color_map, steps


def _nearer(
    careful: ColorMap, exact: ColorMap, share: float, source: Palette, target: Palette, goal: float
) -> ColorMap:
    """Return the mixture with the least share of the exact map, from `share` on, that meets the goal.

    The median of a print lies in the shaded part of one of its colors: moving the garment as a whole until it
    fits would wash the other colors out. The exact map moves that part alone.
    """
    points, weights = source.points
    start, change = careful(points), exact(points) - careful(points)
    for tried in np.linspace(share, 1, SHARES):
        median = weighted_median(start + np.float32(tried) * change, weights)
        if delta_e_2000(median, target.median) <= goal:
            break
    return _mixed(careful, exact, float(tried))


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
