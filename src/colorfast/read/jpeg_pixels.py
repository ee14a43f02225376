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
LANES = 32  # MCUs that are worked on at once: a number known to the compiler, so that every loop vectorizes
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
    """Transform in place eight lines of a plane, `apart` from each other."""
    a, d = first * LANES, apart * LANES
    for n in range(a, a + LANES):
        e0, e1, e2, e3 = _even(plane[n], plane[n + 2 * d], plane[n + 4 * d], plane[n + 6 * d])
        o0, o1, o2, o3 = _odd(plane[n + d], plane[n + 3 * d], plane[n + 5 * d], plane[n + 7 * d])
        plane[n], plane[n + 7 * d] = _ends(e0, o0, shift)
        plane[n + d], plane[n + 6 * d] = _ends(e1, o1, shift)
        plane[n + 2 * d], plane[n + 5 * d] = _ends(e2, o2, shift)
        plane[n + 3 * d], plane[n + 4 * d] = _ends(e3, o3, shift)


@inlined
def _exceeds(plane: Array, most: int) -> bool:
    """Return whether any magnitude is above `most`, a power of two less one."""
    seen = np.int32(0)
    for at in range(64 * LANES):
        seen |= plane[at] ^ (plane[at] >> np.int32(31))
    return bool(seen > most)


@inlined
def _samples(blocks: Array, steps: Array, places: Array, plane: Array) -> bool:
    """Fill a plane with the samples about 0 of LANES blocks; return False where decoders would differ."""
    for at in range(64):
        row, step, into = blocks[places[at]], steps[places[at]], plane[at * LANES : (at + 1) * LANES]
        for n in range(LANES):
            into[n] = row[n] * step
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
    """Replace samples about 0 of Y, Cb and Cr by red, green and blue."""
    for n in range(64 * LANES):
        y, cb, cr = _clipped(light[n], -128), _clipped(blue[n], -128), _clipped(red[n], -128)
        y = np.int32(y + 128)
        to_red = np.int32(np.int32(np.int32(RED_CR * cr) + HALF) >> 16)
        to_green = np.int32(
            np.int32(HALF - np.int32(np.int32(GREEN_CB * cb) + np.int32(GREEN_CR * cr))) >> 16
        )
        to_blue = np.int32(np.int32(np.int32(BLUE_CB * cb) + HALF) >> 16)
        light[n] = _clipped(np.int32(y + to_red), 0)
        blue[n] = _clipped(np.int32(y + to_green), 0)
        red[n] = _clipped(np.int32(y + to_blue), 0)


@inlined
def _lay(planes: Array, n: int, out: Array, top: int, left: int) -> None:
    """Write the 8x8 pixels of lane n to a picture, (h, 3 w)."""
    for y in range(8):
        line = out[top + y, 3 * left : 3 * left + 24]
        for x in range(8):
            for band in range(3):
                line[3 * x + band] = planes[band, (8 * y + x) * LANES + n]


@exact_kernel
def show(blocks: Array, steps: Array, places: Array, homes: Array, out: Array) -> bool:
    """Fill the pixels of MCUs in a picture; return False where decoders would differ.

    blocks   (groups, 3, 64, LANES) int16: Y, Cb and Cr of LANES MCUs a group, in zigzag order
    steps    (3, 64) int32 quantization, in zigzag order
    places   (64,) where each coefficient, counted row by row, is in zigzag order
    homes    (groups, LANES) where each MCU is in the picture, counted row by row
    out      (8 rows, 24 columns) uint8, RGB
    """
    planes = np.empty((3, 64 * LANES), np.int32)
    across = out.shape[1] // 24
    for group in range(len(blocks)):
        for channel in range(3):
            if not _samples(blocks[group, channel], steps[channel], places, planes[channel]):
                return False
        _color(planes[0], planes[1], planes[2])
        for n in range(LANES):
            home = homes[group, n]
            _lay(planes, n, out, home // across * 8, home % across * 8)
    return True
