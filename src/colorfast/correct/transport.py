"""Optimal transport: each color of the photo moves to the reference color that it is coupled with.

The coupling is balanced: the reference's shares are taken as they are. Between the palette's nodes displacements
are averaged by nearness, so the map is smooth and prints keep all their colors.
"""

from __future__ import annotations

import numpy as np

from colorfast.correct.maps import keeping_lightness, step, unchanged
from colorfast.correct.matching import displacements
from colorfast.correct.settings import CorrectSettings
from colorfast.records import ColorMap, Lab, Palette, Step

WIDTH = 4.0
"""Lab units over which neighboring nodes share their displacements."""


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it."""
    steps = [step("as it is", unchanged, source, target)]
    color_map = _smooth(source, displacements(source, target, reach=None)[0])
    if not settings.luminance:
        color_map = keeping_lightness(color_map)
    steps.append(step("transport", color_map, source, target))
    return color_map, steps


def _smooth(source: Palette, displacement: Lab) -> ColorMap:
    """Return the map that adds the displacements of the nodes nearby (Nadaraya-Watson, Gaussian)."""
    log_share = np.log(source.weights)

    def move(lab: Lab) -> Lab:
        flat = lab.reshape(-1, 3)
        moved = np.empty_like(flat, dtype=np.float32)
        for first in range(0, len(flat), 65536):  # bounds the (pixels, nodes) table
            part = flat[first : first + 65536]
            square = (part**2).sum(1)[:, None] - 2 * part @ source.colors.T + (source.colors**2).sum(1)
            near = log_share - square / np.float32(2 * WIDTH * WIDTH)
            share = np.exp(near - near.max(1, keepdims=True))
            moved[first : first + 65536] = part + (share @ displacement) / share.sum(1, keepdims=True)
        return moved.reshape(lab.shape)

    return move
