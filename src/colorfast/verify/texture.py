"""Texture inside the garment: SSIM on L*, and its structure term that allows a change of lightness.

In: two L* planes (h, w) 0..100 and the garment's core (h, w) bool. Out: two means over the core, up to 1.

The windows are Gaussian, 11 taps with sigma 1.5, as in Wang, Bovik, Sheikh & Simoncelli 2004,
"Image quality assessment: from error visibility to structural similarity", doi:10.1109/TIP.2003.819861.
They are normalized: a window that reaches over the edge of the core counts its core pixels alone, so the
uncorrected surroundings are never compared with anything. Where the whole window is core this is the paper's
SSIM.

Structure is looked for at two scales, as in Wang, Simoncelli & Bovik 2003, doi:10.1109/ACSSC.2003.1292216: in
pixels, where weave is, and in means over 4 x 4 pixels, where folds are and coding noise is not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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
BLACK = np.float32(16)  # light that grows k-fold multiplies L* + 16 by the cube root of k (CIE 15, eq. 8.3)
ZERO, ONE, TWO, TINY = np.float32(0), np.float32(1), np.float32(2), np.float32(1e-12)

FOLD = 4  # pixels
WEAVE_NOISE, FOLD_NOISE = np.float32(0.10), np.float32(0.05)
"""Variance of L* that coding adds: 8 bit and JPEG at quality 95 on smooth cloth, per pixel and per mean."""
WEAVE_CONTRAST, FOLD_CONTRAST = np.float32(1), np.float32(0.5)
"""Variance of L* below which texture can hardly be seen, and counts for less."""
HALF_A_CELL = np.float32(FOLD * FOLD / 2)
EVERY = 2  # rows: the windows of two neighboring rows overlap by nine tenths, so one of them will do
VECTOR = 16  # numbers of float32: planes begin where vectors do, else each vector lies in two cache lines
MARGIN = VECTOR  # columns that a plane has on either side of its windows
STRIP = 976  # columns: with margins, 13 rows of 6 planes are 315 kB and stay in the second-level cache


class Texture(NamedTuple):
    """How much of the garment's texture is left, means over the core, 1 for all of it."""

    ssim: float
    structure: float


def texture(before_l: Array, after_l: Array, core: Mask) -> Texture:
    """Return SSIM on L* and the structure term, each as the mean over every second row of the core.

    before_l, after_l   (h, w) L*, 0..100
    core                (h, w) the pixels that windows may see; must not be empty

    The structure term is 1 - max(d - N, 0) / (g^2 sx^2 + sy^2 + C), with d = g^2 sx^2 + sy^2 - 2 g sxy. With
    N = 0 that is Wang 2004, eq. 9 and 10 combined; N is the variance of coding noise, C one that can hardly
    be seen. The contrast of a window may stay (g = 1) or follow its lightness as light would make it (g = (my
    + 16) / (mx + 16)); between the two, g is what fits best. Flat fill, blur and posterization lose contrast
    or gain edges that no g explains. Of weave and folds, the one that has kept less counts.
    """
    first, second = _plane(before_l), _plane(after_l)
    ssim, weave = _texture(first, second, core, WEAVE_CONTRAST, WEAVE_NOISE)
    wide = _cells(first, second, core)
    if not wide[2].any():
        return Texture(ssim, weave)
    _, folds = _texture(*wide, FOLD_CONTRAST, FOLD_NOISE)
    return Texture(ssim, min(weave, folds))


def _plane(values: Array) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32)


@inlined
def _across(row: Array, i: int) -> np.float32:
    """Return the weighted sum of 11 neighbors in a row that begins 5 before the first window."""
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
def _enter(slot: Array, x: Array, y: Array, core: Array, first: int, shifts: Array) -> None:
    """Write core, and core times x, y, xx, yy, xy of one row, one after the other, into its slot of the ring.

    first   column of the row that each of the six begins with; may be outside the picture
    """
    wide = slot.shape[0] // 6
    low, high = max(first, 0), min(first + wide, x.shape[0])
    at = low - first
    x, y, core = x[low:high], y[low:high], core[low:high]  # sliced: signed sums of indices would stay scalar
    m, a, b = slot[at:wide], slot[at + wide : 2 * wide], slot[at + 2 * wide : 3 * wide]
    aa, bb, ab = slot[at + 3 * wide : 4 * wide], slot[at + 4 * wide : 5 * wide], slot[at + 5 * wide :]
    for j in range(high - low):
        inside = ONE if core[j] else ZERO
        p, q = inside * (x[j] - shifts[0]), inside * (y[j] - shifts[1])
        m[j], a[j], b[j], aa[j], bb[j], ab[j] = inside, p, q, p * p, q * q, p * q


