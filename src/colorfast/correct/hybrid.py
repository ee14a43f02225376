"""Hybrid correction, the default: exact where the reference is exact, careful where it is not.

1. Colors are matched color by color (matching.py): right for a still life, whose light and shares differ.
2. What photo and reference both show (shared.py) is matched as a distribution (sliced.py): right when the
   reference shows the garment in the same light, even another part of it.
3. How well the second fits tells which of the two the reference is; they are mixed by that trust.
4. Feedback: a solid garment is moved as a whole until the medians of what both show are near enough.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.correct.maps import feedback, keeping_lightness, shifted, step, unchanged
from colorfast.correct.matching import Match, match
from colorfast.correct.settings import CorrectSettings
from colorfast.correct.shared import shared
from colorfast.correct.sliced import fit
from colorfast.correct.trust import alike, trust
from colorfast.records import ColorMap, Lab, Palette, Step

FAR, NEAR = 0.1, 0.4
"""Share of the garment within reach of the reference's colors from which the careful match counts, and counts
fully: a garment recolored altogether has next to nothing within reach, and only its distribution to go by."""
KEPT, MOST_KEPT = 0.3, 4.0
"""Share of the change of lightness that is taken back where light is not surely the same, of at most so many
Lab units: the photo's own exposure is evidence too, for a reference's may be off as well."""


class Mixture(NamedTuple):
    """Both maps as one, and what of the two palettes they were found on."""

    color_map: ColorMap
    source: Palette
    target: Palette


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it."""
    steps = [step("as it is", unchanged, source, target)]
    matched = match(source, target, reach=settings.reach)
    found = Mixture(matched.color_map, source, target)
    steps.append(step("colors matched", found.color_map, source, target))
    if len(target.points[0]) > 1 and matched.complete:
        found = mixture(matched, source, target)
        steps.append(step("distributions matched", found.color_map, source, target))
    if not settings.luminance:
        return keeping_lightness(found.color_map), steps
    color_map = found.color_map
    if matched.solid:
        color_map = feedback(color_map, found.source, found.target, settings.delta_e_target)
    steps.append(step("feedback", color_map, source, target))
    return color_map, steps


def mixture(matched: Match, source: Palette, target: Palette) -> Mixture:
    """Return the careful match and the match of distributions, mixed by trust in the second."""
    careful = matched.color_map
    unseen = float(np.clip((NEAR - matched.seen) / (NEAR - FAR), 0, 1))
    affine = fit(source, target, bent=False)
    whole = max(alike(affine, source, target), unseen)
    near = _mixed(careful, affine.color_map, whole)
    both = shared(source, target, near, whole=whole)
    exact = fit(*both)
    share = max(trust(exact, *both), unseen)
    color_map = _mixed(careful, exact.color_map, share)
    return Mixture(_near_in_lightness(color_map, source, KEPT * (1 - whole)), *both)


def _near_in_lightness(color_map: ColorMap, source: Palette, kept: float) -> ColorMap:
    """Return the map with a share `kept` of its change of lightness taken back, as a gain of linear light."""
    before = float(source.weights @ source.colors[:, 0])
    after = float(source.weights @ color_map(source.colors)[:, 0])
    back = kept * MOST_KEPT * np.tanh((after - before) / MOST_KEPT)
    if abs(back) < 0.01:
        return color_map
    return shifted(color_map, np.array([-back, 0, 0], np.float32), after)


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
