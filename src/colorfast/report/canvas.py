"""Pictures at display size, the lettering on them, and JPEG.

A picture here is sRGB uint8 (h, w, 3), ready for a screen. Text is set in the typeface that OpenCV 5 carries
(Rubik, with a fallback for other scripts), so no font need be installed. Sizes are pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import pyvips

from colorfast.color.profiles import is_srgb, to_lab
from colorfast.color.spaces import lab_to_rgb
from colorfast.errors import SettingsError
from colorfast.records import Alpha, Array, Photo

Picture: TypeAlias = npt.NDArray[np.uint8]  # (h, w, 3) sRGB

PAPER = 56  # neutral surround: a colored one would change how the garment looks
INK = (235, 235, 235)
QUIET_INK = (168, 168, 168)
SHOW_THROUGH = 200  # neutral gray behind transparent pixels
SMALLEST_DRAWING = 640  # below this height lettering would cover the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """How the pictures of a report are made."""

    height: int = 1024
    """Height of before, after, reference and heatmap, at most, in pixels."""

    quality: int = 86
    """JPEG quality, 1..100."""

    def __post_init__(self) -> None:
        if not 64 <= self.height <= 8192:
            raise SettingsError("report.height", self.height, "from 64 to 8192 pixels")
        if not 1 <= self.quality <= 100:
            raise SettingsError("report.quality", self.quality, "from 1 to 100")


def display(photo: Photo, height: int) -> Picture:
    """Return a photo as a screen shows it: sRGB, 8 bit, at most `height` pixels high, opaque."""
    pixels = resized(photo.pixels, min(height, photo.size[0]))
    if is_srgb(photo.profile) and pixels.dtype == np.uint8:
        picture: Picture = pixels
    else:
        picture = lab_to_rgb(to_lab(pixels, photo.profile), np.uint8)
    if photo.opacity is None:
        return picture
    alpha = resized(photo.opacity, picture.shape[0]).astype(np.float32)
    opaque: Alpha = alpha / np.float32(np.iinfo(photo.opacity.dtype).max)
    return blend(np.full_like(picture, SHOW_THROUGH), picture, opaque)


def resized(pixels: Array, height: int) -> Array:
    """Return (h, w[, 3]) pixels at another height, same shape of picture, same dtype."""
    h, w = pixels.shape[:2]
    return pixels if h == height else stretched(pixels, (height, max(1, round(w * height / h))))


def stretched(pixels: Array, size: tuple[int, int]) -> Array:
    """Return (h, w[, 3]) pixels at a (height, width) of its own, averaged down or smoothly enlarged."""
    way = cv2.INTER_AREA if size[0] < pixels.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(pixels), (size[1], size[0]), interpolation=way)


def blend(below: Picture, above: Picture, alpha: Alpha) -> Picture:
    """Return `above` laid over `below`; alpha is (h, w), 0..1."""
    return cv2.blendLinear(below, above, 1 - alpha, alpha).astype(np.uint8, copy=False)


def desaturated(picture: Picture) -> Picture:
    """Return the picture in gray with less contrast, so that colors drawn on it stand out."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.repeat((gray * 0.7 + 38).astype(np.uint8)[..., None], 3, axis=2)


def lettered(picture: Picture, text: str, at: tuple[int, int], size: int, *, bold: bool = False) -> Picture:
    """Return the picture with one line of text.

    at     x and y of the left end of the base line
    bold   heavy and bright; else regular and quiet
    """
    ink, weight = (INK, 600) if bold else (QUIET_INK, 400)
    drawn: Picture = np.ascontiguousarray(picture).copy()
    cv2.putText(drawn, text, at, ink, _typeface(), size, weight)
    return drawn


def text_width(text: str, size: int, *, bold: bool = False) -> int:
    """Return how many pixels wide a line of text is."""
    area = cv2.getTextSize((10_000, 1_000), text, (0, 0), _typeface(), size, 600 if bold else 400)
    return int(area[2])


def to_jpeg(picture: Picture, quality: int) -> bytes:
    """Return the picture as a JPEG file, sRGB, without metadata."""
    image = pyvips.Image.new_from_array(np.ascontiguousarray(picture), interpretation="srgb")
    encoded: bytes = image.jpegsave_buffer(Q=quality, keep="none")
    return encoded


@cache
def _typeface() -> cv2.FontFace:
    return cv2.FontFace("sans")
