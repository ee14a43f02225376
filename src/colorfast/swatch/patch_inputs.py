"""What the network of patch colors sees: a patch, its surroundings and the camera's words as planes of one size.

Planes 0 to 2 are sRGB 0..1: the patch in the middle, a frame of RIM pixels around it of what surrounds it.
The others are constant, in the order of WORDS. 0 stands for what is not known, and a plane says whether it is.
"""

from __future__ import annotations

import math

import numpy as np

from colorfast.read.exif import Exposure
from colorfast.records import Array

SIDE, RIM = 12, 3  # pixels of a plane, and of the frame in it
WORDS = ("surrounded", "value", "value known", "iso", "brightness", "brightness known", "camera")
PLANES = 3 + len(WORDS)
UNKNOWN = 0  # camera that no network has learned; the others follow in the order of its record
VALUE_MIDDLE, ISO_MIDDLE, BRIGHTNESS_MIDDLE = 6.0, 7.0, 1.0  # stops: a lit room
STOPS = 4.0  # that are 1 in a plane


def words_of(exposure: Exposure, camera: int, *, surrounded: bool) -> Array:
    """Return (len(WORDS),) float32 of what a camera says; camera is its place in the network's record."""
    value, iso, brightness = exposure.value, exposure.iso, exposure.brightness
    return np.array(
        [
            surrounded,
            0 if value is None else (value - VALUE_MIDDLE) / STOPS,
            value is not None,
            0 if iso is None else (math.log2(iso) - ISO_MIDDLE) / STOPS,
            0 if brightness is None else (brightness - BRIGHTNESS_MIDDLE) / STOPS,
            brightness is not None,
            camera,
        ],
        np.float32,
    )


def planes_of(patch: Array, around: Array | None, words: Array) -> Array:
    """Return (PLANES, SIDE, SIDE) float32.

    patch    (n, 3) sRGB 0..1 of clean pixels, or (3,) of all
    around   the same of what surrounds it; None: nothing is known of it, and the patch goes on
    words    (len(WORDS),)
    """
    planes = np.empty((PLANES, SIDE, SIDE), np.float32)
    inner = SIDE - 2 * RIM
    planes[:3] = _spread_out(patch if around is None else around, SIDE)
    planes[:3, RIM:-RIM, RIM:-RIM] = _spread_out(patch, inner)
    planes[3:] = words[:, None, None]
    return planes


def _spread_out(colors: Array, side: int) -> Array:
    """Return (3, side, side) of colors that stand evenly for all."""
    colors = np.atleast_2d(colors)
    chosen = np.linspace(0, len(colors) - 1, side * side).round().astype(int)
    return np.asarray(colors[chosen].T.reshape(3, side, side))
