"""Heatmap: how far each pixel of the garment still is from its target color.

Bands of CIEDE2000: up to 2 green, up to 5 yellow, up to 10 orange, above red. The four differ in lightness
and in blue as well as in hue, so that they stay apart for readers who do not see red and green.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.records import Alpha, Box, Garment
from colorfast.report.canvas import Picture, blend, desaturated, lettered, stretched, text_width

ErrorMap = npt.NDArray[np.float32]  # (h, w) of the garment's box, CIEDE2000

BAND_EDGES = (2.0, 5.0, 10.0)
BAND_NAMES = ("≤ 2", "≤ 5", "≤ 10", "> 10")
BAND_COLORS = np.array(  # green, yellow, orange, red; L* about 61, 89, 65, 36
    [[32, 165, 132], [244, 227, 87], [236, 129, 34], [160, 24, 32]], np.uint8
)
COVER = 0.86  # share of the band color over the gray picture: the rest keeps folds readable


def heatmap(picture: Picture, error: ErrorMap, garment: Garment) -> Picture:
    """Return the picture in gray with the garment painted in bands, and a legend with the share of each.

    picture   (h, w, 3) the corrected photo at any display size
    error     (h, w) CIEDE2000 to the coupled target, for `garment.box`
    garment   in the photo's full size
    """
    gray = desaturated(picture)
    spread, alpha = on_picture(error, garment, picture.shape[:2])
    painted = blend(gray, BAND_COLORS[bands(spread)], alpha * np.float32(COVER))
    return _with_legend(painted, band_shares(error[garment.core[garment.box]]))


def bands(error: ErrorMap) -> npt.NDArray[np.intp]:
    """Return 0 for green to 3 for red; an edge belongs to the better band."""
    return np.digitize(error, BAND_EDGES, right=True)


def band_shares(errors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return (4,) the share of (n,) errors in each band, summing to 1; zeros when there are none."""
    counts = np.bincount(bands(errors.ravel()), minlength=len(BAND_NAMES))
    return counts / max(1, errors.size)


def on_picture(values: ErrorMap, garment: Garment, size: tuple[int, ...]) -> tuple[ErrorMap, Alpha]:
    """Return a map of the box and the garment's alpha, both laid out on a picture of `size`.

    Averages count garment only: what a map holds beside the garment does not bleed in.
    """
    alpha = garment.alpha[garment.box]
    box = _scaled(garment.box, garment.alpha.shape, size)
    spread, cover = np.zeros(size[:2], np.float32), np.zeros(size[:2], np.float32)
    small = (box[0].stop - box[0].start, box[1].stop - box[1].start)
    cover[box] = stretched(alpha, small)
    spread[box] = stretched(values * alpha, small) / np.maximum(cover[box], 1e-6)
    return spread, np.clip(cover, 0, 1)


def _scaled(box: Box, full: tuple[int, ...], size: tuple[int, ...]) -> Box:
    """Return the box in the pixels of a picture of another size; at least one pixel each way."""
    ends = []
    for side, whole, wanted in zip(box, full, size, strict=False):
        start = min(round(side.start * wanted / whole), wanted - 1)
        ends.append(slice(start, max(start + 1, round(side.stop * wanted / whole))))
    return ends[0], ends[1]


def _with_legend(picture: Picture, shares: npt.NDArray[np.float64]) -> Picture:
    """Return the picture with the bands and their shares in its lower left corner."""
    size = max(12, round(picture.shape[0] / 54))
    lines = [f"{100 * share:.0f} %" for share in shares]
    name_width = max(text_width(name, size) for name in BAND_NAMES)
    width = round(name_width + 5.2 * size) + max(text_width(line, size) for line in lines)
    top = picture.shape[0] - round(size * (1.7 * len(lines) + 3.4))
    left = size
    shaded = _plate(picture, (left, top), (left + width, picture.shape[0] - size))
    shaded = lettered(shaded, "ΔE to target", (left + size, top + round(1.6 * size)), size, bold=True)
    for index, (name, line) in enumerate(zip(BAND_NAMES, lines, strict=True)):
        base = top + round(size * (3.3 + 1.7 * index))
        swatch = BAND_COLORS[index].tolist()
        cv2.rectangle(shaded, (left + size, base - size + 1), (left + 2 * size, base + 1), swatch, cv2.FILLED)
        shaded = lettered(shaded, name, (left + round(2.7 * size), base), size, bold=True)
        at = left + width - size - text_width(line, size)
        shaded = lettered(shaded, line, (at, base), size)
    return shaded


def _plate(picture: Picture, corner: tuple[int, int], opposite: tuple[int, int]) -> Picture:
    """Return the picture darkened between two corners, so that text on it can be read."""
    (left, top), (right, bottom) = corner, opposite
    shaded = picture.copy()
    plate = shaded[max(0, top) : bottom, left:right]
    plate[:] = (plate * 0.14 + 24).astype(np.uint8)
    return shaded
