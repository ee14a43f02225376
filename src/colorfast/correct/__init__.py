"""Correct: give the garment its true color. Garment's box in Lab in, the same box with new colors out.

CORRECTORS["hybrid"](lab, garment, target, settings) -> Correction
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from colorfast.color.distribution import palette_of
from colorfast.correct import appearance, classical, hybrid, transport
from colorfast.correct.blend import apply
from colorfast.correct.maps import with_strength
from colorfast.correct.settings import WORN_GOAL, CorrectSettings
from colorfast.records import ColorMap, Correction, Garment, Lab, Palette, Step

__all__ = ["CORRECTORS", "CorrectSettings", "Corrector"]

MapFinder: TypeAlias = Callable[[Palette, Palette, CorrectSettings], tuple[ColorMap, list[Step]]]
Corrector: TypeAlias = Callable[..., Correction]


def _correct(
    method: str,
    find_map: MapFinder,
    lab: Lab,
    garment: Garment,
    target: Palette,
    settings: CorrectSettings,
    *,
    height: int | None = None,
) -> Correction:
    """Fit a map on the core, apply it to the alpha.

    lab        (h, w, 3), the garment's box of the photo
    garment    core and alpha of the same box
    target     what the garment should look like
    height     of the whole photo in pixels; None when the box is all of it
    """
    source = palette_of(lab, garment.core)
    if settings.appearance == "worn" and appearance.is_product_shot(target):
        settings = replace(settings, delta_e_target=min(settings.delta_e_target, WORN_GOAL))
        if method == "hybrid":
            find_map = appearance.find_map
        else:
            target = appearance.as_worn(source, target)
    color_map, steps = find_map(source, target, settings)
    part = with_strength(color_map, settings.strength)
    mapped = apply(lab, garment, part, edge_width=settings.edge_width, height=height or lab.shape[0])
    return Correction(lab=mapped, method=method, color_map=color_map, steps=tuple(steps))


CORRECTORS: dict[str, Corrector] = {
    "classical": partial(_correct, "classical", classical.find_map),
    "ot": partial(_correct, "ot", transport.find_map),
    "hybrid": partial(_correct, "hybrid", hybrid.find_map),
}
