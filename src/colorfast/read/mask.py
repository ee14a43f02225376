"""A mask file becomes a bool picture: white is garment."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from colorfast.errors import MaskMismatch
from colorfast.read.image import DEFAULT_LIMITS, ReadLimits, read_photo
from colorfast.records import Mask


def read_mask(path: Path, size: tuple[int, int], limits: ReadLimits = DEFAULT_LIMITS) -> Mask:
    """Return (h, w) bool: where the mask file is at least half white.

    path   1-bit, 8-bit, 16-bit, gray, palette or RGB picture; a transparent pixel is no garment
    size   (h, w) of the photo that it belongs to

    Raises MaskMismatch when the sizes differ, and as `read_photo` when it is no picture.
    """
    photo = read_photo(path, limits)
    if photo.size != size:
        raise MaskMismatch(photo.size, size)
    white = int(np.iinfo(photo.pixels.dtype).max)
    red, green, blue = np.moveaxis(photo.pixels, 2, 0)
    bright = (red.astype(np.uint32) + green + blue) * 2 >= 3 * white
    if photo.opacity is not None:
        bright &= photo.opacity >= white / 2
    return np.asarray(bright, dtype=np.bool_)
