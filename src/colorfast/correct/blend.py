"""Apply a color map to a garment: inside as it is, at the edge by unmixing the old color.

A pixel at the edge is a mixture in linear light, I = α F + (1 - α) B, of garment F and background B. Its
background part must stay, so the new pixel is I + α (F' - F): F and its new color F' are taken from the garment's
inside nearby. No old color is left at the rim, and nothing of the new one runs over it.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.spaces import lab_to_linear, linear_to_lab, to_planes
from colorfast.compiled import kernel
from colorfast.correct.lattice import map_pixels
from colorfast.masks import dilate, scaled
from colorfast.records import Alpha, Array, ColorMap, Garment, Lab, Mask

SOLID = np.float32(0.999)
"""Alpha from which a pixel is garment alone."""


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
        near = np.flatnonzero(inside & dilate(edge, 2 * reach))
        change = np.zeros((*edge.shape, 4), np.float32)
        flat = change.reshape(-1, 4)
        flat[near, :3] = lab_to_linear(after[:, near].T) - lab_to_linear(before[:, near].T)
        flat[near, 3] = 1
        found, weight = _gather(places[missing], change, _fall(float(reach)))
        seen = weight > 0
        gathered[missing[seen]] = found[seen]
        missing = missing[~seen]
        reach *= 4
    share = alpha.reshape(-1)[places][:, None]
    return linear_to_lab(np.maximum(lab_to_linear(before[:, places].T) + share * gathered, 0))


def _fall(width: float) -> Array:
    """Return a Gaussian, (2 r + 1, 2 r + 1), out to two widths."""
    radius = int(np.ceil(2 * width))
    square = np.arange(-radius, radius + 1) ** 2
    fall: Array = np.exp(-0.5 * (square[:, None] + square) / (width * width)).astype(np.float32)
    return fall


@kernel
def _gather(places: Array, change: Array, fall: Array) -> tuple[Array, Array]:
    """Return the Gaussian mean (k, 3) of the change around each place (k,) of the picture, and its weight (k,).

    change   (h, w, 4) the change in three channels and 1, or four times 0 where there is none
    """
    h, w = change.shape[:2]
    radius = fall.shape[0] // 2
    means, weights = np.zeros((len(places), 3), np.float32), np.zeros(len(places), np.float32)
    for k in range(len(places)):
        y, x = places[k] // w, places[k] % w
        red, green, blue, total = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for i in range(max(y - radius, 0), min(y + radius + 1, h)):
            row, line, start = change[i], fall[i - y + radius], radius - x
            for j in range(max(x - radius, 0), min(x + radius + 1, w)):
                share = line[start + j]
                red += share * row[j, 0]
                green += share * row[j, 1]
                blue += share * row[j, 2]
                total += share * row[j, 3]
        weights[k] = total
        if total > 0:
            means[k] = red / total, green / total, blue / total
    return means, weights
