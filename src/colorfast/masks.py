"""Masks: grow and shrink, parts and holes, distance to the edge.

A mask is (h, w) bool; radii and distances are in pixels and may be fractions. The picture's border is no
edge: a garment that is cut off there is not eroded from that side. No function writes to its inputs.
"""

from __future__ import annotations

import functools
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.compiled import inlined, kernel
from colorfast.records import Array, Box, Mask

REFERENCE_HEIGHT = 1024  # sizes in settings are given for a picture this high
WIDEST_BAND = 40  # pixels; up to there distances near an edge cost less than those of the whole picture
LARGEST_DISC = 6.0  # pixels; above this radius a distance transform is faster than a disc
STRETCH = 32  # pixels of a row that are looked at together
HALF, ONE, FAR = np.float32(0.5), np.float32(1), np.float32(1e9)


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
    top, bottom, left, right = _extent(_bytes(mask if mask.dtype == np.bool_ else mask > 0))
    if top >= bottom:
        return slice(0, 0), slice(0, 0)
    more = int(np.ceil(margin))
    return _span(top, bottom, more, mask.shape[0]), _span(left, right, more, mask.shape[1])


@kernel
def _extent(mask: Array) -> tuple[int, int, int, int]:
    """Return the first row of what is not 0 and the one after its last, and the same of the columns."""
    height, width = mask.shape
    top, bottom, left, right = height, 0, width, 0
    for y in range(height):
        line = mask[y]
        seen = np.uint8(0)
        for x in range(width):
            seen |= line[x]
        if seen:
            top, bottom = min(top, y), y + 1
            x = 0
            while x < left and line[x] == 0:
                x += 1
            left, x = x, width
            while x > right and line[x - 1] == 0:
                x -= 1
            right = x
    return top, bottom, left, right


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
    kinds = _bytes(mask)
    return cast(npt.NDArray[np.float32], _along(kinds, _up_and_down(kinds, most), most))


@kernel
def _up_and_down(mask: Array, most: int) -> Array:
    """Return the distance to the nearest pixel of the other kind in the same column, at most most + 1.

    In bytes: a picture of floats would cost more in fresh memory than all the work.
    """
    height, width = mask.shape
    one, far = np.uint8(1), np.uint8(most + 1)
    near = np.empty((height, width), np.uint8)
    near[0] = far
    for y in range(1, height):
        line, above, kind, other = near[y], near[y - 1], mask[y], mask[y - 1]
        for x in range(width):
            further = np.uint8(above[x] + (above[x] < far))
            line[x] = further if kind[x] == other[x] else one
    for y in range(height - 2, -1, -1):
        line, below, kind, other = near[y], near[y + 1], mask[y], mask[y + 1]
        for x in range(width):
            further = np.uint8(below[x] + one) if kind[x] == other[x] else one
            line[x] = min(line[x], further)
    return near


@kernel
def _along(mask: Array, columns: Array, most: int) -> Array:
    """Return the signed distance from those within the columns: Saito & Toriwaki 1994, in a window of most.

    A row is worked on in stretches of one kind: those with no edge near are filled, the others run on vectors.
    """
    height, width = mask.shape
    limit = np.float32(most)
    out = np.empty((height, width), np.float32)
    squares, room = np.full((2, width + 2 * most), FAR), np.empty(STRETCH, np.float32)
    for y in range(height):
        row, kind, line = columns[y], mask[y], out[y]
        _to_kinds(row, kind, squares[:, most : most + width])
        x, start, stop = 0, 0, 0
        while x < width:
            if x == stop:
                start = x
                while stop < width and kind[stop] == kind[start]:
                    stop += 1
            end, sign = min(x + STRETCH, stop), ONE if kind[x] else -ONE
            alone = (start == 0 or x - start >= most) and (stop == width or stop - end >= most)
            if alone and _least(row[max(x - most, 0) : end + most]) > most:
                line[x:end] = sign * limit
            else:
                near = room[: end - x]
                _to_other_kind(squares[kind[x], x : end + 2 * most], row[x:end], most, near)
                for i in range(end - x):
                    line[x + i] = sign * min(np.sqrt(near[i]) - HALF, limit)
            x = end
    return out


@inlined
def _to_kinds(row: Array, kind: Array, squares: Array) -> None:
    """Write each pixel's squared distance along its column to the nearest pixel outside the mask, and inside."""
    for x in range(row.shape[0]):
        square, inside = np.float32(row[x]) * np.float32(row[x]), np.float32(kind[x])
        squares[0, x] = square * (ONE - inside)
        squares[1, x] = square * inside


@inlined
def _least(row: Array) -> Any:
    low = row[0]
    for x in range(1, row.shape[0]):
        low = min(low, row[x])
    return low


@inlined
def _to_other_kind(squares: Array, row: Array, most: int, near: Array) -> None:
    """Write the squared distance of a stretch of pixels; `squares` begins `most` pixels before it."""
    for i in range(row.shape[0]):
        near[i] = np.float32(row[i]) * np.float32(row[i])
    for step in range(1, most + 1):
        apart = np.float32(step * step)
        left, right = squares[most - step :], squares[most + step :]
        for i in range(row.shape[0]):
            near[i] = min(near[i], apart + min(left[i], right[i]))


def _bytes(mask: Mask) -> npt.NDArray[np.uint8]:
    """Return a mask to read from: contiguous, and always of one type, or a kernel would compile twice."""
    view = np.ascontiguousarray(mask).view(np.uint8)
    view.flags.writeable = False
    return view


@functools.lru_cache(maxsize=8)
def _disc(radius: float) -> npt.NDArray[np.uint8]:
    reach = int(radius)
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return cast(npt.NDArray[np.uint8], (dx * dx + dy * dy <= radius * radius).astype(np.uint8))


def _span(first: int, end: int, more: int, size: int) -> slice:
    return slice(max(first - more, 0), min(end + more, size))
