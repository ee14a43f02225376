"""One benchmark case: a photo with a wrong color, a reference, and the photo as it should be.

A `Case` names files and travels to worker processes; `load` turns it into a `Problem` in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from colorfast.bench.degrade import degrade_photo, generator
from colorfast.bench.labels import Region
from colorfast.bench.scenarios import SCENARIOS, Change, Scenario, core_colors
from colorfast.color.distribution import palette_of
from colorfast.color.profiles import to_lab
from colorfast.errors import MaskMissing, NotAligned
from colorfast.read.image import read_photo
from colorfast.records import Garment, Lab, Mask, Palette, Photo
from colorfast.segment.garment import find_garment, find_reference
from colorfast.segment.person import shows_person
from colorfast.segment.settings import SegmentSettings

SURE = 0.5  # alpha from which a found garment is degraded


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The files of one benchmark case."""

    id: str
    data_set: str
    """Name of the folder it is from."""
    track: str
    """same, still, view, ai, recolor, pairs, wrong, or the name of a scenario."""
    stratum: str
    truth: Path
    reference: Path
    photo: Path | None = None
    """The photo with the wrong color; None degrades the truth."""
    mask: Region | None = None
    """The garment in truth and photo; None looks for it in the truth."""
    reference_mask: Region | None = None
    place: str | None = None
    """Which garment to look for in a reference that shows a person without a mask: upper, lower, …; None is a
    product shot."""


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
    core: Mask
    """(h, w) pixels in which photo and truth are compared."""


def load(case: Case, *, seed: int, settings: SegmentSettings) -> Problem:
    """Read a case's files and degrade its truth where it has no wrong photo of its own.

    Raises a ColorfastError when a file or a garment cannot be used.
    """
    if case.track in SCENARIOS:
        return _made(case, SCENARIOS[case.track], seed, settings)
    truth = replace(read_photo(case.truth), id=case.id)
    reference = read_photo(case.reference)
    shown = _reference_garment(case, reference, settings)
    colors = to_lab(reference.pixels[shown.box], reference.profile)[shown.core[shown.box]]
    target = replace(palette_of(colors), on_person=shows_person(reference, shown))
    if case.mask is not None:
        mask = case.mask.read(truth.size)
    else:
        found = find_garment(truth, target, wanted=case.place or "auto", settings=settings)
        mask = found.alpha >= SURE
    if case.photo is None:
        photo, _ = degrade_photo(truth, mask, seed=seed)
    else:
        photo = replace(read_photo(case.photo), id=case.id)
    if photo.size != truth.size:
        raise NotAligned(photo.size, truth.size)
    garment = find_garment(photo, target, mask=mask, settings=settings)
    return Problem(
        case=case,
        photo=photo,
        garment=garment,
        reference=colors,
        target=target,
        truth=truth,
        core=garment.core,
    )


def _made(case: Case, scenario: Scenario, seed: int, settings: SegmentSettings) -> Problem:
    """Make a scenario's problem, in 16 bits and delivered without loss: what is off is the method's doing."""
    if case.mask is None:
        raise MaskMissing(case.truth)
    original = _in_16_bits(replace(read_photo(case.truth), id=case.id, format="png"))
    mask = case.mask.read(original.size)
    truth = _changed(original, mask, scenario.truth, case, seed)
    photo = truth
    if scenario.error != "none":
        photo, _ = degrade_photo(truth, mask, seed=seed, bounded=scenario.error == "bounded")
    photo = _changed(photo, mask, scenario.wrong, case, seed)
    if scenario.shown is None:
        colors = core_colors(original, mask)
    else:
        colors = scenario.shown(original, mask, _generator(case, seed))
    given = mask if scenario.given is None else scenario.given(mask)
    on_person = shows_person(original, find_garment(original, None, mask=mask, settings=settings))
    return Problem(
        case=case,
        photo=photo,
        garment=find_garment(photo, None, mask=given, settings=settings),
        reference=colors,
        target=replace(palette_of(colors), on_person=on_person),
        truth=truth,
        core=find_garment(truth, None, mask=mask, settings=settings).core,
    )


def _in_16_bits(photo: Photo) -> Photo:
    if photo.pixels.dtype == np.uint16:
        return photo
    return replace(photo, pixels=photo.pixels.astype(np.uint16) * np.uint16(257))


def _changed(photo: Photo, mask: Mask, change: Change | None, case: Case, seed: int) -> Photo:
    return photo if change is None else change(photo, mask, _generator(case, seed))


def _generator(case: Case, seed: int) -> np.random.Generator:
    """Return the generator of a scenario's parts, which draw independently of the color error."""
    return generator(seed, f"{case.track}:{case.id}")


def _reference_garment(case: Case, reference: Photo, settings: SegmentSettings) -> Garment:
    if case.reference_mask is not None:
        return find_reference(reference, mask=case.reference_mask.read(reference.size), settings=settings)
    if case.place is not None:
        return find_garment(reference, None, wanted=case.place, settings=settings)
    return find_reference(reference, settings=settings)
