"""The garment's box as it is measured: colors before and after, at a scale where a picture is about 1024 px high.

In: the photo before and the delivered one in code values, the garment. Out: a `View`, whose pixels become Lab
where a measure asks for them: near half of a box is not garment.

Every length that is measured grows with the picture, so pictures of more than 1536 px are first averaged over
squares of k x k pixels: 24 megapixels then take no more memory and hardly more time than one.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.color.profiles import to_lab
from colorfast.color.spaces import read_only, to_codes
from colorfast.compiled import kernel
from colorfast.masks import REFERENCE_HEIGHT
from colorfast.records import Alpha, Array, Garment, Lab, Mask, Photo, Window

Places: TypeAlias = npt.NDArray[np.int32]

FEWEST = 1024  # core pixels: a garment that would have fewer after averaging is measured as it is
HALF = np.float32(0.5)


class Picture(NamedTuple):
    """The codes of a box, which become Lab where they are asked for."""

    codes: Array
    """(n, 3) row by row, without gaps in memory."""
    profile: bytes | None

    def colors(self, places: Places) -> Lab:
        """Return Lab (m, 3) of some of the box's pixels, counted row by row."""
        return to_lab(_taken(self.codes, places), self.profile)


class View(NamedTuple):
    """The garment's box before and after, with its masks."""

    pictures: tuple[Picture, Picture]
    """Before and after."""
    core: Mask
    places: Places
    """(n,) of the core's pixels in the box, counted row by row."""
    alpha: Alpha
    height: int
    """Of the whole picture at this scale, pixels."""
    side: int
    """Pixels of the file, across and down, that one pixel here stands for."""


def view(before: Photo, after: Photo, garment: Garment) -> View:
    """Return the garment's box, averaged over squares where the picture is large."""
    side = max(1, round(before.size[0] / REFERENCE_HEIGHT))
    found = _at(side, before, after, garment)
    return _at(1, before, after, garment) if len(found.places) < FEWEST and side > 1 else found


def _at(side: int, before: Photo, after: Photo, garment: Garment) -> View:
    """Return the box averaged over squares of side x side; what is left over at its edges is left out."""
    rows, columns = (slice(span.start // side * side, span.stop // side * side) for span in garment.box)
    core, alpha = garment.core[rows, columns], garment.alpha[rows, columns]
    windows = before.window((rows, columns)), after.window((rows, columns))
    codes = windows[0].part, windows[1].part
    if side > 1:
        core = averaged(core.view(np.uint8) * np.uint8(255), side) == 255
        alpha, codes = averaged(alpha, side), (mean_codes(windows[0], side), mean_codes(windows[1], side))
    core = np.ascontiguousarray(core)
    return View(
        (Picture(to_codes(codes[0]), before.profile), Picture(to_codes(codes[1]), after.profile)),
        core,
        places_of(core),
        np.ascontiguousarray(alpha),
        before.size[0] // side,
        side,
    )


def places_of(mask: Mask) -> Places:
    """Return where a mask is True, counted row by row."""
    return _places(np.ascontiguousarray(mask).view(np.uint8).reshape(-1), int(np.count_nonzero(mask)))


def spread_out(values: Array, places: Places, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return (h, w) of such a shape with values (n,) at their places, and zeros elsewhere."""
    plane = np.zeros(shape, np.float32)
    _lay_out(np.ascontiguousarray(values, np.float32), places, plane.reshape(-1))
    return plane


def averaged(picture: Array, side: int) -> Array:
    """Return means over squares of side x side; the picture's size must be a multiple of it."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    return np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA))


def mean_codes(window: Window, side: int) -> Array:
    """Return the means over squares of a box's codes as 16-bit codes; its size must be a multiple of the side."""
    pixels, (rows, columns) = window
    down, across = ((span.stop - span.start) // side for span in (rows, columns))
    means = np.empty((down, across, 3), np.uint16)
    scale = np.float32(65535 / np.iinfo(pixels.dtype).max / side**2)
    near = read_only(pixels).reshape(len(pixels), -1)[rows]
    _mean_codes(near, 3 * columns.start, side, scale, means.reshape(down, -1))
    return means


@kernel
def _mean_codes(rows: Array, left: int, side: int, scale: np.float32, means: Array) -> None:
    """Write the sums of codes (h, 3 w) over squares, times a scale, rounded: (h / side, 3 w / side)."""
    width = means.shape[1] * side
    sums = np.empty(width, np.uint32)
    for j in range(means.shape[0]):
        sums[:] = 0
        for y in range(j * side, (j + 1) * side):
            row = rows[y, left : left + width]
            for x in range(width):
                sums[x] += row[x]
        for i in range(0, means.shape[1], 3):
            for c in range(3):
                total, first = np.uint32(0), i * side + c
                for k in range(side):
                    total += sums[first + 3 * k]
                means[j, i + c] = np.uint16(np.float32(total) * scale + HALF)


@kernel
def _places(mask: Array, count: int) -> Array:
    """Return where the `count` ones are among zeros and ones (n,)."""
    found, k = np.empty(count + 1, np.int32), 0
    for i in range(mask.shape[0]):  # no branch: what is written at a zero is written over
        found[k] = i
        k += mask[i]
    return found[:count]


@kernel
def _taken(codes: Array, places: Array) -> Array:
    """Return some of the codes (n, 3)."""
    taken = np.empty((places.shape[0], 3), codes.dtype)
    for k in range(places.shape[0]):
        i = places[k]
        taken[k, 0], taken[k, 1], taken[k, 2] = codes[i, 0], codes[i, 1], codes[i, 2]
    return taken


@kernel
def _lay_out(values: Array, places: Array, plane: Array) -> None:
    """Write values (n,) to their places."""
    for k in range(places.shape[0]):
        plane[places[k]] = values[k]
