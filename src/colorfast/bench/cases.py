"""One benchmark case: a photo with a wrong color, a reference, and the photo as it should be.

A `Case` names files and travels to worker processes; `load` turns it into a `Problem` in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from colorfast.bench.degrade import degrade_photo
from colorfast.bench.labels import Region
from colorfast.color.distribution import palette_of
from colorfast.color.profiles import to_lab
from colorfast.errors import NotAligned
from colorfast.read.image import read_photo
from colorfast.records import Garment, Lab, Palette, Photo
from colorfast.segment.garment import find_garment, find_reference
from colorfast.segment.settings import SegmentSettings

SURE = 0.5  # alpha from which a found garment is degraded


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The files of one benchmark case."""

    id: str
    data_set: str
    """Name of the folder it is from."""
    track: str
    """same, still, view, ai, recolor or pairs."""
    stratum: str
    truth: Path
    reference: Path
    photo: Path | None = None
    """The photo with the wrong color; None degrades the truth."""
    mask: Region | None = None
    """The garment in truth and photo; None looks for it in the truth."""
    reference_mask: Region | None = None
    worn: str | None = None
    """Where the reference shows a worn garment without a mask: upper, lower, …; None is a product shot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A loaded case."""

    case: Case
    photo: Photo
    garment: Garment
    """In the photo, by the case's mask, so that every method has the same one."""
    reference: Lab
    """(n, 3) colors of the reference's core."""
    target: Palette
    truth: Photo


def load(case: Case, *, seed: int, settings: SegmentSettings) -> Problem:
    """Read a case's files and degrade its truth where it has no wrong photo of its own.

    Raises a ColorfastError when a file or a garment cannot be used.
    """
    truth = replace(read_photo(case.truth), id=case.id)
    reference = read_photo(case.reference)
    shown = _reference_garment(case, reference, settings)
    colors = to_lab(reference.pixels[shown.box], reference.profile)[shown.core[shown.box]]
    target = palette_of(colors)
    if case.mask is not None:
        mask = case.mask.read(truth.size)
    else:
        found = find_garment(truth, target, wanted=case.worn or "auto", settings=settings)
        mask = found.alpha >= SURE
    if case.photo is None:
        photo, _ = degrade_photo(truth, mask, seed=seed)
    else:
        photo = replace(read_photo(case.photo), id=case.id)
    if photo.size != truth.size:
        raise NotAligned(photo.size, truth.size)
    garment = find_garment(photo, target, mask=mask, settings=settings)
    return Problem(case=case, photo=photo, garment=garment, reference=colors, target=target, truth=truth)


def _reference_garment(case: Case, reference: Photo, settings: SegmentSettings) -> Garment:
    if case.reference_mask is not None:
        return find_reference(reference, mask=case.reference_mask.read(reference.size), settings=settings)
    if case.worn is not None:
        return find_garment(reference, None, wanted=case.worn, settings=settings)
    return find_reference(reference, settings=settings)