@inlined
def _tapped(p0: Any, p1: Any, p2: Any, p3: Any, p4: Any, p5: Any) -> Any:
    """Return a middle value and the sums of those 1 to 5 away from it, weighted by the taps."""
    near = TAPS[0] * p0 + TAPS[1] * p1 + TAPS[2] * p2
    return near + (TAPS[3] * p3 + TAPS[4] * p4 + TAPS[5] * p5)


@kernel
def _down(ring: Array, last: int, lines: Array) -> None:
    """Sum 11 rows by the taps, twice: around the row `last` and the one two above. They share nine, read once.

    ring   row r of the picture lies at r mod 13
    """
    first, second = lines[0], lines[1]
    r0, r1, r2, r3 = (
        ring[(last + 6) % 13],
        ring[(last + 7) % 13],
        ring[(last + 8) % 13],
        ring[(last + 9) % 13],
    )
    r4, r5, r6 = ring[(last + 10) % 13], ring[(last + 11) % 13], ring[(last + 12) % 13]
    r7, r8, r9 = ring[last % 13], ring[(last + 1) % 13], ring[(last + 2) % 13]
    r10, r11, r12 = ring[(last + 3) % 13], ring[(last + 4) % 13], ring[(last + 5) % 13]
    for i in range(first.shape[0]):
        a, b, c, d, e, f, g = r2[i], r3[i], r4[i], r5[i], r6[i], r7[i], r8[i]
        h, j, k = r9[i], r10[i], r1[i]
        first[i] = _tapped(d, c + e, b + f, a + g, k + h, r0[i] + j)
        second[i] = _tapped(f, e + g, d + h, c + j, b + r11[i], a + r12[i])


@kernel
def _score(
    line: Array, inside: Array, constants: tuple[np.float32, ...]
) -> tuple[np.float32, np.float32, np.float32]:
    """Return the windows of one row whose pixel is inside, and their sums of SSIM and structure.

    line        the six sums of each window's rows, one after the other
    inside      1 where the pixel is core, else 0, with the margins
    constants   means of x and y that were taken off, contrast C, noise N
    """
    wide, at, inside = line.shape[0] // 6, MARGIN - RADIUS, inside[MARGIN:]
    m, a, b = line[at:wide], line[at + wide : 2 * wide], line[at + 2 * wide : 3 * wide]
    aa, bb, ab = line[at + 3 * wide : 4 * wide], line[at + 4 * wide : 5 * wide], line[at + 5 * wide :]
    shift_x, shift_y, contrast, noise = constants
    windows, ssim, structure = ZERO, ZERO, ZERO
    for i in range(wide - 2 * MARGIN):
        share = ONE / (_across(m, i) + TINY)
        mx, my = share * _across(a, i), share * _across(b, i)
        sxx = max(share * _across(aa, i) - mx * mx, ZERO)
        syy = max(share * _across(bb, i) - my * my, ZERO)
        sxy = share * _across(ab, i) - mx * my
        lx, ly = mx + shift_x, my + shift_y
        dark, flat = lx + BLACK, sxx + TINY
        both = ONE / (dark * flat)  # one division for two ratios, here and below: they are what takes time
        light = (ly + BLACK) * flat * both
        g = min(max(np.sqrt(syy * dark * both), min(light, ONE)), max(light, ONE))
        spread = g * g * sxx + syy
        lost, of = max(spread - TWO * g * sxy - noise, ZERO), spread + contrast
        near, far = (TWO * lx * ly + C1) * (TWO * sxy + C2), (lx * lx + ly * ly + C1) * (sxx + syy + C2)
        both = inside[i] / (of * far)
        windows += inside[i]
        ssim += near * of * both
        structure += (of - lost) * far * both
    return windows, ssim, structure


