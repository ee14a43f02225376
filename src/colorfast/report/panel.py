"""Triplet panel: reference, before, after and difference side by side, each with its caption.

The difference shows where the correction helped: blue where a pixel came nearer to its target color, orange
where it went away from it; the deeper, the more CIEDE2000. Gray means no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from colorfast.records import Garment
from colorfast.report.canvas import PAPER, Picture, blend, desaturated, lettered, stretched
from colorfast.report.heatmap import ErrorMap, on_picture

TINTS = np.array([[44, 107, 186], [219, 109, 22]], np.uint8)  # nearer is blue, farther is orange
FULL_COLOR_AT = 10.0  # CIEDE2000 gained or lost where the color is deepest: the heatmap's last edge

PICTURE_HEIGHT = 760
NARROWEST = 330  # room for the captions of a very tall photo
MARGIN = 20
CAPTION = 74


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One picture of the panel and what is written above it."""

    picture: Picture
    title: str
    note: str


def panel(cells: Sequence[Cell]) -> Picture:
    """Return the pictures in a row on neutral gray, captions above.

    Every cell is as wide as the last picture at the panel's height; a picture of another shape is fitted in.
    """
    h, w = cells[-1].picture.shape[:2]
    room = (PICTURE_HEIGHT, max(NARROWEST, round(w * PICTURE_HEIGHT / h)))
    sheet_width = len(cells) * (room[1] + MARGIN) + MARGIN
    sheet: Picture = np.full((CAPTION + PICTURE_HEIGHT + MARGIN, sheet_width, 3), PAPER, np.uint8)
    for index, cell in enumerate(cells):
        left = MARGIN + index * (room[1] + MARGIN)
        picture = _fitted(cell.picture, room)
        sheet[CAPTION : CAPTION + picture.shape[0], left : left + picture.shape[1]] = picture
        sheet = lettered(sheet, cell.title, (left, 34), 22, bold=True)
        sheet = lettered(sheet, cell.note, (left, 60), 18)
    return sheet


def difference(picture: Picture, before: ErrorMap, after: ErrorMap, garment: Garment) -> Picture:
    """Return the picture in gray, the garment tinted by what the correction gained or lost.

    picture         (h, w, 3) the corrected photo at any display size
    before, after   (h, w) CIEDE2000 to the coupled target, for `garment.box`
    """
    gained, alpha = on_picture(before - after, garment, picture.shape[:2])
    depth = np.sqrt(np.minimum(np.abs(gained) / FULL_COLOR_AT, 1))  # the root lifts small differences
    tint = TINTS[(gained < 0).astype(np.intp)]
    return blend(desaturated(picture), tint, depth * alpha * np.float32(0.9))


def _fitted(picture: Picture, room: tuple[int, int]) -> Picture:
    h, w = picture.shape[:2]
    scale = min(room[0] / h, room[1] / w)
    fitted: Picture = stretched(picture, (max(1, round(h * scale)), max(1, round(w * scale))))
    return fitted
