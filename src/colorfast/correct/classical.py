"""Classical correction: turn the hue and scale the chroma so that the medians meet.

Reference: the DeltaE project's classical method, mended: lightness is corrected by a gain in linear light, and
near the neutral axis, where hue has no meaning, a* and b* are shifted instead of turned.
"""

from __future__ import annotations

import numpy as np

from colorfast.correct.maps import as_it_is, chroma_of, feedback, keeping_lightness, shifted, step
from colorfast.correct.settings import CorrectSettings
from colorfast.records import ColorMap, Lab, Palette, Step

HUELESS, HUED = 4.0, 12.0
"""Chroma under which a turn is replaced by a shift, and over which it is a turn alone."""
GAIN = 3.0
"""Chroma is scaled by at most this factor: beyond it, noise would be colored."""


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it."""
    steps = [as_it_is(source, target)]
    turn = _turn(source.median, target.median)
    gap = np.array([target.median[0] - source.median[0], 0, 0], np.float32)
    color_map = shifted(turn, gap, float(source.median[0])) if settings.luminance else keeping_lightness(turn)
    steps.append(step("hue turned, chroma scaled", color_map, source, target))
    if settings.luminance:
        color_map = feedback(color_map, source, target, settings.delta_e_target)
        steps.append(step("feedback", color_map, source, target))
    return color_map, steps


def _turn(source: Lab, target: Lab) -> ColorMap:
    """Return the map of a*, b* that carries the source's median to the target's."""
    from_chroma, to_chroma = chroma_of(source), chroma_of(target)
    scale = min(to_chroma / max(from_chroma, 1e-6), GAIN)
    angle = np.arctan2(target[2], target[1]) - np.arctan2(source[2], source[1])
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[c, -s], [s, c]])
    trust = float(np.clip((min(from_chroma, to_chroma) - HUELESS) / (HUED - HUELESS), 0, 1))
    matrix = (trust * matrix + (1 - trust) * np.eye(2)).astype(np.float32)
    offset = (target[1:] - matrix @ source[1:]).astype(np.float32)

    def turn(lab: Lab) -> Lab:
        out = np.array(lab, np.float32)
        out[..., 1:] = lab[..., 1:] @ matrix.T + offset
        return out

    return turn
