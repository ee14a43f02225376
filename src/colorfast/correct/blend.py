"""Apply a color map to a garment: inside as it is, at the edge by unmixing the old color.

A pixel at the edge is a mixture in linear light, I = α F + (1 - α) B, of garment F and background B. Its
background part must stay, so the new pixel is I + α (F' - F): F and its new color F' are taken from the garment's
inside nearby. No old color is left at the rim, and nothing of the new one runs over it.
"""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np

from colorfast.color.spaces import lab_to_linear, linear_to_lab, to_planes
from colorfast.compiled import kernel
from colorfast.correct.lattice import map_pixels
from colorfast.masks import scaled
from colorfast.records import Alpha, Array, ColorMap, Garment, Lab, Mask

SOLID = np.float32(0.999)
"""Alpha from which a pixel is garment alone."""
FINE = 3.0
"""Changes are gathered in blocks of a side of 1 / FINE of the width: in large pictures not pixel by pixel."""


def apply(lab: Lab, garment: Garment, color_map: ColorMap, *, edge_width: float, height: int) -> Lab:
    """Return the picture with the garment's colors mapped; equal to the input where alpha is 0.

    lab         (h, w, 3), the garment's box
    garment     core and alpha of the same box
    edge_width  pixels at 1024 pixels height
    height      of the whole photo, pixels
    """
    alpha = garment.alpha
    inside = alpha >= SOLID
    edge = (alpha > 0) & ~inside
    trusted = inside if inside.any() else garment.core & (alpha > 0)
    if not trusted.any():
        return lab.copy(order="K")
    out = map_pixels(lab, trusted, color_map)
    if edge.any():
        places = np.flatnonzero(edge)
        new = _unmixed(lab, out, alpha, edge, trusted, scaled(edge_width, height))
        np.moveaxis(out, -1, 0).reshape(3, -1)[:, places] = new.T  # a view: planes lie one after another
    return out


def put_in(pixels: Array, new: Array, alpha: Alpha) -> None:
    """Overwrite pixels (h, w, 3) by the new ones, of the same dtype, where alpha (h, w) is above 0."""
    _put_in(pixels, np.ascontiguousarray(new), np.ascontiguousarray(alpha))


@kernel
def _put_in(pixels: Array, new: Array, alpha: Array) -> None:
    for y in range(alpha.shape[0]):
        for x in range(alpha.shape[1]):
            if alpha[y, x] > 0:
                for c in range(3):
                    pixels[y, x, c] = new[y, x, c]


def _unmixed(lab: Lab, mapped: Lab, alpha: Alpha, edge: Mask, inside: Mask, width: float) -> Lab:
    """Return the new colors (k, 3) of the edge pixels."""
    before, after = to_planes(lab), to_planes(mapped)
    places = np.flatnonzero(edge)
    gathered, missing = np.zeros((len(places), 3), np.float32), np.arange(len(places))
    reach = width
    while len(missing) and reach < 4 * max(edge.shape):  # a pixel far from the inside looks further
        near = np.flatnonzero(inside & _around(edge, math.ceil(2 * reach)))
        change = lab_to_linear(after[:, near].T) - lab_to_linear(before[:, near].T)
        side = max(int(reach / FINE), 1)
        sums = _block_sums(near, np.ascontiguousarray(change), edge.shape, side)
        found, weight = _gather(places[missing], sums, _fall(float(reach), side), edge.shape[1])
        seen = weight > 0
        gathered[missing[seen]] = found[seen]
        missing = missing[~seen]
        reach *= 4
    share = alpha.reshape(-1)[places][:, None]
    return linear_to_lab(np.maximum(lab_to_linear(before[:, places].T) + share * gathered, 0))


def _around(edge: Mask, radius: int) -> Mask:
    """Return the pixels in the square windows around the edge pixels."""
    window = np.ones((1, 2 * radius + 1), np.uint8)
    across = cv2.dilate(np.ascontiguousarray(edge).view(np.uint8), window)
    return cast(Mask, cv2.dilate(across, window.T).view(np.bool_))


def _fall(width: float, side: int) -> Array:
    """Return a Gaussian out to two widths, (side, 2 r + 1), for each place that a pixel may have in its block.

    In row p stands how much each of the 2 r + 1 blocks around the pixel's own weighs, by its middle.
    """
    radius = math.ceil(2 * width / side)
    middles = np.arange(-radius, radius + 1) * side + (side - 1) / 2
    away = middles - np.arange(side)[:, None]
    fall: Array = np.exp(-0.5 * (away / width) ** 2).astype(np.float32)
    return fall


@kernel
def _block_sums(places: Array, change: Array, shape: tuple[int, int], side: int) -> Array:
    """Return sums over square blocks, (rows, 4 columns): the change (k, 3) at places (k,), and their number."""
    sums = np.zeros((-(-shape[0] // side), 4 * -(-shape[1] // side)), np.float32)
    for k in range(places.shape[0]):
        y, x = places[k] // shape[1] // side, 4 * (places[k] % shape[1] // side)
        for c in range(3):
            sums[y, x + c] += change[k, c]
        sums[y, x + 3] += np.float32(1)
    return sums


@kernel
def _gather(places: Array, sums: Array, fall: Array, width: int) -> tuple[Array, Array]:
    """Return the Gaussian mean (k, 3) of the change around each place (k,) of the picture, and its weight (k,).

    sums   as from _block_sums, of a picture `width` pixels wide

    Rows of blocks are added up first, as whole vectors, then the columns.
    """
    side, radius = fall.shape[0], fall.shape[1] // 2
    rows, columns = sums.shape[0], sums.shape[1] // 4
    means, weights = np.zeros((len(places), 3), np.float32), np.zeros(len(places), np.float32)
    line = np.empty(4 * fall.shape[1], np.float32)
    for k in range(len(places)):
        y, x = places[k] // width, places[k] % width
        down, across = fall[y % side], fall[x % side]
        i, j = y // side, x // side
        first, last = max(j - radius, 0), min(j + radius + 1, columns)
        line[:] = 0
        for row in range(max(i - radius, 0), min(i + radius + 1, rows)):
            share, added = down[row - i + radius], sums[row, 4 * first : 4 * last]
            for n in range(added.shape[0]):
                line[n] += share * added[n]
        red, green, blue, total = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for n in range(last - first):
            share = across[first + n - j + radius]
            red += share * line[4 * n]
            green += share * line[4 * n + 1]
            blue += share * line[4 * n + 2]
            total += share * line[4 * n + 3]
        weights[k] = total
        if total > 0:
            means[k] = red / total, green / total, blue / total
    return means, weights
