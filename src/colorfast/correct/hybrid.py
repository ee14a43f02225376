"""Hybrid correction, the default: exact where the reference is exact, careful where it is not.

1. Colors are matched color by color (matching.py): right for a still life, whose light and shares differ.
2. All colors are matched as a distribution (sliced.py): right when the reference shows the same in the same light.
3. So is what photo and reference both show (shared.py): right when it shows another part of it in that light.
   How well distributions fit tells which of the three it is; they are mixed by that trust. Where exposure alone
   (exposure.py) explains what a distribution asks for, it is taken in place of the map fitted to it.
4. Where all that is asked is what the reference's own exposure may be off by, and the reference shows but a part
   of the garment, less is done.
5. Feedback: a solid garment is moved as a whole until the medians of what both show are near enough.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.correct.exposure import simplest
from colorfast.correct.maps import as_it_is, feedback, keeping_lightness, shifted, step, unchanged
from colorfast.correct.matching import Match, again, match
from colorfast.correct.settings import CorrectSettings
from colorfast.correct.shared import shared
from colorfast.correct.sliced import fit
from colorfast.correct.trust import odds
from colorfast.records import ColorMap, Lab, Palette, Step

FAR, NEAR, FALL = 0.12, 0.48, 3
"""Share of the garment within reach of the reference's colors up to which the careful match counts for nothing,
and from which on fully, and the power by which it falls between: a garment recolored altogether has next to
nothing within reach, and only its distribution to go by."""
KEPT, MOST_KEPT = 0.27, 4.0
"""Share of the asked change of lightness that is left undone where light is not surely the same, for a change of
at most so many Lab units: the photo's own exposure is evidence too, for a reference's may be off as well."""

LITTLE, MUCH = 2.0, 4.5
"""CIEDE2000 of a correction up to which it may all be the reference's error of exposure, and from which on none
of it counts as such: a fifth more or less light changes L* 50 by 4 to 5."""
EXPOSED = (1.0, 0.5, 0.5)
"""Shares of L*, a* and b* that are left undone where it may: exposure moves L* most."""
PART, WHOLE = 100.0, 30.0
"""Odds of a match in light from which a part of the garment is taken to be shown, and from which all of it is."""


class Mixture(NamedTuple):
    """Both maps as one, and what of the two palettes they were found on."""

    color_map: ColorMap
    source: Palette
    target: Palette


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it."""
    steps = [as_it_is(source, target)]
    matched = match(source, target, reach=settings.reach)
    found = Mixture(matched.color_map, source, target)
    steps.append(step("colors matched", found.color_map, source, target))
    if len(target.points[0]) > 1 and matched.complete:
        found = mixture(matched, source, target, reach=settings.reach)
        steps.append(step("distributions matched", found.color_map, source, target))
    if not settings.luminance:
        return keeping_lightness(found.color_map), steps
    color_map = found.color_map
    if matched.solid:
        color_map = feedback(color_map, found.source, found.target, settings.delta_e_target)
        steps.append(step("feedback", color_map, source, target))
    return color_map, steps


def mixture(matched: Match, source: Palette, target: Palette, *, reach: float) -> Mixture:
    """Return the careful match, that of the shared colors and that of all colors, mixed by trust in each."""
    seen = float(np.clip((matched.seen - FAR) / (NEAR - FAR), 1e-3, 1)) ** FALL
    whole = simplest(fit(source, target), source, target)
    for_whole = odds(whole, source, target)
    nearer = again(matched, source, target, reach=reach)
    both = shared(source, target, _mixed([nearer, whole.affine], [seen, for_whole]))
    part = simplest(fit(*both), *both)
    for_part = odds(part, *both)
    color_map = _mixed([matched.color_map, part.color_map, whole.color_map], [seen, for_part, for_whole])
    asked = _lightness(part.color_map, source) - _lightness(unchanged, source)
    color_map = _near_in_lightness(color_map, source, asked, KEPT * seen / (for_whole + seen))
    if target.on_person:
        color_map = _held_back(
            color_map, source, for_part / (PART + for_part) / (1 + (for_whole / WHOLE) ** 2)
        )
    return Mixture(color_map, *(both if for_part + seen > for_whole else (source, target)))


def _near_in_lightness(color_map: ColorMap, source: Palette, asked: float, kept: float) -> ColorMap:
    """Return the map with a share `kept` of the asked change of lightness undone, as a gain of linear light.

    What the map already leaves undone counts.
    """
    after = _lightness(color_map, source)
    wanted = _lightness(unchanged, source) + asked - kept * MOST_KEPT * np.tanh(asked / MOST_KEPT)
    back = (wanted - after) * -np.sign(asked)
    if back < 0.01:
        return color_map
    return shifted(color_map, np.array([wanted - after, 0, 0], np.float32), after)


def _held_back(color_map: ColorMap, source: Palette, doubt: float) -> ColorMap:
    """Return the map, doing the less the less it asks for.

    doubt   0..1, how surely the reference shows but a part of the garment
    """
    asked = float(source.weights @ delta_e_2000(source.colors, color_map(source.colors)))
    undone = doubt * float(np.clip((MUCH - asked) / (MUCH - LITTLE), 0, 1))
    if undone < 0.01:
        return color_map
    shares = (undone * np.array(EXPOSED)).astype(np.float32)

    def hold(lab: Lab) -> Lab:
        moved = color_map(lab)
        held: Lab = moved + shares * (lab - moved)
        return held

    return hold


def _lightness(color_map: ColorMap, palette: Palette) -> float:
    """Return the mean L* of a palette under a map."""
    return float(palette.weights @ color_map(palette.colors)[:, 0])


def _mixed(maps: list[ColorMap], counts: list[float]) -> ColorMap:
    """Return the mean of maps by what each counts; what counts less than one in a hundred is left out."""
    shares = np.array(counts, np.float32) / np.float32(sum(counts))
    shares[shares < 0.01] = 0
    shares /= shares.sum()
    counted = [(color_map, share) for color_map, share in zip(maps, shares, strict=True) if share]
    if len(counted) == 1:
        return counted[0][0]

    def mix(lab: Lab) -> Lab:
        moved: Lab = sum(share * color_map(lab) for color_map, share in counted)
        return moved

    return mix
