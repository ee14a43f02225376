"""How a camera says it exposed a picture: an EXIF block, or its values by name, in; an `Exposure` out.

Phones disagree about units. ShutterSpeedValue is log2(1/s) by the standard and plain seconds on some;
BrightnessValue is scene luminance in APEX, on some five stops more, which is the exposure value, and 0 on one
that does not measure it. What is missing, broken or cannot be is None.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TAGS = {  # EXIF 2.32, tables 4, 7 and 8; TIFF 6.0
    0x010F: "Make",
    0x0110: "Model",
    0x829A: "ExposureTime",
    0x829D: "FNumber",
    0x8827: "ISOSpeedRatings",
    0x9201: "ShutterSpeedValue",
    0x9202: "ApertureValue",
    0x9203: "BrightnessValue",
}
SUBDIRECTORY = 0x8769
FORMATS = {
    1: "B",
    2: "s",
    3: "H",
    4: "I",
    5: "II",
    9: "i",
    10: "ii",
}  # byte, text, short, long, rational, signed
MOST_ENTRIES, MOST_TEXT = 1000, 200  # of a directory, of a name: a broken block may claim any
APEX_ISO = 3.125  # ISO at which Sv is 0, so that Bv = EV at ISO 100 - 5; EXIF 2.32, annex C
MOST_APART = 6.0  # stops that metered brightness may be from the exposure that was set by it
STOPS_APART = math.log2(100 / APEX_ISO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How a picture was exposed, and by what; None where the camera is silent or cannot be right."""

    seconds: float | None = None
    f_number: float | None = None
    iso: float | None = None
    brightness: float | None = None
    """Luminance of the scene as the camera metered it, APEX Bv: 0 is 3.4 cd/m², one more is twice that."""
    camera: str = ""
    """Make and model."""

    @property
    def value(self) -> float | None:
        """Exposure value at ISO 100: the luminance that this exposure renders as middle gray, in stops."""
        if self.seconds is None or self.f_number is None or self.iso is None:
            return None
        return math.log2(self.f_number**2 / self.seconds * 100 / self.iso)


def read_exposure(block: bytes | None) -> Exposure:
    """Return the exposure in an EXIF block; one that says nothing for none, or for a broken one."""
    return exposure_of(dict(_tags(block or b"")))


def exposure_of(tags: Mapping[str, Any]) -> Exposure:
    """Return the exposure that EXIF values tell, by the names of TAGS; numbers may be text."""
    seconds = _number(tags, "ExposureTime", 1e-6, 1e4) or _seconds(tags)
    aperture = _number(tags, "ApertureValue", 0.01, 12)
    f_number = _number(tags, "FNumber", 0.5, 128) or (None if aperture is None else 2 ** (aperture / 2))
    iso = _number(tags, "ISOSpeedRatings", 1, 1e7)
    make, model = (str(tags.get(name) or "").strip() for name in ("Make", "Model"))
    known = Exposure(
        seconds=seconds,
        f_number=f_number,
        iso=iso,
        camera=model if model.startswith(make) else f"{make} {model}".strip(),
    )
    return Exposure(
        seconds=seconds,
        f_number=f_number,
        iso=iso,
        brightness=_brightness(tags, known.value),
        camera=known.camera,
    )


def _seconds(tags: Mapping[str, Any]) -> float | None:
    """Return the exposure time that ShutterSpeedValue means: below 1 it is no APEX value but seconds."""
    found = _number(tags, "ShutterSpeedValue", -20, 20)
    if found is None or found == 0:
        return None
    return found if 0 < found < 1 else 2.0**-found


def _brightness(tags: Mapping[str, Any], value: float | None) -> float | None:
    """Return APEX Bv; 0 is what a camera writes that did not measure it."""
    found = _number(tags, "BrightnessValue", -20, 20)
    if not found:
        return None
    if value is None:
        return found
    apexes = found, found - STOPS_APART
    nearest = min(apexes, key=lambda one: abs(one + STOPS_APART - value))
    return nearest if abs(nearest + STOPS_APART - value) < MOST_APART else None


def _number(tags: Mapping[str, Any], name: str, least: float, most: float) -> float | None:
    try:
        found = float(tags.get(name) or "nan")
    except (TypeError, ValueError):
        return None
    return found if least <= found <= most else None


def _tags(block: bytes) -> Iterator[tuple[str, Any]]:
    """Yield the names of TAGS with their values, as far as the block is whole."""
    tiff = block[6:] if block.startswith(b"Exif\x00\x00") else block
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return
    try:
        directory = struct.unpack_from(order + "I", tiff, 4)[0]
        entries = dict(_directory(tiff, order, directory))
        yield from ((TAGS[tag], found) for tag, found in entries.items() if tag in TAGS)
        if SUBDIRECTORY in entries:
            below = _directory(tiff, order, int(entries[SUBDIRECTORY]))
            yield from ((TAGS[tag], found) for tag, found in below if tag in TAGS)
    except (struct.error, ValueError, TypeError):
        return


def _directory(tiff: bytes, order: str, start: int) -> Iterator[tuple[int, Any]]:
    """Yield tag and first value of the entries that matter. TIFF 6.0, section 2."""
    count = min(struct.unpack_from(order + "H", tiff, start)[0], MOST_ENTRIES)
    for place in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", tiff, place)
        if (tag not in TAGS and tag != SUBDIRECTORY) or kind not in FORMATS or not length:
            continue
        size = struct.calcsize("<" + FORMATS[kind]) * length
        at = place + 8 if size <= 4 else struct.unpack_from(order + "I", tiff, place + 8)[0]
        if kind == 2:
            text = tiff[at : at + min(length, MOST_TEXT)].split(b"\x00")[0]
            yield tag, text.decode("utf-8", "replace")
            continue
        first, *below = struct.unpack_from(order + FORMATS[kind], tiff, at)
        if below and not below[0]:
            continue  # a fraction without a denominator
        yield tag, first / below[0] if below else first
