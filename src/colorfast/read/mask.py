"""A mask file becomes a bool picture: white is garment."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from colorfast.errors import MaskMismatch
from colorfast.read.channels import PROFILE, orientation_of
from colorfast.read.image import DEFAULT_LIMITS, Opened, ReadLimits, open_file, photo_of
from colorfast.records import Mask


def read_mask(path: Path, size: tuple[int, int], limits: ReadLimits = DEFAULT_LIMITS) -> Mask:
    """Return (h, w) bool: where the mask file is at least half white.

    path   1-bit, 8-bit, 16-bit, gray, palette or RGB picture; a transparent pixel is no garment
    size   (h, w) of the photo that it belongs to

    Raises MaskMismatch when the sizes differ, and as `read_photo` when it is no picture.
    """
    opened = open_file(path, limits)
    mask = _plain(opened) if _is_plain(opened) else _from_colors(opened)
    if mask.shape != size:
        raise MaskMismatch((mask.shape[0], mask.shape[1]), size)
    return mask


def _is_plain(opened: Opened) -> bool:
    """Return whether it is upright 8-bit gray whose values mean sRGB: nearly every mask is."""
    image = opened.image
    plain = image.bands == 1 and image.format == "uchar" and not image.get_typeof(PROFILE)
    return plain and orientation_of(image) == 1


def _plain(opened: Opened) -> Mask:
    return np.asarray(opened.pixels()[..., 0] >= 128, dtype=np.bool_)


def _from_colors(opened: Opened) -> Mask:
    photo = photo_of(opened)
    white = int(np.iinfo(photo.pixels.dtype).max)
    red, green, blue = np.moveaxis(photo.pixels, 2, 0)
    bright = (red.astype(np.uint32) + green + blue) * 2 >= 3 * white
    if photo.opacity is not None:
        bright &= photo.opacity >= white / 2
    return np.asarray(bright, dtype=np.bool_)
