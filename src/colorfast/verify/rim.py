"""A rim of the old color inside the garment's edge.

In: the garment's box before and after in Lab (h, w, 3), and its alpha (h, w) 0..1. Out: CIEDE2000.

Means over small areas are compared, not single pixels, for the reason that spill.py gives.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import lab_to_linear, linear_to_lab, to_planes
from colorfast.compiled import kernel
from colorfast.masks import erode, scaled
from colorfast.records import Alpha, Array, Lab, Mask

RIM = 2.0  # pixels at 1024 inside the edge; never less than 2
TILE = 16  # pixels at 1024
KIN = np.float32(1 / 8**2)  # Lab: a donor 8 away counts a quarter, so piping follows piping, not the cloth
ZERO, ONE, FOUR, TINY = np.float32(0), np.float32(1), np.float32(4), np.float32(1e-12)


class Band(NamedTuple):
    """The garment's edge and what of its inside lies near."""

    places: npt.NDArray[np.intp]
    """(m,) of the box's pixels, row by row."""
    colors: npt.NDArray[np.float32]
    """(m, 12) Lab and linear RGB before, the same after."""
    slots: npt.NDArray[np.int32]
    """(h, w) 1 + where among the places an inside pixel is; 0: nowhere."""


def rim(before_lab: Lab, after_lab: Lab, alpha: Alpha, height: int) -> float:
    """Return the mean CIEDE2000 between the garment's edge as delivered and as it should have become.

    before_lab, after_lab   (h, w, 3) the garment's box
    alpha                   (h, w) share of garment, of the same box
    height                  of the whole picture, pixels: 2 px of edge are measured at 1024, never fewer

    An edge pixel should have moved as the garment beside it did, by its own share of garment: before + alpha
    * d, where d is the mean of after - before over the garment's inside, pixels near and of like color
    counting more. Lenses mix in linear light, resizing and retouching in code values, to which Lab is near:
    both are expected, and the nearer one counts. Edge pixels are those with alpha of at least a half; they
    are compared as means over tiles of 16 px at 1024. 0 if the garment has no edge in the picture, or no
    inside.
    """
    garment = alpha >= 0.5
    width = max(RIM, scaled(RIM, height))
    inside = erode(garment, width)
    step = int(width)
    steps = step, step * (int(2 * width + 2) // step)
    tile = max(TILE, round(scaled(TILE, height)))
    band = _band((before_lab, after_lab), garment & ~inside, inside, steps[1])
    sums = _rim_sums(band, np.ascontiguousarray(alpha, np.float32), steps, tile)
    pixels = sums[..., 0]
    used = pixels > 0
    if not used.any():
        return 0.0
    means = (sums[used][:, 1:] / pixels[used][:, None]).astype(np.float32).reshape(-1, 2, 2, 3)
    coded, lit = means[:, :, 0], linear_to_lab(means[:, :, 1])
    error = np.minimum(delta_e_2000(coded[:, 0], coded[:, 1]), delta_e_2000(lit[:, 0], lit[:, 1]))
    return float(np.average(error, weights=pixels[used]))


def _band(labs: tuple[Lab, Lab], edge: Mask, inside: Mask, reach: int) -> Band:
    """Return the edge and the inside up to `reach` pixels across and down from it."""
    square = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    near = cv2.dilate(edge.view(np.uint8), square).view(np.bool_)
    near &= edge | inside
    places = np.flatnonzero(near)
    colors = np.empty((len(places), 12), np.float32)
    for first, lab in zip((0, 6), labs, strict=True):
        taken = to_planes(lab).take(places, axis=1).T
        colors[:, first : first + 3], colors[:, first + 3 : first + 6] = taken, lab_to_linear(taken)
    slots = np.zeros(edge.size, np.int32)
    slots[places] = np.arange(1, len(places) + 1) * inside.reshape(-1)[places]
    return Band(places, colors, slots.reshape(edge.shape))


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

    Every second pixel is taken, as on a chess board.
    """
    places, colors, slots = band
    height, columns = alpha.shape
    sums = np.zeros((-(-height // tile), -(-columns // tile), 13))
    move = np.empty(6, np.float32)
    for k in range(places.shape[0]):
        y, x = places[k] // columns, places[k] % columns
        if slots[y, x] == 0 and (x + y) % 2 == 0:
            j, i = y // tile, x // tile
            if _move(colors, slots, (y, x, steps[0], steps[1]), k, move) > 0:
                sums[j, i, 0] += 1
                for c in range(6):
                    sums[j, i, 1 + c] += colors[k, c] + alpha[y, x] * move[c]
                    sums[j, i, 7 + c] += colors[k, 6 + c]
    return sums
