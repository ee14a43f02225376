"""The whole product: a pair and the settings come in, one Result with the delivered file goes out.

    read → find the garment → correct its box → put the new pixels in → encode → decode → measure → judge

Only pixels with alpha > 0 get new code values; every other one is copied bit for bit. What is measured is the
encoded file, decoded again.
"""

from __future__ import annotations

import functools
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pyvips

from colorfast.color.distribution import palette_of, single_color
from colorfast.color.sampling import core_colors
from colorfast.correct import CORRECTORS
from colorfast.errors import PairsError, SettingsError
from colorfast.read.image import ReadLimits, decode, read_photo
from colorfast.read.mask import read_mask
from colorfast.read.write import Written, encode, rewrite, with_part
from colorfast.records import Array, Coding, Correction, Garment, Mask, Pair, Palette, Photo, Result
from colorfast.segment.garment import find_garment, find_reference
from colorfast.segment.outline import kind_of_outline
from colorfast.segment.person import shows_person
from colorfast.segment.settings import SegmentSettings
from colorfast.settings import Settings
from colorfast.swatch.library import target_of
from colorfast.verify.measure import measure
from colorfast.verify.verdict import judge

DEFAULTS = Settings()
KEPT_REFERENCES = 4  # several photos of a product follow each other; more would only hold memory


def process(pair: Pair, settings: Settings = DEFAULTS) -> Result:
    """Give the garment in the pair's photo the color of its reference, and measure the outcome.

    Writes nothing: the finished file is `result.data`. Raises a ColorfastError when an input cannot be used.
    """
    clock = Clock()
    with clock.stage("read"):
        before, mask, goal = read_inputs(pair, settings)
    with clock.stage("segment"):
        garment = find_garment(
            before, goal.palette, wanted=pair.garment, mask=mask, settings=settings.segment
        )
    with clock.stage("correct"):
        correction = correct(before, garment, goal.palette, settings, method=pair.method)
    with clock.stage("write"):
        written = rewrite(before, garment.box, correction.pixels, pair.photo, settings.write)
    with clock.stage("verify"):
        written, after = looked_at(before, garment, correction.pixels, written, settings)
        measures = measure(before, after, garment, goal.palette, settings.verify, touched=written.touched)
    return Result(
        id=pair.id,
        judgement=judge(measures, settings.limits, garment=garment, target=goal.palette),
        method=correction.method,
        garment=garment,
        measures=measures,
        steps=correction.steps,
        timings_ms=clock.spent_ms,
        versions=versions(),
        before=before,
        after=after,
        reference=goal.photo,
        target=goal.palette,
        color_map=correction.color_map,
        data=written.data,
        coding=written.coding,
        forecast=correction.forecast,
    )


def verify_pair(pair: Pair, corrected: Path, settings: Settings = DEFAULTS) -> Result:
    """Measure and judge a photo that was corrected elsewhere; `pair.photo` is the photo before.

    Raises NotAligned when the two photos differ in size: nothing could be compared pixel by pixel.
    """
    clock = Clock()
    with clock.stage("read"):
        before, mask, goal = read_inputs(pair, settings)
        after = read_photo(corrected, settings.read)
    with clock.stage("segment"):
        garment = find_garment(
            before, goal.palette, wanted=pair.garment, mask=mask, settings=settings.segment
        )
    with clock.stage("verify"):
        measures = measure(before, after, garment, goal.palette, settings.verify)
    return Result(
        id=pair.id,
        judgement=judge(measures, settings.limits, garment=garment, target=goal.palette),
        method="given",
        garment=garment,
        measures=measures,
        steps=(),
        timings_ms=clock.spent_ms,
        versions=versions(),
        before=before,
        after=after,
        reference=goal.photo,
        target=goal.palette,
        color_map=np.array,  # nothing was mapped here: every color to a copy of itself
        data=corrected.read_bytes(),
        coding=Coding(way="given"),
    )


class Goal(NamedTuple):
    """The color that is wanted, and the photo that shows it where there is one."""

    palette: Palette
    photo: Photo | None


