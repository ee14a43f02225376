"""Apply a color map to a garment: inside as it is, at the edge by unmixing the old color.

A pixel at the edge is a mixture in linear light, I = α F + (1 - α) B, of garment F and background B. Its
background part must stay, so the new pixel is I + α (F' - F): the change F' - F is the mean of that of the
garment's inside nearby, pixels like this one counting more. No old color is left at the rim, and nothing of the
new one runs over it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from colorfast.color.profiles import from_lab, light_of, to_lab
from colorfast.compiled import inlined, kernel
from colorfast.correct.lattice import recolor
from colorfast.masks import scaled
from colorfast.records import Array, ColorMap, Garment, Mask, Photo, Window

SOLID = np.float32(0.999)
"""Alpha from which a pixel is garment alone."""
FINE = 3.0
"""Colors are gathered 1 / FINE of the width apart: in large pictures not from every pixel."""
ASKED = 16
"""Pixels of the inside whose mean change is an edge pixel's, the nearest."""
REACH = 10
"""Strides within which they are looked for; where there are none, three times further, and so on."""
KIN = 13
"""8-bit codes, some 5 Lab units: a pixel so far off counts half; piping follows piping and not the cloth."""
AT_ONCE = 8
ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)


def apply(photo: Photo, garment: Garment, color_map: ColorMap, *, edge_width: float) -> Array:
    """Return the code values (h, w, 3) of the garment's box with its colors mapped; where alpha is 0 the old.

    edge_width   pixels at 1024 pixels height
    """
    before = photo.window(garment.box)
    new, alpha = before.part.copy(), np.ascontiguousarray(garment.alpha[garment.box])
    inside = alpha >= SOLID
    if not inside.any():
        inside = garment.core[garment.box] & (alpha > 0)
    if not inside.any():
        return new

    def move(codes: Array, dtype: npt.DTypeLike) -> Array:
        return from_lab(color_map(to_lab(codes, photo.profile)), photo.profile, dtype)

    recolor(new, inside, move)
    edge = np.flatnonzero((alpha > 0) & (alpha < SOLID))
    if edge.size:
        light = light_of(photo.profile, photo.dtype)
        near = _nearest(inside, edge, max(int(scaled(edge_width, photo.size[0]) / FINE), 1))
        changes = _mean_changes(*_from(before), new, edge, near, light.linear)
        _mix(*_from(before), (edge, alpha, changes), light.linear, light.codes, new)
    return new


def _from(window: Window) -> tuple[Array, tuple[int, int]]:
    """Return code values, and the row and column in them at which the box begins."""
    rows, columns = window.box
    return window.pixels, (rows.start, columns.start)


def _nearest(inside: Mask, edge: Array, stride: int) -> Array:
    """Return the places (k, ASKED) of the inside's pixels nearest to the edge's places (k,); -1 where none is."""
    near = np.full((len(edge), ASKED), -1, np.int32)
    left = np.arange(len(edge))
    while left.size and stride < 4 * max(inside.shape):
        steps = stride * _nearest_first()
        _find(inside, edge, left, (steps, steps @ (inside.shape[1], 1)), near)
        left = left[near[left, 0] < 0]
        stride *= 3  # a pixel far from the inside looks further
    return near


@lru_cache(maxsize=1)
def _nearest_first() -> Array:
    """Return rows and columns (n, 2) to the pixels within REACH, nearest first, as on a chess board."""
    rows, columns = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1].reshape(2, -1)
    away = rows**2 + columns**2
    order = np.argsort(away, kind="stable")
    order = order[((rows + columns) % 2 == 0)[order] & (away[order] > 0) & (away[order] <= REACH**2)]
    return np.stack([rows[order], columns[order]], axis=1)


