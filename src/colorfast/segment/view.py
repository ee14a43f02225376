"""A reduced look at a photo, on which the garment is looked for, and the way back to full size."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from colorfast.color.profiles import to_lab
from colorfast.records import Lab, Mask, Photo


def reduced(photo: Photo, longer_side: int) -> Photo:
    """Return the photo at most `longer_side` pixels high and wide; the same photo if it is."""
    height, width = photo.size
    factor = longer_side / max(height, width)
    if factor >= 1:
        return photo
    return resized(photo, (max(1, round(height * factor)), max(1, round(width * factor))))


def resized(photo: Photo, size: tuple[int, int]) -> Photo:
    """Return the photo at this height and width."""
    pixels = cv2.resize(photo.pixels, size[::-1], interpolation=cv2.INTER_AREA)
    return replace(photo, pixels=pixels, opacity=None)


def lab_of(photo: Photo) -> Lab:
    """Return the photo in Lab."""
    return to_lab(photo.pixels, photo.profile)


def enlarged(mask: Mask, size: tuple[int, int], *, smooth: bool = True) -> Mask:
    """Return a mask of the reduced photo at the photo's size, (h, w); smooth outlines lose its thinnest parts."""
    if mask.shape == size:
        return mask
    if not smooth:
        return cv2.resize(mask.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST) > 0
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
    return cv2.resize(soft, size[::-1], interpolation=cv2.INTER_LINEAR) >= 0.5
