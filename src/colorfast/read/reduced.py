"""A picture file becomes a small `Photo`, without decoding more of it than that takes.

A JPEG is decoded at 1/2, 1/4 or 1/8 from its coefficients (T.81, A.3.3); everything else is averaged down.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyvips

from colorfast.read.channels import full_range, orientation_of, rgb_of, upright
from colorfast.read.image import DEFAULT_LIMITS, Opened, ReadLimits, open_file
from colorfast.read.metadata import BITS
from colorfast.records import Photo

SHRINKS = (8, 4, 2)  # of libjpeg
TAKEN = ("exif-ifd2-DateTimeOriginal", "exif-ifd0-DateTime")  # EXIF 2.32, tags 0x9003 and 0x0132


class Reduced(NamedTuple):
    """A photo at about the size that was asked for."""

    photo: Photo
    taken: str | None
    """When the camera says it was taken, YYYY-MM-DD."""


def read_reduced(path: Path, area: int, limits: ReadLimits = DEFAULT_LIMITS) -> Reduced:
    """Return the photo in a file with about `area` pixels, or with its own if it has fewer. Raises as `read_photo`.

    area   pixels, height times width
    """
    opened = open_file(path, limits)
    scale = math.sqrt(area / (opened.image.width * opened.image.height))
    rgb, profile = rgb_of(_smaller(opened, scale))
    bits = int(opened.image.get(BITS)) if opened.image.get_typeof(BITS) else 8
    pixels = upright(full_range(opened.pixels(rgb), bits), orientation_of(opened.image))[..., :3]
    photo = Photo(id=path.name, pixels=np.ascontiguousarray(pixels), profile=profile, format=opened.format)
    return Reduced(photo, _taken(opened.image))


def _smaller(opened: Opened, scale: float) -> pyvips.Image:
    if scale >= 1:
        return opened.image
    image = opened.image
    if opened.format == "jpeg":
        shrink = next((each for each in SHRINKS if each * scale <= 1), 1)
        image = pyvips.Image.jpegload_buffer(opened.data, shrink=shrink, access="sequential", fail_on="error")
        scale *= shrink
    return image.resize(scale) if scale < 1 else image


def _taken(image: pyvips.Image) -> str | None:
    """Return the date of the first of TAKEN, which libvips prints as '2019:03:05 12:00:00 (…)'."""
    for name in TAKEN:
        if image.get_typeof(name):
            date = str(image.get(name))[:10].replace(":", "-")
            if date[:4].isdigit() and date[:4] > "1826":  # a camera without a clock says 0000
                return date
    return None
