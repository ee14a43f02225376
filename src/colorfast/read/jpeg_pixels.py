"""Quantized coefficients become pixels, each the very one that libjpeg-turbo shows.

The inverse DCT is that of Loeffler, Ligtenberg & Moschytz (ICASSP 1989, doi:10.1109/ICASSP.1989.266596) in
fixed point, columns first, rounded as libjpeg's "islow"; color is JFIF's (1.02, p. 3) with 16 bits behind the
point. Decoders differ only where their numbers run over; for such blocks, which no picture needs, `show`
returns False.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colorfast.compiled import exact_kernel, inlined
from colorfast.records import Array

FINE, KEPT = 13, 2  # bits behind the point: of the constants; kept between columns and rows
MIDST, MOST = 16383, 511  # of numbers between the passes and of samples, from which on decoders differ
C0298, C0390, C0541, C0765, C0899, C1175, C1501, C1847, C1961, C2053, C2562, C3072 = (
    round(value * (1 << FINE))
    for value in (
        0.298631336, 0.390180644, 0.541196100, 0.765366865, 0.899976223, 1.175875602,
        1.501321110, 1.847759065, 1.961570560, 2.053119869, 2.562915447, 3.072711026,
    )
)  # fmt: skip
HALF = 1 << 15
RED_CR, GREEN_CB, GREEN_CR, BLUE_CB = (round(value * (1 << 16)) for value in (1.402, 0.34414, 0.71414, 1.772))


@inlined
def _turned(a: Any, b: Any, sum_by: int, a_by: int, b_by: int) -> Any:
    """Return a * (sum_by + a_by) + b * sum_by and a * sum_by + b * (sum_by + b_by)."""
    shared = np.int32(np.int32(a + b) * sum_by)
    return np.int32(shared + np.int32(a * a_by)), np.int32(shared + np.int32(b * b_by))


@inlined
def _even(i0: Any, i2: Any, i4: Any, i6: Any) -> Any:
    low, high = np.int32(np.int32(i0 + i4) << FINE), np.int32(np.int32(i0 - i4) << FINE)
    along, cross = _turned(i2, i6, C0541, C0765, -C1847)
    return np.int32(low + along), np.int32(high + cross), np.int32(high - cross), np.int32(low - along)


@inlined
def _odd(i1: Any, i3: Any, i5: Any, i7: Any) -> Any:
    z3, z4 = _turned(np.int32(i7 + i3), np.int32(i5 + i1), C1175, -C1961, -C0390)
    z1, z2 = np.int32(np.int32(i7 + i1) * -C0899), np.int32(np.int32(i5 + i3) * -C2562)
    return (
        np.int32(np.int32(i1 * C1501) + np.int32(z1 + z4)),
        np.int32(np.int32(i3 * C3072) + np.int32(z2 + z3)),
        np.int32(np.int32(i5 * C2053) + np.int32(z2 + z4)),
        np.int32(np.int32(i7 * C0298) + np.int32(z1 + z3)),
    )


@inlined
def _ends(even: Any, odd: Any, shift: int) -> Any:
    """Return their sum and difference, rounded."""
    middle = np.int32(even + (1 << (shift - 1)))
    return np.int32(np.int32(middle + odd) >> shift), np.int32(np.int32(middle - odd) >> shift)


@inlined
def _pass(plane: Array, first: int, apart: int, shift: int) -> None:
    """Transform in place eight rows of a plane (64, n), `apart` from each other."""
    r0, r1, r2, r3 = plane[first], plane[first + apart], plane[first + 2 * apart], plane[first + 3 * apart]
    r4, r5 = plane[first + 4 * apart], plane[first + 5 * apart]
    r6, r7 = plane[first + 6 * apart], plane[first + 7 * apart]
    for n in range(plane.shape[1]):
        e0, e1, e2, e3 = _even(r0[n], r2[n], r4[n], r6[n])
        o0, o1, o2, o3 = _odd(r1[n], r3[n], r5[n], r7[n])
        r0[n], r7[n] = _ends(e0, o0, shift)
        r1[n], r6[n] = _ends(e1, o1, shift)
        r2[n], r5[n] = _ends(e2, o2, shift)
        r3[n], r4[n] = _ends(e3, o3, shift)


@inlined
def _exceeds(plane: Array, most: int) -> bool:
    """Return whether any magnitude is above `most`, a power of two less one."""
    seen = np.int32(0)
    for at in range(plane.shape[0]):
        row = plane[at]
        for n in range(plane.shape[1]):
            seen |= row[n] ^ (row[n] >> np.int32(31))
    return bool(seen > most)


@inlined
def _samples(blocks: Array, channel: int, steps: Array, places: Array, plane: Array) -> bool:
    """Fill (64, n) with the samples about 0 of n blocks, pixel by pixel; False where decoders would differ."""
    for n in range(plane.shape[1]):
        block = blocks[n, channel]
        for k in range(64):
            plane[places[k], n] = np.int32(block[k]) * steps[k]
    if _exceeds(plane, MIDST):
        return False
    for column in range(8):
        _pass(plane, column, 8, FINE - KEPT)
    if _exceeds(plane, MIDST):
        return False
    for row in range(8):
        _pass(plane, 8 * row, 1, FINE + KEPT + 3)
    return not _exceeds(plane, MOST)


@inlined
def _clipped(value: Any, least: int) -> Any:
    return np.int32(min(max(value, np.int32(least)), np.int32(least + 255)))


@inlined
def _color(light: Array, blue: Array, red: Array) -> None:
    """Replace samples about 0, (n,) int32 Y, Cb and Cr, by red, green and blue."""
    for n in range(len(light)):
        y, cb, cr = _clipped(light[n], -128), _clipped(blue[n], -128), _clipped(red[n], -128)
        y = np.int32(y + 128)
        to_red = np.int32(np.int32(np.int32(RED_CR * cr) + HALF) >> 16)
        to_green = np.int32(
            np.int32(HALF - np.int32(np.int32(GREEN_CB * cb) + np.int32(GREEN_CR * cr))) >> 16
        )
        to_blue = np.int32(np.int32(np.int32(BLUE_CB * cb) + HALF) >> 16)
        light[n], blue[n], red[n] = (
            _clipped(np.int32(y + to_red), 0),
            _clipped(np.int32(y + to_green), 0),
            _clipped(np.int32(y + to_blue), 0),
        )


@exact_kernel
def show(blocks: Array, steps: Array, places: Array, out: Array) -> bool:
    """Fill the pixels of rows of MCUs; return False where decoders would differ.

    blocks   (rows, n, 3, 64) int16 in zigzag order, Y, Cb and Cr
    steps    (3, 64) int32 quantization, in zigzag order
    places   (64,) the row-by-row index of each coefficient in zigzag order
    out      (8 rows, 24 n) uint8, RGB
    """
    rows, count = blocks.shape[:2]
    planes = np.empty((3, 64, count), np.int32)
    for row in range(rows):
        for channel in range(3):
            if not _samples(blocks[row], channel, steps[channel], places, planes[channel]):
                return False
        for at in range(64):
            _color(planes[0, at], planes[1, at], planes[2, at])
        for y in range(8):
            line = out[8 * row + y]
            for n in range(count):
                for x in range(8):
                    for channel in range(3):
                        line[24 * n + 3 * x + channel] = planes[channel, 8 * y + x, n]
    return True
