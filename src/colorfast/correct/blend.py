"""Apply a color map to a garment: inside as it is, at the edge by unmixing the old color.

A pixel at the edge is a mixture in linear light, I = α F + (1 - α) B, of garment F and background B. Its
background part must stay, so the new pixel is I + α (F' - F): F is the mean of the garment's inside nearby,
pixels like this one counting more, and F' what the map makes of it. No old color is left at the rim, and nothing
of the new one runs over it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from colorfast.color.spaces import from_planes, lab_to_linear, linear_to_lab, to_planes
from colorfast.compiled import kernel
from colorfast.correct.lattice import map_planes
from colorfast.masks import scaled
from colorfast.records import Alpha, Array, ColorMap, Garment, Lab

SOLID = np.float32(0.999)
"""Alpha from which a pixel is garment alone."""
FINE = 3.0
"""Colors are gathered 1 / FINE of the width apart: in large pictures not from every pixel."""
ASKED = 16
"""Pixels of the inside whose mean stands for an edge pixel's garment color, the nearest."""
REACH = 10
"""Strides within which they are looked for; where there are none, three times further, and so on."""
KIN_SQUARED = np.float32(8**2)
"""Lab units: a pixel 8 away counts half, so that piping follows piping and not the cloth."""
ZERO, ONE = np.float32(0), np.float32(1)


def apply(lab: Lab, garment: Garment, color_map: ColorMap, *, edge_width: float, height: int) -> Lab:
    """Return the picture with the garment's colors mapped; equal to the input where alpha is 0.

    lab         (h, w, 3), the garment's box
    garment     core and alpha of the same box
    edge_width  pixels at 1024 pixels height
    height      of the whole photo, pixels
    """
    alpha = np.ascontiguousarray(garment.alpha)
    changed = alpha > 0
    trusted = alpha >= SOLID
    if not trusted.any():
        trusted = garment.core & changed
    if not trusted.any():
        return lab.copy(order="K")
    before = to_planes(lab)
    after = before.copy()
    edge = np.flatnonzero(changed & (alpha < SOLID))
    stride = max(int(scaled(edge_width, height) / FINE), 1)
    _gather_inside(before, trusted, edge, stride, after)
    inside = after[:, edge]
    map_planes(after, changed.reshape(-1), color_map)
    if edge.size:
        after[:, edge] = _mixed(before[:, edge], inside, after[:, edge], alpha.reshape(-1)[edge])
    return from_planes(after, lab.shape)


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


def _mixed(pixel: Array, inside: Array, mapped: Array, alpha: Array) -> Array:
    """Return pixels (3, k) with their garment share changed as the inside beside them was; Lab in, Lab out."""
    light, old, new = (lab_to_linear(planes.T).T for planes in (pixel, inside, mapped))
    mixed: Array = linear_to_lab(np.maximum(light + alpha * (new - old), 0).T).T
    return mixed


def _gather_inside(planes: Array, trusted: Array, places: Array, stride: int, out: Array) -> None:
    """Overwrite the columns of out (3, n) at the edge's places (k,) by the mean color of the inside nearby."""
    while len(places) and stride < 4 * max(trusted.shape):
        places = _inside(planes, trusted, places, (stride, ASKED), _nearest_first(), out)
        stride *= 3  # a pixel far from the inside looks further


@lru_cache(maxsize=1)
def _nearest_first() -> Array:
    """Return rows and columns (n, 2) to the pixels within REACH, nearest first, as on a chess board."""
    rows, columns = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1].reshape(2, -1)
    away = rows**2 + columns**2
    order = np.argsort(away, kind="stable")
    order = order[((rows + columns) % 2 == 0)[order] & (away[order] > 0) & (away[order] <= REACH**2)]
    return np.stack([rows[order], columns[order]], axis=1)


@kernel
def _inside(
    planes: Array, trusted: Array, places: Array, asked: tuple[int, int], steps: Array, out: Array
) -> Array:
    """Write for each place the mean color of the trusted pixels nearest to it; return the places without one.

    asked   stride, and how many pixels
    """
    height, width = trusted.shape
    stride, most = asked
    missing, without = np.empty_like(places), 0
    for place in places:
        y, x = place // width, place % width
        L, a, b = planes[0, place], planes[1, place], planes[2, place]
        total, light, red, yellow, found = ZERO, ZERO, ZERO, ZERO, 0
        for n in range(steps.shape[0]):
            v, u = y + stride * steps[n, 0], x + stride * steps[n, 1]
            if 0 <= v < height and 0 <= u < width and trusted[v, u]:
                near = v * width + u
                dL, da, db = planes[0, near] - L, planes[1, near] - a, planes[2, near] - b
                kin = ONE / (ONE + (dL * dL + da * da + db * db) / KIN_SQUARED)
                total += kin
                light += kin * dL
                red += kin * da
                yellow += kin * db
                found += 1
                if found == most:
                    break
        if found:
            out[0, place], out[1, place], out[2, place] = (
                L + light / total,
                a + red / total,
                b + yellow / total,
            )
        else:
            missing[without] = place
            without += 1
    return missing[:without]
