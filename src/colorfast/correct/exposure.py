"""Exposure alone: the simplest thing that can be wrong with a photo, one gain of linear light.

Where it explains the change as well as a cubic map of sixty numbers does, it is taken in its place: it fits no
rounding, and it is right in every shade.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.correct.maps import BLACK
from colorfast.correct.sliced import Fit, apart
from colorfast.records import ColorMap, Lab, Palette

MORE, ROUNDING = 1.5, 0.05
"""Times, and Lab units, by which exposure may leave the distributions further apart than the cubic map does."""


def simplest(found: Fit, source: Palette, target: Palette) -> Fit:
    """Return the fit, with exposure alone for its map where that explains the change as well."""
    color_map = exposure(source, target)
    points, weights = source.points
    if apart(color_map(points), weights, target) > MORE * found.residual + ROUNDING:
        return found
    return replace(found, color_map=color_map)


def exposure(source: Palette, target: Palette) -> ColorMap:
    """Return the gain of linear light under which the mean luminance is the target's."""
    before, after = _luminance(source), _luminance(target)
    gain = np.float32(after / max(before, 1e-6))

    def move(lab: Lab) -> Lab:
        flat = np.ascontiguousarray(lab.reshape(-1, 3), np.float32)
        moved: Lab = linear_to_lab(lab_to_linear(flat) * gain).reshape(lab.shape)
        return moved

    return move


def _luminance(palette: Palette) -> float:
    """Return the mean luminance Y, white at 1: that of L* alone, CIE 15."""
    points, weights = palette.points
    root = (points[:, 0] + BLACK) / 116
    return float(weights @ np.where(root > 6 / 29, root**3, 3 * (6 / 29) ** 2 * (root - 4 / 29)))
