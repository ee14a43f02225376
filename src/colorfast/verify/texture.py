"""Texture inside the garment: SSIM on L*, and its structure term that allows a change of lightness.

In: two L* planes (h, w) 0..100 and the garment's core (h, w) bool. Out: two means over the core, up to 1.

The windows are Gaussian, 11 taps with sigma 1.5, as in Wang, Bovik, Sheikh & Simoncelli 2004,
"Image quality assessment: from error visibility to structural similarity", doi:10.1109/TIP.2003.819861.
They are normalized: a window that reaches over the edge of the core counts its core pixels alone, so the
uncorrected surroundings are never compared with anything. Where the whole window is core this is the paper's
SSIM.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from colorfast.compiled import inlined, kernel
from colorfast.records import Array, Mask

RADIUS = 5  # 11 taps
SIGMA = 1.5
TAPS = np.exp(-0.5 * (np.arange(RADIUS + 1) / SIGMA) ** 2)  # the middle tap and one side
TAPS = (TAPS / (2 * TAPS.sum() - TAPS[0])).astype(np.float32)

C1 = np.float32((0.01 * 100) ** 2)  # K1 and K2 of the paper, for a range of 100
C2 = np.float32((0.03 * 100) ** 2)
NOISE = np.float32(1)  # variance of L* that coding adds and takes: below it there is no texture to lose
BLACK = np.float32(16)  # light that grows k-fold multiplies L* + 16 by the cube root of k (CIE 15, eq. 8.3)
ZERO, ONE, TWO, TINY = np.float32(0), np.float32(1), np.float32(2), np.float32(1e-12)


class Texture(NamedTuple):
    """How much of the garment's texture is left, means over the core, 1 for all of it."""

    ssim: float
    structure: float


def texture(before_l: Array, after_l: Array, core: Mask, counted: Mask | None = None) -> Texture:
    """Return SSIM on L* and the structure term, each as the mean over the core.

    before_l, after_l   (h, w) L*, 0..100
    core                (h, w) the pixels that windows may see; must not be empty
    counted             (h, w) the pixels of the core whose windows are averaged; all of them by default

    The structure term is (2 g sxy + C) / (g^2 sx^2 + sy^2 + C), Wang 2004 eq. 9 and 10 combined, with C the
    variance of coding noise. The contrast of a window may stay (g = 1) or follow its lightness as light would
    make it (g = (my + 16) / (mx + 16)); between the two, g is what fits best. Flat fill, blur and
    posterization lose contrast or gain edges that no g explains.
    """
    counted = core if counted is None else counted & core
    first, second = _plane(before_l), _plane(after_l)
    pixels, ssim, structure = _texture_sums(first, second, core, counted, _means(first, second, core))
    return Texture(float(ssim / pixels), float(structure / pixels))


def _plane(values: Array) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32)


@inlined
def _across(row: Array, i: int) -> np.float32:
    """Return the weighted sum of 11 neighbors in a row that is padded by 5 on either side."""
    total: np.float32 = (
        TAPS[0] * row[i + 5]
        + TAPS[1] * (row[i + 4] + row[i + 6])
        + TAPS[2] * (row[i + 3] + row[i + 7])
        + TAPS[3] * (row[i + 2] + row[i + 8])
        + TAPS[4] * (row[i + 1] + row[i + 9])
        + TAPS[5] * (row[i] + row[i + 10])
    )
    return total


@kernel
def _enter(slot: Array, row_x: Array, row_y: Array, core: Array, shifts: Array) -> None:
    """Write core, and core times x, y, xx, yy, xy of one row into its slot of the ring."""
    for i in range(row_x.shape[0]):
        m = ONE if core[i] else ZERO
        a, b = m * (row_x[i] - shifts[0]), m * (row_y[i] - shifts[1])
        j = i + RADIUS
        slot[0, j], slot[1, j], slot[2, j] = m, a, b
        slot[3, j], slot[4, j], slot[5, j] = a * a, b * b, a * b