class Inputs(NamedTuple):
    """What a pair names, decoded."""

    photo: Photo
    mask: Mask | None
    goal: Goal


def read_inputs(pair: Pair, settings: Settings) -> Inputs:
    """Return the pair's photo, its mask where one is given, and its goal."""
    photo = read_photo(pair.photo, settings.read)
    mask = read_mask(pair.mask, photo.size) if pair.mask else None
    return Inputs(photo, mask, read_goal(pair, settings))


def read_goal(pair: Pair, settings: Settings) -> Goal:
    """Return the pair's target: a given color wins over the reference, which then is only shown."""
    if pair.target is not None:
        palette = single_color(target_of(pair.target).lab)
        return Goal(palette, read_photo(pair.reference, settings.read) if pair.reference else None)
    if pair.reference is None:
        raise PairsError(pair.photo, "it has neither a reference nor a target color; give one of them")
    mask = None if pair.reference_mask is None else Stamp.of(pair.reference_mask)
    return _reference_goal(Stamp.of(pair.reference), mask, pair.garment, settings.read, settings.segment)


def correct(
    photo: Photo, garment: Garment, target: Palette, settings: Settings, *, method: str | None = None
) -> Correction:
    """Return the new code values of the garment's box by the pair's method, else the settings'."""
    chosen = chosen_method(method, settings)
    return CORRECTORS[chosen](photo, garment, target, replace(settings.correct, method=chosen))


def chosen_method(method: str | None, settings: Settings) -> str:
    """Return the pair's method, else the settings'. Raises SettingsError for an unknown one."""
    chosen = method or settings.correct.method
    if chosen not in CORRECTORS:
        raise SettingsError("method", chosen, f"one of {', '.join(CORRECTORS)}")
    return chosen


def looked_at(
    before: Photo, garment: Garment, pixels: Array, written: Written, settings: Settings
) -> tuple[Written, Photo]:
    """Return the file to deliver and what it shows, decoded again.

    Where a file does not keep what kept blocks promise, all of it is coded anew.
    """
    after = decode(written.data, before.id, settings.read, like=written.like)
    if written.holds is None or written.holds(before, after):
        return written, after
    coding = Coding(reason="with its blocks kept, other pixels changed")
    whole = with_part(before, garment.box, pixels)
    written = Written(encode(before, whole, settings.write), coding)
    return written, decode(written.data, before.id, settings.read)


class Stamp(NamedTuple):
    """A file as it is now: written again, it has another stamp."""

    path: Path
    modified_ns: int
    size: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Return the stamp of a file; one that is missing has zeros, and reading it will name the fault."""
        try:
            found = path.stat()
        except OSError:
            return cls(path, 0, 0)
        return cls(path, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=KEPT_REFERENCES)
def _reference_goal(
    reference: Stamp, mask: Stamp | None, wanted: str, limits: ReadLimits, segment: SegmentSettings
) -> Goal:
    """Return what a reference shows."""
    photo = read_photo(reference.path, limits)
    given = None if mask is None else read_mask(mask.path, photo.size)
    garment = find_reference(photo, wanted=wanted, mask=given, settings=segment)
    palette, worn = palette_of(core_colors(photo, garment)), shows_person(photo, garment)
    kind = "auto" if worn else kind_of_outline(garment.alpha > 0)
    goal = Goal(replace(palette, on_person=worn, kind=kind), photo)
    if photo.source is not None:
        photo.source.forget()  # goals are kept; a report will decode it again
    return goal


@dataclass(frozen=True, slots=True)
class Clock:
    """Adds up the milliseconds that each stage takes."""

    spent_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the body of a with statement under this name."""
        start = time.perf_counter()
        yield
        spent = 1000 * (time.perf_counter() - start)
        self.spent_ms[name] = round(self.spent_ms.get(name, 0.0) + spent, 2)


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions that a result hangs on, by name."""
    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    named = {name: version(name) for name in ("colorfast", "numpy", "numba")}
    return {**named, "opencv": cv2.__version__, "libvips": libvips, "python": platform.python_version()}