@kernel
def _cells(x: Array, y: Array, core: Array) -> tuple[Array, Array, Array]:
    """Return the means of both planes over the core of each FOLD x FOLD cell, and the cells at least half core.

    Rows are summed first, which runs on whole vectors, then along. What is left over at the right and below
    belongs to no cell.
    """
    rows, columns = core.shape[0] // FOLD, core.shape[1] // FOLD
    first, second = np.empty((rows, columns), np.float32), np.empty((rows, columns), np.float32)
    kept = np.empty((rows, columns), np.bool_)
    m, a, b = np.empty((3, core.shape[1]), np.float32)
    for j in range(rows):
        m[:], a[:], b[:] = ZERO, ZERO, ZERO
        for row in range(j * FOLD, (j + 1) * FOLD):
            inside, row_x, row_y = core[row], x[row], y[row]
            for i in range(core.shape[1]):
                share = ONE if inside[i] else ZERO
                m[i] += share
                a[i] += share * row_x[i]
                b[i] += share * row_y[i]
        row_x, row_y, row = first[j], second[j], kept[j]
        for i in range(columns):  # no branch: this runs on whole vectors
            k = i * FOLD
            pixels = m[k] + m[k + 1] + m[k + 2] + m[k + 3]
            share = ONE / max(pixels, ONE)
            row_x[i] = share * (a[k] + a[k + 1] + a[k + 2] + a[k + 3])
            row_y[i] = share * (b[k] + b[k + 1] + b[k + 2] + b[k + 3])
            row[i] = pixels >= HALF_A_CELL
    return first, second, kept


@kernel
def _some(row: Array, left: int, right: int) -> bool:
    """Return whether a row has core between two columns."""
    inside = False
    for i in range(left, right):  # any() of a slice walks an iterator: 20 times slower
        inside |= row[i]
    return inside


@kernel
def _aligned(rows: int, columns: int) -> Array:
    """Return zeros (rows, columns) that begin where a vector does."""
    room = np.zeros(rows * columns + VECTOR, np.float32)
    first = -room.ctypes.data % (4 * VECTOR) // 4
    return room[first : first + rows * columns].reshape(rows, columns)


@kernel
def _strip(x: Array, y: Array, core: Array, place: tuple[int, int, int], constants: Array) -> Array:
    """Return the windows and the sums of SSIM and structure over the core within some columns.

    place   first row with windows, and the columns from which and up to which they are; rows pass through 13
            slots
    """
    top, left, right = place
    wide = -(-(right - left) // VECTOR) * VECTOR + 2 * MARGIN  # beyond the picture windows have no core
    steer = constants[0], constants[1], constants[2], constants[3]
    ring, lines = _aligned(13, 6 * wide), _aligned(2, 6 * wide)
    sums = np.zeros(3)
    for entering in range(max(top - RADIUS, 0), x.shape[0] + RADIUS + EVERY):
        slot = ring[entering % 13]
        if entering < x.shape[0]:
            _enter(slot, x[entering], y[entering], core[entering], left - MARGIN, constants)
        else:
            slot[:] = ZERO
        last = entering - RADIUS
        if last > top and (last - top) % (2 * EVERY) == EVERY:
            rows = last - EVERY, min(last, x.shape[0] - 1)  # a row below the picture has no core
            if _some(core[rows[0]], left, right) or _some(core[rows[1]], left, right):
                _down(ring, last, lines)
                for k in range(2):
                    inside = ring[(last - EVERY + k * EVERY) % 13]
                    windows, ssim, structure = _score(lines[k], inside, steer)
                    sums[0] += windows
                    sums[1] += ssim
                    sums[2] += structure
    return sums


@kernel
def _shifts(x: Array, y: Array, core: Array) -> tuple[int, float, float]:
    """Return the first row with core, and the means of x and y over the core of every 8th row from there."""
    top, pixels, first, second = 0, 0, 0.0, 0.0
    while not _some(core[top], 0, core.shape[1]):
        top += 1
    for row in range(top, x.shape[0], 8):
        for i in range(x.shape[1]):
            if core[row, i]:
                pixels += 1
                first += x[row, i]
                second += y[row, i]
    return top, first / pixels, second / pixels


@kernel
def _texture(x: Array, y: Array, core: Array, contrast: np.float32, noise: np.float32) -> tuple[float, float]:
    """Return the means of SSIM and structure over the core.

    About the means of x and y is taken off first, else squares of L* near 100 would leave no digits for the
    variance in float32.
    """
    top, mean_x, mean_y = _shifts(x, y, core)
    constants = np.array([mean_x, mean_y, contrast, noise]).astype(np.float32)
    sums = np.zeros(3)
    for left in range(0, x.shape[1], STRIP):
        place = (top, left, min(left + STRIP, x.shape[1]))
        sums += _strip(x, y, core, place, constants)
    return sums[1] / sums[0], sums[2] / sums[0]
