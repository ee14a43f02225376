"""Where in a region the patch is: a Lab picture in; its clean pixels, their color and what is around out.

Pixels are clean where the picture is flat: away from gradients, thus from borders, folds and the soft edges of
shadows. Flat parts that differ are the patch, what lies around it, or the same patch in shadow. What lies around
reaches the region's borders on most sides; of parts that are as large as a patch may be, the brightest is in the
light. Outliers (specks, threads, glints) are dropped by their distance in robust deviations.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from colorfast.masks import erode
from colorfast.records import Array, Lab, Mask

SIDE = 192  # pixels of the longer side on which the patch is looked for
SOFT = 0.012  # of the shorter side: blur before gradients are taken, so that noise and weave have none
STEEP = 8.0  # Lab units a tenth of the side: a gradient that a flat patch never has
FLATTER = 3.0  # times the flatter half's median gradient, where all of it is steeper
LEAST_SHARE = 0.05  # of the region, for a flat part to be the patch
LEAST_AROUND = 0.02  # of the region, for a color of what lies around
SIDES = 1  # of the region's four that a patch may touch while what lies around it touches more
CENTRAL = 0.5  # deviation of the middle's weight, in half sides
MARGIN = 0.015  # of the shorter side, left out along the part's edge
FAR = 3.0  # robust deviations from the median, for an outlier
MAD = 1.4826  # deviation of a normal distribution a median absolute deviation
LEAST_DEVIATION = 1.0  # Lab units: less is the grain of 8-bit codes and JPEG blocks


class Crop(NamedTuple):
    """The clean pixels of a patch."""

    core: Mask
    """(h, w) of the reduced region."""
    lab: Lab
    """(3,) median color."""
    spread: Array
    """(3,) robust deviation of its pixels."""
    around: Lab | None
    """(3,) median color of what lies around it; None where nothing does."""
    share: float
    """Of the region."""


def reduce_region(pixels: Array) -> Array:
    """Return (h, w, 3) code values averaged down to SIDE; smaller ones as they are."""
    scale = SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(pixels)
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA))


def find_patch(lab: Lab) -> Crop:
    """Return the clean pixels of the patch in a reduced region (h, w, 3)."""
    parts = _flat_parts(lab)
    chosen = _chosen(parts, lab)
    kept = erode(chosen, MARGIN * min(lab.shape[:2]))
    core = _without_outliers(lab, kept if kept.any() else chosen)
    around = ~cv2.dilate(chosen.view(np.uint8), np.ones((5, 5), np.uint8)).view(np.bool_) & _flat(lab)
    color = np.median(lab[core], axis=0).astype(np.float32)
    other = np.median(lab[around], axis=0).astype(np.float32) if around.mean() > LEAST_AROUND else None
    return Crop(core, color, _spread(lab[core], color), other, float(core.mean()))


def _flat(lab: Lab) -> Mask:
    """Return where the gradient is small: less than STEEP, or than what the flatter half has."""
    side = min(lab.shape[:2])
    soft = cv2.GaussianBlur(np.ascontiguousarray(lab), (0, 0), max(0.8, SOFT * side))
    steps = [cv2.Sobel(soft, cv2.CV_32F, *axis, ksize=3, scale=1 / 8) for axis in ((1, 0), (0, 1))]
    slope = np.sqrt(sum((step**2).sum(axis=2) for step in steps)) * side / 10
    flatter = np.median(slope[slope <= np.median(slope)])
    return np.asarray(slope <= max(STEEP, FLATTER * float(flatter)))


def _flat_parts(lab: Lab) -> list[Mask]:
    """Return the connected flat parts that are large enough, or everything where none is."""
    count, ids, stats, _ = cv2.connectedComponentsWithStats(_flat(lab).view(np.uint8), connectivity=4)
    least = LEAST_SHARE * ids.size
    parts = [ids == number for number in range(1, count) if stats[number, cv2.CC_STAT_AREA] >= least]
    return parts or [np.ones(lab.shape[:2], np.bool_)]


def _chosen(parts: list[Mask], lab: Lab) -> Mask:
    """Return the part in the middle where one lies in another; else the brightest of those cut off alike."""
    touched = [_sides(part) for part in parts]
    if min(touched) <= SIDES < max(touched):
        inner = [part for part, sides in zip(parts, touched, strict=True) if sides == min(touched)]
        return max(inner, key=lambda part: float((part * _middle(part)).sum()))
    return max(parts, key=lambda part: float(np.median(lab[part][:, 0])))


def _sides(part: Mask) -> int:
    """Return how many of the region's sides a part reaches, but for a border of two pixels."""
    return sum(bool(edge.any()) for edge in (part[:3], part[-3:], part[:, :3], part[:, -3:]))


def _middle(part: Mask) -> Array:
    y, x = (np.linspace(-1, 1, size) for size in part.shape)
    return np.asarray(np.exp(-(y[:, None] ** 2 + x**2) / (2 * CENTRAL**2)))


def _without_outliers(lab: Lab, part: Mask) -> Mask:
    colors = lab[part]
    center = np.median(colors, axis=0)
    distance = np.abs(colors - center) / _spread(colors, center)
    core = np.zeros_like(part)
    core[part] = (distance <= FAR).all(axis=1)
    return core


def _spread(colors: Array, center: Array) -> Array:
    return np.asarray(np.maximum(MAD * np.median(np.abs(colors - center), axis=0), LEAST_DEVIATION))