@kernel
def _down(ring: Array, middle: int, line: Array) -> None:
    """Sum the 11 rows around `middle` by the taps; row r of the picture lies at r mod 11."""
    for plane in range(6):
        p0, out = ring[middle % 11, plane], line[plane]
        a1, b1 = ring[(middle + 1) % 11, plane], ring[(middle + 10) % 11, plane]
        a2, b2 = ring[(middle + 2) % 11, plane], ring[(middle + 9) % 11, plane]
        a3, b3 = ring[(middle + 3) % 11, plane], ring[(middle + 8) % 11, plane]
        a4, b4 = ring[(middle + 4) % 11, plane], ring[(middle + 7) % 11, plane]
        a5, b5 = ring[(middle + 5) % 11, plane], ring[(middle + 6) % 11, plane]
        for i in range(out.shape[0]):
            near = TAPS[0] * p0[i] + TAPS[1] * (a1[i] + b1[i]) + TAPS[2] * (a2[i] + b2[i])
            far = TAPS[3] * (a3[i] + b3[i]) + TAPS[4] * (a4[i] + b4[i]) + TAPS[5] * (a5[i] + b5[i])
            out[i] = near + far


@kernel
def _score(line: Array, shifts: Array, ssim: Array, structure: Array) -> None:
    """Turn the sums of one row of windows into SSIM and structure for each pixel of it."""
    for i in range(ssim.shape[0]):
        share = ONE / (_across(line[0], i) + TINY)
        mx, my = share * _across(line[1], i), share * _across(line[2], i)
        sxx = max(share * _across(line[3], i) - mx * mx, ZERO)
        syy = max(share * _across(line[4], i) - my * my, ZERO)
        sxy = share * _across(line[5], i) - mx * my
        lx, ly = mx + shifts[0], my + shifts[1]
        near = (TWO * lx * ly + C1) / (lx * lx + ly * ly + C1)
        ssim[i] = near * (TWO * sxy + C2) / (sxx + syy + C2)
        light = (ly + BLACK) / (lx + BLACK)
        g = min(max(np.sqrt(syy / (sxx + TINY)), min(light, ONE)), max(light, ONE))
        structure[i] = (TWO * g * sxy + NOISE) / (g * g * sxx + syy + NOISE)


@kernel
def _means(x: Array, y: Array, core: Array) -> Array:
    """Return the means of two planes over the core."""
    pixels, sum_x, sum_y = 0, 0.0, 0.0
    for row in range(x.shape[0]):
        for i in range(x.shape[1]):
            m = ONE if core[row, i] else ZERO
            pixels += core[row, i]
            sum_x += m * x[row, i]
            sum_y += m * y[row, i]
    return np.array([sum_x / pixels, sum_y / pixels]).astype(np.float32)


@kernel
def _texture_sums(x: Array, y: Array, core: Array, counted: Array, shifts: Array) -> tuple[int, float, float]:
    """Return the number of counted pixels and the sums of SSIM and structure over them.

    Rows stream through a ring of 11. The means `shifts` are taken off first, else squares of L* near 100
    would leave no digits for the variance in float32.
    """
    height, width = x.shape
    ring, line = np.zeros((11, 6, width + 10), np.float32), np.empty((6, width + 10), np.float32)
    ssim_row, structure_row = np.empty(width, np.float32), np.empty(width, np.float32)
    pixels, ssim, structure = 0, 0.0, 0.0
    for entering in range(height + RADIUS):
        if entering < height:
            _enter(ring[entering % 11], x[entering], y[entering], core[entering], shifts)
        else:
            ring[entering % 11] = ZERO
        middle = entering - RADIUS
        if middle < 0 or not counted[middle].any():
            continue
        _down(ring, middle, line)
        _score(line, shifts, ssim_row, structure_row)
        for i in range(width):
            if counted[middle, i]:
                ssim += ssim_row[i]
                structure += structure_row[i]
                pixels += 1
    return pixels, ssim, structure
