"""Find the garment in the on-model photo and in the reference photo.

A mask given by the user wins over all. Without one, the on-model photo goes down CHAIN until a way is sure
enough; the garment records which way served. Where the network sees no person, no way is believed. The reference
is a product shot, of which all counts that stands out from its backdrop, or shows a person too. Photos are looked
at reduced; the edge is then settled at full size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from colorfast.errors import GarmentNotFound, MaskMismatch, SettingsError
from colorfast.records import GARMENTS, Garment, Lab, Mask, Palette, Photo
from colorfast.segment.backdrop import backdrop_confidence, fit_backdrop, standing_out
from colorfast.segment.cache import Kept, key_of, remembered
from colorfast.segment.color_prior import Found, find_by_colors
from colorfast.segment.heuristic import find_by_place
from colorfast.segment.kind import fitting_kind
from colorfast.segment.parsing import Parsed, parse
from colorfast.segment.person import may_show_person
from colorfast.segment.refine import make_garment
from colorfast.segment.sam import redrawn
from colorfast.segment.scene import Scene, look_at
from colorfast.segment.settings import SegmentSettings
from colorfast.segment.sharpen import sharpen
from colorfast.segment.view import enlarged, lab_of, reduced, resized
from colorfast.segment.worn import find_worn, surely_seen, with_prints
from colorfast.weights import find

DEFAULT = SegmentSettings()
SURE = 0.5  # share from which a pixel is garment
SURE_OF_PERSON = 0.5
"""Confidence from which a reference is taken for a photo of a person: 81 of 83 are, and of 127 product shots 3,
of those with skin's color in them 2."""


class Look:
    """What is told of a photo, once a way asks."""

    def __init__(self, photo: Photo, settings: SegmentSettings) -> None:
        self.photo, self.settings = photo, settings
        self.small = reduced(photo, settings.working_size)

    def enough(self, mask: Mask) -> bool:
        """Return whether a mask of any size has the pixels, in the whole photo, for color to be measured."""
        height, width = self.photo.size
        return float(mask.mean()) * height * width >= self.settings.min_pixels

    @cached_property
    def scene(self) -> Scene:
        """The photo taken apart without a network."""
        return look_at(lab_of(self.small))

    @cached_property
    def parsed(self) -> Parsed:
        """What the network says."""
        return parse(self.small.pixels, self.settings.network, flip=self.settings.flip)

    @property
    def nobody(self) -> bool:
        """Whether a network was asked, and saw no person."""
        return bool(self.settings.network) and surely_seen(self.parsed) < self.settings.least_confidence


def parsing(look: Look, target: Palette | None, wanted: str) -> Found | None:
    """Clothes as a network sees them; of those the ones that fit the target."""
    if not look.settings.network:
        return None
    worn = find_worn(lab_of(resized(look.small, look.parsed.size)), look.parsed, target, wanted)
    return Found(worn.share > SURE, worn.confidence, worn.share, worn.person)


def color_prior(look: Look, target: Palette | None, wanted: str) -> Found | None:
    """Pixels near the target's colors, skin excluded."""
    if target is None:
        return None
    return find_by_colors(look.scene, target, fitting_kind(look.scene, target, wanted))


def heuristic(look: Look, _: Palette | None, wanted: str) -> Found | None:
    """What covers the torso and is neither backdrop nor skin; of a product shot, all that stands out."""
    if look.nobody and look.scene.plain:
        return _off_backdrop(look.scene.lab)
    return find_by_place(look.scene, wanted)


