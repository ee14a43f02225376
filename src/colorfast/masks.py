"""Masks: grow and shrink, parts and holes, distance to the edge.

A mask is (h, w) bool; radii and distances are in pixels and may be fractions. The picture's border is no
edge: a garment that is cut off there is not eroded from that side. No function writes to its inputs.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.compiled import kernel
from colorfast.records import Array, Box, Mask

REFERENCE_HEIGHT = 1024  # sizes in settings are given for a picture this high
WIDEST_BAND = 24  # pixels; up to there distances near an edge cost less than those of the whole picture
LARGEST_DISC = 6.0  # pixels; above this radius a distance transform is faster than a disc


def scaled(pixels_at_1024: float, height: int) -> float:
    """Return a length given for a picture 1024 px high in pixels of one `height` high, at least 1.0."""
    return max(1.0, pixels_at_1024 * height / REFERENCE_HEIGHT)


def erode(mask: Mask, radius: float) -> Mask:
    """Return the pixels whose every neighbor within `radius` is in the mask."""
    if radius < 1:
        return mask.copy()
    if radius > LARGEST_DISC:
        return depth(mask) > radius
    eroded = cv2.erode(_bytes(mask), _disc(radius), borderType=cv2.BORDER_CONSTANT, borderValue=[1])
    return cast(Mask, eroded.view(np.bool_))


def dilate(mask: Mask, radius: float) -> Mask:
    """Return the pixels that have a neighbor within `radius` in the mask."""
    return ~erode(~mask, radius)


def ring(mask: Mask, inner: float, outer: float) -> Mask:
    """Return the pixels outside the mask, further than `inner` and at most `outer` from it; 0 touches it."""
    return dilate(mask, outer) & ~dilate(mask, inner)


def largest_part(mask: Mask) -> Mask:
    """Return the largest connected part (8 neighbors); empty if the mask is."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_bytes(mask), connectivity=8)
    if count < 2:
        return np.zeros_like(mask)
    return cast(Mask, labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))


def fill_holes(mask: Mask, *, largest: float = np.inf) -> Mask:
    """Return the mask with holes of up to `largest` pixels filled; a gap at the picture's border is none."""
    outside = np.pad(~mask, 1, constant_values=True)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_bytes(outside), connectivity=4)
    hole = stats[:, cv2.CC_STAT_AREA] <= largest
    hole[[0, labels[0, 0]]] = False  # the mask itself, and what is around it
    return cast(Mask, mask | hole[labels][1:-1, 1:-1])


def bounding_box(mask: Array, margin: float = 0) -> Box:
    """Return the rows and columns of all pixels above 0, and `margin` more within the picture."""
    rows, columns = np.flatnonzero((mask > 0).any(axis=1)), np.flatnonzero((mask > 0).any(axis=0))
    if not rows.size:
        return slice(0, 0), slice(0, 0)
    more = int(np.ceil(margin))
    return _span(rows, more, mask.shape[0]), _span(columns, more, mask.shape[1])


def depth(mask: Mask) -> npt.NDArray[np.float32]:
    """Return for each pixel in the mask the distance to the nearest pixel outside it; 0 outside.

    A mask without an outside gives h + w everywhere.
    """
    if mask.all():
        return np.full(mask.shape, sum(mask.shape), np.float32)
    return cast(
        npt.NDArray[np.float32], cv2.distanceTransform(_bytes(mask), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    )


def signed_distance(mask: Mask) -> npt.NDArray[np.float32]:
    """Return the distance to the mask's edge: positive inside, negative outside, 0 between two pixels.

    A pixel at the edge has 0.5 or -0.5. A mask without an edge gives h + w everywhere, or minus that.
    """
    return np.where(mask, depth(mask) - 0.5, 0.5 - depth(~mask)).astype(np.float32, copy=False)


def edge_distance(mask: Mask, most: int) -> npt.NDArray[np.float32]:
    """Return `signed_distance` up to `most` pixels; all that lies deeper or further out has ±most."""
    if most > WIDEST_BAND:
        return np.clip(signed_distance(mask), -most, most)
    kinds = np.ascontiguousarray(mask)
    return cast(npt.NDArray[np.float32], _along(kinds, _up_and_down(kinds, most), most))


@kernel
def _up_and_down(mask: Array, most: int) -> Array:
    """Return the distance to the nearest pixel of the other kind in the same column, at most most + 1."""
    height, width = mask.shape
    far = np.float32(most + 1)
    near = np.empty((height, width), np.float32)
    near[0] = far
    for y in range(1, height):
        for x in range(width):
            near[y, x] = min(near[y - 1, x] + 1, far) if mask[y, x] == mask[y - 1, x] else np.float32(1)
    for y in range(height - 2, -1, -1):
        for x in range(width):
            below = near[y + 1, x] + 1 if mask[y, x] == mask[y + 1, x] else np.float32(1)
            near[y, x] = min(near[y, x], below)
    return near


@kernel
def _along(mask: Array, columns: Array, most: int) -> Array:
    """Return the signed distance from those within the columns: Saito & Toriwaki 1994, in a window of most."""
    height, width = mask.shape
    half, limit = np.float32(0.5), np.float32(most)
    out, square = np.empty((height, width), np.float32), np.empty(width, np.float32)
    for y in range(height):
        row, kind, line = columns[y], mask[y], out[y]
        for x in range(width):
            square[x] = row[x] * row[x]
        for step in range(1, most + 1):
            apart = np.float32(step * step)
            for x in range(width - step):
                here, there = row[x] * row[x], row[x + step] * row[x + step]
                alike = kind[x] == kind[x + step]
                square[x] = min(square[x], apart + (there if alike else np.float32(0)))
                square[x + step] = min(square[x + step], apart + (here if alike else np.float32(0)))
        for x in range(width):
            inward = min(np.sqrt(square[x]) - half, limit)
            line[x] = inward if kind[x] else -inward
    return out


def _bytes(mask: Mask) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(mask).view(np.uint8)


def _disc(radius: float) -> npt.NDArray[np.uint8]:
    reach = int(radius)
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return cast(npt.NDArray[np.uint8], (dx * dx + dy * dy <= radius * radius).astype(np.uint8))


def _span(indices: npt.NDArray[np.intp], more: int, size: int) -> slice:
    return slice(max(int(indices[0]) - more, 0), min(int(indices[-1]) + 1 + more, size))
