"""How near the palettes of a network's masks come to those of painted ones; k-means on whole pictures beside it.

A folder with photos/ and labels5/ comes in, a table goes out: CIEDE2000 over the transport between two palettes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorfast.batch.sampling import sample_all
from colorfast.color.clusters import cluster, means
from colorfast.color.distribution import cells
from colorfast.color.profiles import to_lab
from colorfast.errors import PairsError
from colorfast.read.reduced import read_reduced
from colorfast.records import Palette
from colorfast.settings import Settings
from colorfast.swatch.classes import CLASSES
from colorfast.swatch.merging import as_palette, distance, dominant
from colorfast.swatch.palette import PaletteSettings, points_of
from colorfast.swatch.photos import find_shots
from colorfast.swatch.sampling import AREA, CELL, Points, Sample

OLD = "k-means on whole pictures"
MANY = 1024  # colors
TWENTY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One class."""

    name: str
    collection: float
    """Distance of the palettes of the collection."""
    all_colors: float
    """The same before colors are made few: what the masks alone do."""
    fewer: float
    """From the palette of painted masks to theirs without each twentieth photo: what a palette moves by itself."""
    photo: float
    """Mean distance of the palettes of the same photo, over those in which both see the class."""
    photos: int
    old_collection: float
    """Distance from the painted masks' palette to k-means on whole pictures."""
    old_photo: float


def compare_palettes(
    folder: Path, *, settings: Settings, workers: int = 1, limit: int | None = None, network: str = "garment"
) -> tuple[Row, ...]:
    """Return a row for each class over photos/ and labels5/ of a folder.

    limit   only so many photos, spread evenly

    Raises PairsError, FileMissing; a photo that cannot be used is left out.
    """
    ours, true = (find_shots(folder / "photos", labels) for labels in (None, folder / "labels5"))
    every = max(1, len(ours) // (limit or len(ours)))
    chosen = tuple(
        {
            one.shot.photo: one.sample
            for one in sample_all(
                shots[::every], network=network, classes="5", settings=settings, workers=workers
            )
            if one.sample is not None
        }
        for shots in (ours, true)
    )
    photos = [shot.photo for shot in ours[::every] if all(shot.photo in some for some in chosen)]
    if not photos:
        raise PairsError(folder, "holds no photos with labels that could be used")
    whole = [_whole(photo) for photo in photos]
    found, painted = ([some[photo] for photo in photos] for some in chosen)
    return tuple(row for name in CLASSES if (row := _row(name, found, painted, whole)) is not None)


def _row(
    name: str, found: Sequence[Sample], painted: Sequence[Sample], whole: Sequence[Points]
) -> Row | None:
    here, there = ([points_of(one, name) for one in some] for some in (found, painted))
    both = [place for place in range(len(here)) if here[place] is not None and there[place] is not None]
    if not both:
        return None
    seen, truth = _gathered(here), _gathered(there)
    pairs = [(_few(here[place]), _few(there[place]), _few(whole[place], kmeans=True)) for place in both]
    return Row(
        name=name,
        collection=distance(_few(seen), _few(truth)),
        all_colors=distance(_many(seen), _many(truth)),
        fewer=distance(_few(truth), _few(_gathered(_fewer(there)))),
        photo=float(np.mean([distance(ours, true) for ours, true, _ in pairs])),
        photos=len(both),
        old_collection=distance(_few(_gathered(whole), kmeans=True), _few(truth)),
        old_photo=float(np.mean([distance(old, true) for _, true, old in pairs])),
    )


def _fewer(points: Sequence[Points | None]) -> list[Points]:
    """Return the points of the photos that see a class, without those of each twentieth."""
    seen = [one for one in points if one is not None]
    return [one for place, one in enumerate(seen) if place % TWENTY != TWENTY - 1]


def _gathered(points: Sequence[Points | None]) -> Points:
    """Return the colors of all photos that see a class, a vote each."""
    seen = [one for one in points if one is not None]
    weights = np.concatenate([one.weights for one in seen]) / np.float32(len(seen))
    return Points(np.concatenate([one.colors for one in seen]), weights)


def _few(points: Points | None, *, kmeans: bool = False) -> Palette:
    """Return the palette of weighted colors, as the command makes it or as k-means alone does."""
    assert points is not None
    most = PaletteSettings().colors
    if kmeans:
        labels = cluster(points.colors, points.weights, min(most, len(points.colors)))
        return as_palette(*means(points.colors, points.weights, labels))
    few = dominant(points.colors, points.weights, most=most, apart=PaletteSettings().apart)
    return as_palette(few.colors, few.shares)


def _many(points: Points) -> Palette:
    """Return a palette of MANY colors."""
    labels = cluster(points.colors, points.weights, min(MANY, len(points.colors)), steps=1)
    return as_palette(*means(points.colors, points.weights, labels))


def _whole(path: Path) -> Points:
    """Return the colors of a whole photo."""
    photo, _ = read_reduced(path, AREA)
    return Points(*cells(to_lab(photo.pixels, photo.profile), edge=CELL))


def palettes_text(rows: Sequence[Row]) -> str:
    """Return the table, lined up."""
    columns = f"{'photos':>8}{'palette':>9}{'5% fewer':>10}{'all colors':>12}{'a photo':>9}"
    lines = [f"{'CIEDE2000 to painted masks':28}{columns}   {OLD}: palette, a photo"]
    for one in rows:
        palettes = f"{one.collection:9.2f}{one.fewer:10.2f}{one.all_colors:12.2f}{one.photo:9.2f}"
        ours = f"{one.name:28}{one.photos:8d}{palettes}"
        lines.append(f"{ours}   {one.old_collection:{len(OLD) + 9}.2f}{one.old_photo:9.2f}")
    return "\n".join(lines)
