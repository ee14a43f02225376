"""Find the garment in the on-model photo and in the reference photo.

A mask given by the user wins over all. Without one, the on-model photo goes down CHAIN until a way is sure
enough; the garment records which way served. The reference photo is a product shot: what stands out from its
backdrop. Both are looked at reduced; the edge is then settled at full size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from colorfast.errors import GarmentNotFound, MaskMismatch, SettingsError
from colorfast.records import GARMENTS, Garment, Mask, Palette, Photo
from colorfast.segment.backdrop import backdrop_confidence, fit_backdrop, standing_out
from colorfast.segment.color_prior import Found, find_by_colors
from colorfast.segment.heuristic import find_by_place
from colorfast.segment.kind import fitting_kind
from colorfast.segment.refine import make_garment
from colorfast.segment.scene import Scene, look_at
from colorfast.segment.settings import SegmentSettings
from colorfast.segment.view import enlarged, lab_of, reduced

DEFAULT = SegmentSettings()


def color_prior(scene: Scene, target: Palette | None, wanted: str) -> Found | None:
    """Pixels near the target's colors, skin excluded."""
    if target is None:
        return None
    return find_by_colors(scene, target, fitting_kind(scene, target, wanted))


def heuristic(scene: Scene, _: Palette | None, wanted: str) -> Found | None:
    """What covers the torso and is neither backdrop nor skin."""
    return find_by_place(scene, wanted)


Way = Callable[[Scene, Palette | None, str], Found | None]
CHAIN: tuple[tuple[str, Way], ...] = (("color_prior", color_prior), ("heuristic", heuristic))


def find_garment(
    photo: Photo,
    target: Palette | None,
    *,
    wanted: str = "auto",
    mask: Mask | None = None,
    settings: SegmentSettings = DEFAULT,
) -> Garment:
    """Return where the garment is in an on-model photo.

    target   colors the garment should have; leads to the garment that fits it
    wanted   auto, upper, lower, dress, outerwear or full: which of several garments
    mask     (h, w) of the photo's size, given by the user

    Raises MaskMismatch, and MaskTooSmall when the mask, or all that can be found, has too few pixels.
    """
    if wanted not in GARMENTS:
        raise SettingsError("garment", wanted, "one of " + ", ".join(GARMENTS))
    if mask is not None:
        return _given(photo, mask, settings)
    small = reduced(photo, settings.working_size)
    scene = look_at(lab_of(small))
    way, found = _walk(scene, target, wanted, settings.least_confidence)
    return _from_reduced(photo, found, way, settings)


def find_reference(photo: Photo, *, mask: Mask | None = None, settings: SegmentSettings = DEFAULT) -> Garment:
    """Return where the garment is in a product shot: by mask, by the file's opacity, or off the backdrop.

    Raises GarmentNotFound, MaskMismatch, MaskTooSmall.
    """
    if mask is not None:
        return _given(photo, mask, settings)
    if photo.opacity is not None:
        opaque = photo.opacity > np.iinfo(photo.opacity.dtype).max // 2
        if settings.min_pixels <= np.count_nonzero(opaque) < opaque.size:
            return make_garment(photo, opaque, "opacity", 1.0, settings)
    small = reduced(photo, settings.working_size)
    lab = lab_of(small)
    backdrop = fit_backdrop(lab)
    stands_out = standing_out(lab, backdrop)
    if np.count_nonzero(enlarged(stands_out, photo.size)) < settings.min_pixels:
        raise GarmentNotFound(photo.id, "the garment cannot be told from the background")
    confidence = backdrop_confidence(lab, backdrop, stands_out)
    return _from_reduced(photo, Found(stands_out, confidence), "backdrop", settings)


def _walk(scene: Scene, target: Palette | None, wanted: str, enough: float) -> tuple[str, Found]:
    """The first way that is sure enough; else the surest."""
    tried: list[tuple[str, Found]] = []
    for way, find in CHAIN:
        found = find(scene, target, wanted)
        if found is not None:
            tried.append((way, found))
            if found.confidence >= enough:
                return way, found
    return max(tried, key=lambda result: result[1].confidence)


def _given(photo: Photo, mask: Mask, settings: SegmentSettings) -> Garment:
    if mask.shape != photo.size:
        raise MaskMismatch((mask.shape[0], mask.shape[1]), photo.size)
    return make_garment(photo, mask, "mask", 1.0, settings)


def _from_reduced(photo: Photo, found: Found, way: str, settings: SegmentSettings) -> Garment:
    mask = enlarged(found.mask, photo.size)
    return make_garment(photo, mask, way, found.confidence, settings)
