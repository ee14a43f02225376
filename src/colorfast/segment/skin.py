"""Skin in a picture: the region of Lab that measured skins occupy, and the face.

A color alone cannot tell skin from a beige coat. What follows therefore leans on the face: the highest
compact part of skin color gives this person's own skin, a far narrower region than everybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.masks import erode
from colorfast.records import Array, Lab, Mask

Plane = npt.NDArray[np.float32]

# Ranges of 60 measured skins, dark to light, widened for light and make-up; derived by tools/skin_region.py
HUE = 20.0, 74.0  # degrees
CHROMA = 7.0, 42.0
LIGHTNESS = 12.0, 93.0

OWN_SPREAD = (
    14.0,
    6.0,
    6.0,
)  # Lab, standard deviations around a face's median that are the same person's skin
FACE_AREA = 0.0015, 0.2  # share of the picture
FACE_SHAPE = 0.4, 1.8  # width over height; hair and neck are the reason for the wide range
FACE_FILL = 0.45  # share of its bounding box that a face covers
FACE_BELOW = 0.25  # of the figure's height: how far below its top a face begins; further down are hands


@dataclass(frozen=True, slots=True)
class Face:
    """Where the face is, in pixels of the reduced picture, and its skin."""

    top: float
    chin: float
    center: float
    """Column of its middle."""
    lab: Lab
    """(3,) median."""

    @property
    def height(self) -> float:
        """From hairline to chin."""
        return self.chin - self.top


def skin_colored(lab: Lab) -> Mask:
    """Return the pixels in the region of Lab that human skin occupies; (..., 3) in, (...) out."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    inside = [
        (low <= values) & (values <= high)
        for values, (low, high) in ((hue, HUE), (chroma, CHROMA), (lab[..., 0], LIGHTNESS))
    ]
    return inside[0] & inside[1] & inside[2]


def find_face(lab: Lab, figure: Mask) -> Face | None:
    """Return the highest compact part of skin color in the upper half of the figure, if there is one."""
    skin = skin_colored(lab) & figure
    skin = erode(skin, max(1.0, min(skin.shape) / 200))
    _, labels, stats, centers = cv2.connectedComponentsWithStats(skin.astype(np.uint8), connectivity=4)
    rows = np.flatnonzero(figure.any(axis=1))
    lowest = rows[0] + FACE_BELOW * (rows[-1] - rows[0]) if rows.size else 0.0
    faces = [i for i in range(1, len(stats)) if _is_face(stats[i], skin.shape, lowest)]
    if not faces:
        return None
    best = min(faces, key=lambda i: float(stats[i, cv2.CC_STAT_TOP]))
    _, top, width, height, _ = (float(value) for value in stats[best])
    height = min(height, 1.35 * width)  # a neck below the chin is not the face
    median = np.median(lab[labels == best], axis=0).astype(np.float32)
    return Face(top, top + height, float(centers[best][0]), median)


def own_skin(lab: Lab, face: Face) -> Plane:
    """Return how much each pixel (h, w) looks like this face's skin, 0..1."""
    square = (((lab - face.lab) / np.array(OWN_SPREAD, np.float32)) ** 2).sum(axis=-1)
    return cast(Plane, np.exp(-0.5 * square))


def _is_face(stats: Array, size: tuple[int, ...], lowest: float) -> bool:
    _, top, width, height, area = (float(value) for value in stats)
    return (
        FACE_AREA[0] <= area / (size[0] * size[1]) <= FACE_AREA[1]
        and FACE_SHAPE[0] <= width / height <= FACE_SHAPE[1]
        and area >= FACE_FILL * width * height
        and top <= lowest
        and top + height / 2 < size[0] / 2
    )
