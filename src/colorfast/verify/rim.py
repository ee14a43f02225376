"""A rim of the old color inside the garment's edge.

In: the garment's box before and after, as a `View`. Out: CIEDE2000.

Means over small areas are compared, not single pixels, for the reason that spill.py gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.compiled import kernel
from colorfast.masks import erode, scaled
from colorfast.records import Array, Mask
from colorfast.verify.view import Picture, View

RIM = 2.0  # pixels at 1024 inside the edge; never less than 2
TILE = 16  # pixels at 1024
KIN = np.float32(1 / 8**2)  # Lab: a donor 8 away counts a quarter, so piping follows piping, not the cloth
ZERO, ONE, FOUR, TINY = np.float32(0), np.float32(1), np.float32(4), np.float32(1e-12)


class Band(NamedTuple):
    """The garment's edge and the pixels inside that are asked how they moved."""

    edge: npt.NDArray[np.int32]
    """(m,) edge pixels of the box, counted row by row."""
    colors: npt.NDArray[np.float32]
    """(m and more, 12) Lab and linear RGB before, the same after: of the edge, then of the inside."""
    slots: npt.NDArray[np.int32]
    """(h, w) 1 + where among the colors an inside pixel is; 0: nowhere."""


def rim(seen: View) -> float:
    """Return the mean CIEDE2000 between the garment's edge as delivered and as it should have become.

    seen   the garment's box before and after: 2 px of edge are measured at a height of 1024, never fewer

    An edge pixel should have moved as the garment beside it did, by its own share of garment: before + alpha
    * d, where d is the mean of after - before over the garment's inside, pixels near and of like color
    counting more. Lenses mix in linear light, resizing and retouching in code values, to which Lab is near:
    both are expected, and the nearer one counts. Edge pixels are those with alpha of at least a half; every
    second one, as on a chess board, is compared, in means over tiles of 16 px at 1024. 0 if the garment has
    no edge in the picture, or no inside.
    """
    garment = seen.alpha >= 0.5
    width = max(RIM, scaled(RIM, seen.height))
    step = int(width)
    steps = step, step * (int(2 * width + 2) // step)
    tile = max(TILE, round(scaled(TILE, seen.height)))
    band = _band(seen.pictures, garment, erode(garment, width), steps)
    sums = _rim_sums(band, seen.alpha, steps, tile)
    pixels = sums[..., 0]
    used = pixels > 0
    if not used.any():
        return 0.0
    means = (sums[used][:, 1:] / pixels[used][:, None]).astype(np.float32).reshape(-1, 2, 2, 3)
    coded, lit = means[:, :, 0], linear_to_lab(means[:, :, 1])
    error = np.minimum(delta_e_2000(coded[:, 0], coded[:, 1]), delta_e_2000(lit[:, 0], lit[:, 1]))
    return float(np.average(error, weights=pixels[used]))


def _band(pictures: tuple[Picture, Picture], garment: Mask, inside: Mask, steps: tuple[int, int]) -> Band:
    """Return the edge, and what of the inside `_move` will ask for; `steps` as there."""
    edge, donors, slots = _found(garment.view(np.uint8), inside.view(np.uint8), steps)
    places = np.concatenate([edge, donors])
    labs = [picture.colors(places) for picture in pictures]
    colors = np.column_stack([labs[0], lab_to_linear(labs[0]), labs[1], lab_to_linear(labs[1])])
    return Band(edge, colors, slots)


@kernel
def _found(garment: Array, inside: Array, steps: tuple[int, int]) -> tuple[Array, Array, Array]:
    """Return the places of the edge, those of the inside that it asks, and the slots of these; see `Band`."""
    height, columns = garment.shape
    slots = np.zeros((height, columns), np.int32)
    edge, donors, room = np.empty(garment.size // 2 + columns, np.int32), np.empty(garment.size, np.int32), 0
    step, reach = steps
    found = 0
    for y in range(height):
        for x in range(y % 2, columns, 2):
            edge[found] = y * columns + x
            found += garment[y, x] & ~inside[y, x] & np.uint8(1)
    for k in range(found):
        y, x = edge[k] // columns, edge[k] % columns
        for v in range(max(y - reach, 0), min(y + reach + 1, height), step):
            for u in range(max(x - reach, 0), min(x + reach + 1, columns), step):
                if inside[v, u] and slots[v, u] == 0:
                    donors[room] = v * columns + u
                    room += 1
                    slots[v, u] = found + room
    return edge[:found], donors[:room], slots


@kernel
def _move(colors: Array, slots: Array, place: tuple[int, int, int, int], own: int, move: Array) -> float:
    """Write the mean of after - before inside the garment around a pixel; return the weight of that mean.

    place   row, column, step and reach: every step-th pixel within reach is asked
    own     where among the colors the pixel is
    move    (6,) of Lab and linear RGB
    """
    y, x, step, reach = place
    weights = m0 = m1 = m2 = m3 = m4 = m5 = ZERO
    L, a, b, near = colors[own, 0], colors[own, 1], colors[own, 2], FOUR / np.float32(reach * reach)
    for v in range(max(y - reach, 0), min(y + reach + 1, slots.shape[0]), step):
        for u in range(max(x - reach, 0), min(x + reach + 1, slots.shape[1]), step):
            k = slots[v, u] - 1
            if k >= 0:
                far = np.float32((v - y) ** 2 + (u - x) ** 2) * near
                d0, d1, d2 = colors[k, 0] - L, colors[k, 1] - a, colors[k, 2] - b
                kin = ONE / ((ONE + far) * (ONE + (d0 * d0 + d1 * d1 + d2 * d2) * KIN))
                weight = kin * kin
                weights += weight
                m0 += weight * (colors[k, 6] - colors[k, 0])
                m1 += weight * (colors[k, 7] - colors[k, 1])
                m2 += weight * (colors[k, 8] - colors[k, 2])
                m3 += weight * (colors[k, 9] - colors[k, 3])
                m4 += weight * (colors[k, 10] - colors[k, 4])
                m5 += weight * (colors[k, 11] - colors[k, 5])
    share = ONE / max(weights, TINY)
    move[0], move[1], move[2] = share * m0, share * m1, share * m2
    move[3], move[4], move[5] = share * m3, share * m4, share * m5
    return float(weights)


@kernel
def _rim_sums(band: Band, alpha: Array, steps: tuple[int, int], tile: int) -> Array:
    """Return for each tile its edge pixels, and their sums of expected and delivered color: (r, c, 13).

    steps   every first-th pixel within the second of an edge pixel is asked how it moved
    """
    edge, colors, slots = band
    height, columns = alpha.shape
    sums = np.zeros((-(-height // tile), -(-columns // tile), 13))
    move = np.empty(6, np.float32)
    for k in range(edge.shape[0]):
        y, x = edge[k] // columns, edge[k] % columns
        if _move(colors, slots, (y, x, steps[0], steps[1]), k, move) > 0:
            j, i = y // tile, x // tile
            sums[j, i, 0] += 1
            for c in range(6):
                sums[j, i, 1 + c] += colors[k, c] + alpha[y, x] * move[c]
                sums[j, i, 7 + c] += colors[k, 6 + c]
    return sums