@kernel
def _find(inside: Array, edge: Array, left: Array, steps: tuple[Array, Array], near: Array) -> None:
    """Write which of the inside's pixels are nearest to those places of the edge that are left.

    steps   to the pixels around, nearest first: in rows and columns, and in pixels
    """
    (height, width), (around, paces) = inside.shape, steps
    flat, far = inside.reshape(-1), around.max()
    found = np.empty(near.shape[1] + AT_ONCE, np.int32)
    for n in left:
        place, count, k = edge[n], 0, 0
        y, x = place // width, place % width
        if far <= y < height - far and far <= x < width - far:
            while k < paces.shape[0] and count < near.shape[1]:
                for step in paces[k : k + AT_ONCE]:  # without a branch: half of them would be taken
                    found[count] = place + step
                    count += flat[np.uint64(place + step)]  # unsigned: not asked for its sign
                k += AT_ONCE
        else:
            while k < paces.shape[0] and count < near.shape[1]:
                v, u = y + around[k, 0], x + around[k, 1]
                found[count] = place + paces[k]
                count += 0 <= v < height and 0 <= u < width and inside[v, u]
                k += 1
        for k in range(min(count, near.shape[1])):
            near[n, k] = found[k]


@kernel
def _mean_changes(
    before: Array, corner: tuple[int, int], after: Array, edge: Array, near: Array, linear: Array
) -> Array:
    """Return the mean change (k, 3) in linear light of the pixels near each place of the edge.

    before, after   code values of the box and of what is about it, and of the box, which begins at `corner`
    """
    changes = np.zeros((edge.shape[0], 3), np.float32)
    (top, first), width = corner, after.shape[1]
    kin, wide = np.float32(KIN * (linear.shape[1] - 1) / 255) ** 2, np.uint32(width)
    for n in range(edge.shape[0]):
        y, x = top + edge[n] // width, first + edge[n] % width
        R, G, B = before[y, x, 0], before[y, x, 1], before[y, x, 2]
        total, red, green, blue = ZERO, ZERO, ZERO, ZERO
        for place in near[n]:
            if place < 0:
                break
            v = np.uint64(np.uint32(place) // wide)  # a division of 32 bits takes a third of one of 64
            u = np.uint64(place) - v * np.uint64(width)
            row, column = v + np.uint64(top), u + np.uint64(first)
            r, g, b = before[row, column, 0], before[row, column, 1], before[row, column, 2]
            weight = ONE / (kin + _square(R, r) + _square(G, g) + _square(B, b))
            total += weight
            red += weight * (linear[0, after[v, u, 0]] - linear[0, r])
            green += weight * (linear[1, after[v, u, 1]] - linear[1, g])
            blue += weight * (linear[2, after[v, u, 2]] - linear[2, b])
        if total > 0:
            changes[n, 0], changes[n, 1], changes[n, 2] = red / total, green / total, blue / total
    return changes


@inlined
def _square(one: Any, other: Any) -> Any:
    apart = np.float32(one) - np.float32(other)
    return apart * apart


@kernel
def _mix(
    before: Array,
    corner: tuple[int, int],
    edge: tuple[Array, Array, Array],
    linear: Array,
    curves: Array,
    new: Array,
) -> None:
    """Write the new codes of the edge: in linear light, the old ones and the changed share of garment.

    edge   places (k,) in the box, alpha (h, w) and changes (k, 3)
    """
    (places, alpha, changes), (top, first) = edge, corner
    width, last = alpha.shape[1], curves.shape[1] - 1
    full = np.float32(linear.shape[1] - 1)
    for n in range(places.shape[0]):
        y, x = places[n] // width, places[n] % width
        for c in range(3):
            light = linear[c, before[top + y, first + x, c]] + alpha[y, x] * changes[n, c]
            at = np.sqrt(min(max(light, ZERO), ONE)) * np.float32(last)
            low = min(np.int32(at), np.int32(last - 1))
            code = curves[c, low] + (at - np.float32(low)) * (curves[c, low + 1] - curves[c, low])
            new[y, x, c] = np.int32(code * full + HALF)
