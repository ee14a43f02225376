"""A correction that moves no pixel: what is likely to fail, and why, before time is spent on it.

In: a pair and the settings. Out: a `Rehearsal`. The pair is read, the garment found and the map fitted, as
`process` does; then all is told from palettes. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from colorfast.correct import fitted
from colorfast.correct.forecast import forecast
from colorfast.correct.maps import with_strength
from colorfast.pipeline import DEFAULTS, Clock, chosen_method, read_inputs
from colorfast.read.blocks import cost_of_keeping
from colorfast.read.jpeg_file import CannotKeep, parse
from colorfast.records import Forecast, Garment, Pair, Photo, Rehearsal
from colorfast.segment.garment import find_garment
from colorfast.settings import Settings
from colorfast.verify.foretell import foretell
from colorfast.verify.verdict import doubts

FEW = 1000  # core pixels: fewer make a median uncertain by more than a just noticeable difference in a print
LOW = 256  # pixels: lower photos show no weave, and their edge is a large part of the garment


def rehearse(pair: Pair, settings: Settings = DEFAULTS) -> Rehearsal:
    """Return what is likely to become of a pair. Raises a ColorfastError when an input cannot be used."""
    clock = Clock()
    with clock.stage("read"):
        photo, mask, goal = read_inputs(pair, settings)
    with clock.stage("segment"):
        garment = find_garment(photo, goal.palette, wanted=pair.garment, mask=mask, settings=settings.segment)
    with clock.stage("correct"):
        method = chosen_method(pair.method, settings)
        found = fitted(method, photo, garment, goal.palette, settings.correct)
        color_map = with_strength(found.color_map, settings.correct.strength)
        expected = forecast(found.source, goal.palette, color_map)
    with clock.stage("verify"):
        misses = foretell(found.source, goal.palette, color_map, settings.limits)
    more = (*_of_photo(photo, garment, pair.photo, settings), *_of_error(expected.error, settings))
    return Rehearsal(
        id=pair.id,
        method=method,
        garment=garment,
        misses=(*doubts(garment, settings.limits), *misses),
        forecast=Forecast(error=expected.error, risks=(*expected.risks, *more)),
        timings_ms=clock.spent_ms,
    )


def _of_photo(photo: Photo, garment: Garment, source: Path, settings: Settings) -> Iterator[str]:
    pixels = int(garment.core.sum())
    if pixels < FEW:
        yield f"small: the garment has {pixels} pixels; its color is measured from at least {FEW} with certainty"
    if photo.size[0] < LOW:
        yield f"resolution: the photo is {photo.size[0]} pixels high; below {LOW} its texture cannot be judged"
    if photo.format == "jpeg" and (cost := _cost_of_blocks(source, settings)):
        yield f"coding: the whole JPEG will be coded anew: {cost}"


def _cost_of_blocks(source: Path, settings: Settings) -> str | None:
    """Return why a JPEG's blocks will not be kept; None where they will, or where that was chosen."""
    if settings.write.lossless_outside != "auto":
        return None
    try:
        return cost_of_keeping(parse(source.read_bytes()), settings.write.lossless_quality)
    except (CannotKeep, OSError) as error:
        return str(error)


def _of_error(error: float, settings: Settings) -> Iterator[str]:
    if error > settings.limits.color:
        yield f"error: ΔE00 {error:.1f} to the truth is to be expected, above {settings.limits.color:.1f}"
