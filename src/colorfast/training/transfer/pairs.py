"""Pairs to learn from: the colors of a source and of a reference, and what each of the source's should become.

All are made from regions of photos; what a pair is, is drawn from KINDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from colorfast.bench.distort import draw_error, recolor
from colorfast.color.distribution import palette_of
from colorfast.color.spaces import rgb_to_lab
from colorfast.records import Array, Lab, Palette
from colorfast.training.transfer.colors import Regions
from colorfast.training.transfer.recolor import another_light, draw_grade

JUDGED = 256  # pixels by which a drawn error is judged
NOISE = 1.0  # 8-bit codes: what coding a photo anew does to a pixel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """One pair with its truth."""

    source: Lab
    """(n, 3) colors of the source."""
    truth: Lab | None
    """(n, 3) what they should become; None: nobody knows."""
    target: Palette
    """The reference's colors."""


def drawn(regions: Regions, kind: str, rng: np.random.Generator) -> Lesson:
    """Draw a lesson of a kind from regions."""
    return KINDS[kind](regions, rng)


def _graded(regions: Regions, rng: np.random.Generator) -> Lesson:
    """Draw a whole photo under a change of color; the reference is the photo with, or without it."""
    colors = _rgb(regions, _whole(regions, rng))
    return _either_way(colors, draw_grade(rng)(colors), rng)


def _dyed(regions: Regions, rng: np.random.Generator) -> Lesson:
    """Draw a whole photo in which only clothes have another color."""
    number = _whole(regions, rng)
    colors = _rgb(regions, number)
    changed = np.where(regions.clothes[number, :, None], draw_grade(rng)(colors), colors)
    return _either_way(colors, changed, rng)


def _either_way(colors: Array, changed: Array, rng: np.random.Generator) -> Lesson:
    before, after = (colors, changed) if rng.random() < 0.5 else (changed, colors)
    truth = rgb_to_lab(after)
    return Lesson(
        source=rgb_to_lab(before), truth=truth, target=_seen(_coded(truth, rng), product_shot=False)
    )


def _worn(regions: Regions, rng: np.random.Generator) -> Lesson:
    """Draw a garment with a color error; the reference is the garment as it is, or a part of it."""
    number = _garment(regions, rng)
    source, truth = _degraded(_rgb(regions, number), rng)
    seen = _part(regions, number, rng) if rng.random() < 0.3 else slice(None)
    return Lesson(source=source, truth=truth, target=_seen(_coded(truth[seen], rng), product_shot=False))


def _shot(regions: Regions, rng: np.random.Generator) -> Lesson:
    """Draw a garment with a color error; the reference shows it, or a part of it, in another light."""
    number = _garment(regions, rng)
    source, truth = _degraded(_rgb(regions, number), rng)
    seen = _part(regions, number, rng) if rng.random() < 0.35 else slice(None)
    return Lesson(
        source=source, truth=truth, target=_seen(another_light(truth[seen], rng), product_shot=True)
    )


def _unrelated(regions: Regions, rng: np.random.Generator) -> Lesson:
    """Draw two regions that have nothing to do with each other."""
    one, other = (_whole(regions, rng) if rng.random() < 0.5 else _garment(regions, rng) for _ in range(2))
    target = _seen(rgb_to_lab(_rgb(regions, other)), product_shot=False)
    return Lesson(source=rgb_to_lab(_rgb(regions, one)), truth=None, target=target)


Draw: TypeAlias = Callable[[Regions, np.random.Generator], Lesson]
KINDS: Mapping[str, Draw] = MappingProxyType(
    {"graded": _graded, "dyed": _dyed, "worn": _worn, "shot": _shot, "unrelated": _unrelated}
)


def _degraded(rgb: Array, rng: np.random.Generator) -> tuple[Lab, Lab]:
    """Return colors with an error as `colorfast degrade` makes them, and as they are."""
    error = draw_error(rgb[:JUDGED], rng)
    return rgb_to_lab(recolor(rgb[None], error)[0]), rgb_to_lab(rgb)


def _seen(lab: Lab, *, product_shot: bool) -> Palette:
    return replace(palette_of(lab), on_person=not product_shot)


def _coded(lab: Lab, rng: np.random.Generator) -> Lab:
    """Return colors as they are, or with the noise of a photo that was coded anew."""
    if rng.random() < 0.5:
        return lab
    return np.asarray(lab + rng.normal(0, NOISE / 2.55, lab.shape), np.float32)


def _part(regions: Regions, number: int, rng: np.random.Generator) -> Array:
    """Return which pixels (n,) lie on one side of a line through the region."""
    turn = rng.uniform(0, 2 * np.pi)
    along = regions.places[number].astype(np.float32) @ (np.cos(turn), np.sin(turn))
    return np.asarray(along <= np.quantile(along, rng.uniform(0.3, 0.9)))


def _rgb(regions: Regions, number: int) -> Array:
    """Return colors (n, 3) float32 sRGB 0..1."""
    return regions.colors[number].astype(np.float32) / 255


def _whole(regions: Regions, rng: np.random.Generator) -> int:
    return int(rng.choice(np.flatnonzero(regions.whole)))


def _garment(regions: Regions, rng: np.random.Generator) -> int:
    return int(rng.choice(np.flatnonzero(~regions.whole)))
