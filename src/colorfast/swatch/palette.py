"""The palette of a collection: what each photo shows in, dominant colors by class and their trend out.

Every photo in which a class is seen has one vote for it, whether the person stands near or far; the vote is shared
among the colors seen as their areas are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from colorfast.errors import SettingsError
from colorfast.records import Array, Lab
from colorfast.swatch.classes import CLASSES, MEMBERS, ORDER, class_of
from colorfast.swatch.merging import dominant
from colorfast.swatch.naming import names_of
from colorfast.swatch.periods import KINDS, period
from colorfast.swatch.sampling import Points, Sample

TYPE_LEAST = 0.15  # share of its class that a type must have: of smaller ones many are slips of the network


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteSettings:
    """How many colors a palette has."""

    colors: int = 12
    """Colors of a class, at most."""

    apart: float = 3.0
    """CIEDE2000 between any two of them, at least."""

    by: str | None = None
    """Trend over `year`, `season`, `month` or `folder`; None: no trend."""

    def __post_init__(self) -> None:
        if not 1 <= self.colors <= 64:
            raise SettingsError("palette.colors", self.colors, "from 1 to 64")
        if not 0 <= self.apart <= 50:
            raise SettingsError("palette.apart", self.apart, "from 0 to 50")
        if self.by is not None and self.by not in KINDS:
            raise SettingsError("palette.by", self.by, f"one of {', '.join(KINDS)}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tone:
    """One dominant color."""

    name: str
    lab: Lab
    """(3,)."""
    share: float
    """Of the votes for its class, 0..1."""
    photos: float
    """Share of the photos in which it has at least a tenth of the class, 0..1."""
    trend: tuple[float, ...] = ()
    """Its share in each period."""
    change: float | None = None
    """Slope of the trend, in share a period; None where periods have no order or there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPalette:
    """The colors of one class, or of one type of it."""

    name: str
    type_of: str | None
    """The class that it is a type of."""
    photos: int
    """In how many it is seen."""
    tones: tuple[Tone, ...]
    """The largest share first."""
    counts: tuple[int, ...] = ()
    """Photos that show it in each period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The palettes of a collection of photos."""

    photos: int
    palettes: tuple[ClassPalette, ...]
    by: str | None = None
    periods: tuple[str, ...] = ()
    undated: int = 0
    """Photos that fall into no period."""


SEEN = 0.1


def palettes_of(samples: Sequence[Sample], settings: PaletteSettings) -> Collection:
    """Return the palettes of all classes and garment types that any of the photos shows."""
    named = [_period_of(each, settings.by) for each in samples]
    periods = tuple(sorted(set(named) - {""}))
    found = [_class_palette(name, samples, named, periods, settings) for name in ORDER]
    return Collection(
        photos=len(samples),
        palettes=tuple(one for one in found if one is not None),
        by=settings.by,
        periods=periods,
        undated=named.count("") if settings.by else 0,
    )


def points_of(one: Sample, name: str) -> Points | None:
    """Return the colors of a class or type in a photo, weights summing to 1; None where it is not seen."""
    parts = [one.classes[each] for each in MEMBERS.get(name, (name,)) if each in one.classes]
    total = _area(one, name)
    if not parts or total < TYPE_LEAST * _area(one, class_of(name)):
        return None
    weights = np.concatenate([part.weights for part in parts]) / np.float32(total)
    return Points(np.concatenate([part.colors for part in parts]), weights)


def _area(one: Sample, name: str) -> float:
    """Return the share of a photo that a class or type has."""
    return sum(
        float(one.classes[each].weights.sum()) for each in MEMBERS.get(name, (name,)) if each in one.classes
    )


def _period_of(one: Sample, by: str | None) -> str:
    if by is None:
        return ""
    return one.group if by == "folder" else period(one.date, by)


def _class_palette(
    name: str,
    samples: Sequence[Sample],
    named: Sequence[str],
    periods: tuple[str, ...],
    settings: PaletteSettings,
) -> ClassPalette | None:
    """Return the palette of a class; None where no photo shows it."""
    votes = [
        (points, when) for one, when in zip(samples, named, strict=True) if (points := points_of(one, name))
    ]
    if not votes:
        return None
    colors = np.concatenate([points.colors for points, _ in votes])
    weights = np.concatenate([points.weights for points, _ in votes]).astype(np.float32)
    few = dominant(colors, weights, most=settings.colors, apart=settings.apart)
    ends = np.cumsum([len(points.weights) for points, _ in votes])
    owner = np.searchsorted(ends, np.arange(len(weights)), side="right")
    shares = np.zeros((len(votes), len(few.shares)))
    np.add.at(shares, (owner, few.labels), weights)
    trends = _trends(shares, [when for _, when in votes], periods)
    names = names_of(few.colors)
    tones = [
        Tone(
            name=names[k],
            lab=few.colors[k],
            share=float(few.shares[k]),
            photos=float((shares[:, k] >= SEEN).mean()),
            trend=tuple(float(value) for value in trends[:, k]),
            change=None if settings.by == "folder" else _slope(trends[:, k]),
        )
        for k in range(len(names))
    ]
    counts = tuple(sum(when == each for _, when in votes) for each in periods)
    return ClassPalette(
        name=name,
        type_of=None if name in CLASSES else class_of(name),
        photos=len(votes),
        tones=tuple(tones),
        counts=counts,
    )


def _trends(shares: Array, named: Sequence[str], periods: tuple[str, ...]) -> Array:
    """Return the mean share of each color in each period, (periods, colors); NaN where no photo shows the class."""
    found = np.full((len(periods), shares.shape[1]), np.nan)
    for place, each in enumerate(periods):
        chosen = np.array([when == each for when in named])
        if chosen.any():
            found[place] = shares[chosen].mean(axis=0)
    return found


def _slope(trend: Array) -> float | None:
    """Return the slope of the least squares line through the periods that are known."""
    places = np.flatnonzero(np.isfinite(trend))
    if len(places) < 2:
        return None
    return float(np.polyfit(places, trend[places], 1)[0])