Way = Callable[[Look, Palette | None, str], Found | None]
CHAIN: tuple[tuple[str, Way], ...] = (
    ("parsing", parsing),
    ("color_prior", color_prior),
    ("heuristic", heuristic),
)


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

    Raises MaskMismatch, MaskTooSmall when the mask, or the whole photo, has too few pixels, and for a network
    that was chosen SettingsError, NetworkMissing, NetworkDamaged, NetworkUnfit.
    """
    _check(wanted)
    if mask is not None:
        return _given(photo, mask, settings)
    key, room = _key(photo, target, wanted, settings), settings.cache_megabytes
    seen = remembered(key, lambda: _seek(photo, target, wanted, settings), room)
    words = seen.words
    return make_garment(photo, seen.picture, words["way"], words["confidence"], settings)


def find_reference(
    photo: Photo, *, wanted: str = "auto", mask: Mask | None = None, settings: SegmentSettings = DEFAULT
) -> Garment:
    """Return where the garment is in a reference: by mask, by the file's opacity, or off the backdrop.

    wanted   which of several garments, where the reference shows a person

    Raises GarmentNotFound, MaskMismatch, MaskTooSmall.
    """
    _check(wanted)
    if mask is not None:
        return _given(photo, mask, settings)
    if photo.opacity is not None:
        opaque = photo.opacity > np.iinfo(photo.opacity.dtype).max // 2
        if settings.min_pixels <= np.count_nonzero(opaque) < opaque.size:
            return make_garment(photo, opaque, "opacity", 1.0, settings)
    small = reduced(photo, settings.working_size)
    lab = lab_of(small)
    found = _off_backdrop(lab)
    mask = enlarged(found.mask, photo.size)
    if np.count_nonzero(mask) < settings.min_pixels:
        raise GarmentNotFound(photo.id, "the garment cannot be told from the background")
    garment = make_garment(photo, mask, "backdrop", found.confidence, settings)
    if not settings.network or not may_show_person(lab, found.mask):
        return garment
    return _worn_in(photo, wanted, settings) or garment


def _off_backdrop(lab: Lab) -> Found:
    """Return all that stands out from a plain backdrop."""
    backdrop = fit_backdrop(lab)
    mask = standing_out(lab, backdrop)
    return Found(mask, backdrop_confidence(lab, backdrop, mask) if mask.any() else 0.0)


def _worn_in(photo: Photo, wanted: str, settings: SegmentSettings) -> Garment | None:
    """Return what the person in a reference wears; None where the network is not sure of one."""
    look = Look(photo, settings)
    found = parsing(look, None, wanted)
    if found is None or found.confidence * found.person < SURE_OF_PERSON:
        return None
    way, mask = _at_full_size(look, "parsing", found)
    return make_garment(photo, mask, way, found.confidence, settings)


def _check(wanted: str) -> None:
    if wanted not in GARMENTS:
        raise SettingsError("garment", wanted, "one of " + ", ".join(GARMENTS))


def _seek(photo: Photo, target: Palette | None, wanted: str, settings: SegmentSettings) -> Kept:
    """Go down the chain; what nothing was found in still has a middle."""
    look = Look(photo, settings)
    way, found = _walk(look, target, wanted)
    (way, mask), sure = _at_full_size(look, way, found), found.confidence
    if not look.enough(mask):
        way, mask, sure = "heuristic", _middle(look), 0.0
    return Kept(mask, {"way": way, "confidence": sure})


def _key(photo: Photo, target: Palette | None, wanted: str, settings: SegmentSettings) -> str:
    if settings.cache_megabytes <= 0:
        return ""
    colors = () if target is None else (target.kind, *target.points, target.colors, target.weights)
    networks = [find(name).sha256 if name else "" for name in (settings.network, settings.refiner)]
    return key_of(photo.pixels, photo.profile, wanted, *networks, settings, *colors)


def _middle(look: Look) -> Mask:
    """Return the middle half of the photo's rows and columns; all of a photo that is too small for that."""
    mask = np.zeros(look.photo.size, np.bool_)
    mask[tuple(slice(side // 4, side - side // 4) for side in mask.shape)] = True
    return mask if look.enough(mask) else np.ones_like(mask)


def _walk(look: Look, target: Palette | None, wanted: str) -> tuple[str, Found]:
    """The first way that is sure enough; else the surest. None is surer than that there is a person."""
    tried: list[tuple[str, Found]] = []
    person = 1.0
    for way, ask in CHAIN:
        found = ask(look, target, wanted)
        if found is None:
            continue
        person = min(person, found.person)
        tried.append((way, found))
        believed = found.confidence * found.person >= look.settings.least_confidence
        if believed and look.enough(found.mask):
            break
    else:
        tried.sort(key=lambda each: (look.enough(each[1].mask), each[1].confidence * each[1].person))
    way, found = tried[-1]
    return way, replace(found, confidence=found.confidence * person)


def _at_full_size(look: Look, way: str, found: Found) -> tuple[str, Mask]:
    """Return the mask at the photo's size: along the picture's edges, or with smooth outlines, or as it is.

    Where the refiner drew it, the way says so.
    """
    if found.share is not None:
        refiner = look.settings.refiner
        drawn = redrawn(look.photo.pixels, found.share, refiner) if refiner else None
        if drawn is not None and look.enough(drawn):
            return f"{way}+{refiner}", drawn
        sharp = with_prints(sharpen(look.photo.pixels, found.share), look.parsed)
        if look.enough(sharp):
            return way, sharp
    smooth = enlarged(found.mask, look.photo.size)
    return way, smooth if look.enough(smooth) else enlarged(found.mask, look.photo.size, smooth=False)


def _given(photo: Photo, mask: Mask, settings: SegmentSettings) -> Garment:
    if mask.shape != photo.size:
        raise MaskMismatch((mask.shape[0], mask.shape[1]), photo.size)
    return make_garment(photo, mask, "mask", 1.0, settings)
