"""Optimal transport: each color of the photo moves to the reference color that it is coupled with.

The coupling is balanced: the reference's shares are taken as they are. Between the palette's nodes displacements
are averaged by nearness, so the map is smooth and prints keep all their colors.
"""

from __future__ import annotations

from colorfast.color.transport import carried
from colorfast.correct.maps import as_it_is, keeping_lightness, step
from colorfast.correct.matching import displacements
from colorfast.correct.settings import CorrectSettings
from colorfast.records import ColorMap, Lab, Palette, Step

WIDTH = 4.0
"""Lab units over which neighboring nodes share their displacements."""


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it."""
    steps = [as_it_is(source, target)]
    found = displacements(source, target, reach=None)[0]

    def carry(lab: Lab) -> Lab:
        return carried(lab, source, found, width=WIDTH)

    color_map = carry if settings.luminance else keeping_lightness(carry)
    steps.append(step("transport", color_map, source, target))
    return color_map, steps
