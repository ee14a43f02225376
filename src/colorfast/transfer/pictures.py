"""Give a photo the colors of a reference: two photos in, new code values of the first out.

Colors are measured on the two photos, or on what has the same label in both; the map between them is that of the
`neural` method. A label that the reference does not have, or hardly, gets the map of the whole photos.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.color.distribution import palette_of
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.sampling import core_colors
from colorfast.correct.lattice import recolor
from colorfast.correct.neural import find_map
from colorfast.correct.settings import CorrectSettings
from colorfast.correct.sliced import apart
from colorfast.errors import MaskMismatch
from colorfast.masks import scaled
from colorfast.records import Array, ColorMap, Garment, Mask, Palette, Photo

DEFAULTS = CorrectSettings()
LEAST = 0.005
"""Share of a photo that a label must cover in both to have a map of its own."""
SOFT = 2.0
"""Pixels at 1024 pixels height over which the maps of two labels pass into each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A photo in another's colors."""

    pixels: Array
    """(h, w, 3) code values of the source's type, in its color space."""
    labels: tuple[int, ...]
    """Those that have a map of their own."""
    before: float
    """How far the colors of the two photos were apart: sliced Wasserstein distance, Lab units."""
    after: float
    """And how far they are now."""


def transfer(source: Photo, reference: Photo, labels: tuple[Array, Array] | None = None) -> Transfer:
    """Give a photo the colors of a reference.

    labels   (h, w) ids of what the source shows, and of what the reference shows; None: all is one

    Raises MaskMismatch when labels are not of their photo's size, NetworkMissing and NetworkDamaged.
    """
    ours, theirs = (_palette(photo, np.ones(photo.size, bool)) for photo in (source, reference))
    whole = find_map(ours, theirs, DEFAULTS)[0]
    parts = [] if labels is None else list(_parts(source, reference, labels))
    pixels = _mixed(source, whole, parts)
    now = _palette_of_pixels(pixels, source.profile)
    return Transfer(
        pixels=pixels,
        labels=tuple(label for label, _, _ in parts),
        before=apart(*ours.points, theirs),
        after=apart(*now.points, theirs),
    )


def _parts(
    source: Photo, reference: Photo, labels: tuple[Array, Array]
) -> Iterator[tuple[int, Mask, ColorMap]]:
    """Yield each label that covers enough of both photos, where it is in the source, and its map."""
    for photo, ids in zip((source, reference), labels, strict=True):
        if ids.shape != photo.size:
            raise MaskMismatch((ids.shape[0], ids.shape[1]), photo.size)
    here, there = labels
    for label in np.intersect1d(here, there).tolist():
        masks = here == label, there == label
        if min(mask.mean() for mask in masks) >= LEAST:
            ours, theirs = _palette(source, masks[0]), _palette(reference, masks[1])
            yield label, masks[0], find_map(ours, theirs, DEFAULTS)[0]


def _mixed(source: Photo, whole: ColorMap, parts: list[tuple[int, Mask, ColorMap]]) -> Array:
    """Return the source with the map of the whole, and softly with those of its parts in their places."""
    everywhere = np.ones(source.size, bool)
    if not parts:
        return _recolored(source, everywhere, whole)
    taken = np.logical_or.reduce([mask for _, mask, _ in parts])
    layers = [(mask, color_map) for _, mask, color_map in parts]
    if not taken.all():
        layers.append((~taken, whole))
    sigma = max(scaled(SOFT, source.size[0]), 0.5)
    total, weights = np.zeros((*source.size, 3), np.float32), np.zeros(source.size, np.float32)
    for mask, color_map in layers:
        weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma)
        total += weight[..., None] * _recolored(source, weight > 0, color_map)
        weights += weight
    return np.asarray(np.rint(total / weights[..., None]).astype(source.dtype))


def _recolored(photo: Photo, chosen: Mask, color_map: ColorMap) -> Array:
    """Return a copy of the code values in which the chosen pixels have gone through a map."""

    def move(codes: Array, dtype: npt.DTypeLike) -> Array:
        return from_lab(color_map(to_lab(codes, photo.profile)), photo.profile, dtype)

    pixels = np.array(photo.pixels, order="C")
    recolor(pixels, chosen, move)
    return pixels


def _palette(photo: Photo, mask: Mask) -> Palette:
    """Return the colors of a part of a photo."""
    box = slice(0, photo.size[0]), slice(0, photo.size[1])
    part = Garment(core=mask, alpha=mask.astype(np.float32), way="mask", confidence=1.0, box=box)
    return replace(palette_of(core_colors(photo, part)), on_person=True)  # no product shot


def _palette_of_pixels(pixels: Array, profile: bytes | None) -> Palette:
    return _palette(Photo(id="", pixels=pixels, profile=profile), np.ones(pixels.shape[:2], bool))
