"""The garment's box as it is measured: Lab before and after, at a scale where a picture is about 1024 px high.

In: the photo before and the delivered one in code values, the garment. Out: a `View`.

Every length that is measured grows with the picture, so pictures of more than 1536 px are first averaged over
squares of k x k pixels: 24 megapixels then take no more memory and hardly more time than one.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from colorfast.color.profiles import to_lab
from colorfast.masks import REFERENCE_HEIGHT
from colorfast.records import Alpha, Array, Garment, Lab, Mask, Photo

FEWEST = 1024  # core pixels: a garment that would have fewer after averaging is measured as it is
STRIP = 64  # rows of squares that are widened to 16 bits at once


class View(NamedTuple):
    """The garment's box before and after, in Lab, with its masks."""

    labs: tuple[Lab, Lab]
    """(h, w, 3) before and after."""
    core: Mask
    alpha: Alpha
    height: int
    """Of the whole picture at this scale, pixels."""
    side: int
    """Pixels of the file, across and down, that one pixel here stands for."""


def view(before: Photo, after: Photo, garment: Garment) -> View:
    """Return the garment's box, averaged over squares where the picture is large."""
    side = max(1, round(before.size[0] / REFERENCE_HEIGHT))
    found = _at(side, before, after, garment)
    return _at(1, before, after, garment) if found.core.sum() < FEWEST and side > 1 else found


def _at(side: int, before: Photo, after: Photo, garment: Garment) -> View:
    """Return the box averaged over squares of side x side; what is left over at its edges is left out."""
    rows, columns = (slice(span.start // side * side, span.stop // side * side) for span in garment.box)
    core, alpha = garment.core[rows, columns], garment.alpha[rows, columns]
    codes = before.part((rows, columns)), after.part((rows, columns))
    if side > 1:
        core = averaged(core.view(np.uint8) * np.uint8(255), side) == 255
        alpha, codes = averaged(alpha, side), (mean_codes(codes[0], side), mean_codes(codes[1], side))
    return View(
        (to_lab(codes[0], before.profile), to_lab(codes[1], after.profile)),
        np.ascontiguousarray(core),
        np.ascontiguousarray(alpha),
        before.size[0] // side,
        side,
    )


def averaged(picture: Array, side: int) -> Array:
    """Return means over squares of side x side; the picture's size must be a multiple of it."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    return np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA))


def mean_codes(codes: Array, side: int) -> Array:
    """Return the means over squares of 8 or 16-bit codes (h, w, 3) as 16-bit codes."""
    means = np.empty((codes.shape[0] // side, codes.shape[1] // side, 3), np.uint16)
    for top in range(0, len(means), STRIP):
        strip = codes[top * side : (top + STRIP) * side]
        wide = strip if strip.dtype == np.uint16 else strip.astype(np.uint16) * np.uint16(257)
        means[top : top + STRIP] = averaged(wide, side)
    return means
