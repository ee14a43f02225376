"""Correct: give the garment its true color. Photo and garment in, new code values of the garment's box out.

CORRECTORS["hybrid"](photo, garment, target, settings) -> Correction
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeAlias

from colorfast.color.distribution import palette_of
from colorfast.color.sampling import core_colors
from colorfast.correct import appearance, classical, hybrid, neural, transport
from colorfast.correct.blend import apply
from colorfast.correct.forecast import forecast
from colorfast.correct.maps import with_strength
from colorfast.correct.settings import WORN_GOAL, CorrectSettings
from colorfast.records import ColorMap, Correction, Garment, Palette, Photo, Step

__all__ = ["CORRECTORS", "CorrectSettings", "Corrector", "fitted"]

MapFinder: TypeAlias = Callable[[Palette, Palette, CorrectSettings], tuple[ColorMap, list[Step]]]
Corrector: TypeAlias = Callable[..., Correction]

MAPS: dict[str, MapFinder] = {
    "classical": classical.find_map,
    "ot": transport.find_map,
    "hybrid": hybrid.find_map,
    "neural": neural.find_map,
}


class Fitted(NamedTuple):
    """What a method found out about a garment; no pixel has moved yet."""

    source: Palette
    color_map: ColorMap
    steps: list[Step]


def fitted(method: str, photo: Photo, garment: Garment, target: Palette, settings: CorrectSettings) -> Fitted:
    """Return the garment's colors in the photo, and the map that a method finds for them."""
    source, find_map = palette_of(core_colors(photo, garment)), MAPS[method]
    if settings.appearance == "worn" and appearance.is_product_shot(target):
        settings = replace(settings, delta_e_target=min(settings.delta_e_target, WORN_GOAL))
        if method == "hybrid":
            find_map = appearance.find_map
        else:
            target = appearance.as_worn(source, target)
    return Fitted(source, *find_map(source, target, settings))


def _correct(
    method: str, photo: Photo, garment: Garment, target: Palette, settings: CorrectSettings
) -> Correction:
    """Fit a map on the core, apply it to the alpha."""
    found = fitted(method, photo, garment, target, settings)
    part = with_strength(found.color_map, settings.strength)
    return Correction(
        pixels=apply(photo, garment, part, edge_width=settings.edge_width),
        method=method,
        color_map=found.color_map,
        steps=tuple(found.steps),
        forecast=forecast(found.source, target, part),
    )


CORRECTORS: dict[str, Corrector] = {method: partial(_correct, method) for method in MAPS}
