"""A reduced look at a photo, on which the garment is looked for, and the way back to full size."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.color.profiles import to_lab
from colorfast.records import Lab, Mask, Photo


def reduced(photo: Photo, longer_side: int) -> Lab:
    """Return the photo in Lab, at most `longer_side` pixels high and wide."""
    height, width = photo.size
    factor = longer_side / max(height, width)
    pixels = photo.pixels
    if factor < 1:
        size = max(1, round(width * factor)), max(1, round(height * factor))
        pixels = cast(npt.NDArray[np.uint8], cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return to_lab(pixels, photo.profile)


def enlarged(mask: Mask, size: tuple[int, int]) -> Mask:
    """Return a mask of the reduced photo at the photo's size, (h, w), with smooth outlines."""
    if mask.shape == size:
        return mask
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
    return cv2.resize(soft, size[::-1], interpolation=cv2.INTER_LINEAR) >= 0.5
