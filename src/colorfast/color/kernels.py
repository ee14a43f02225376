"""The loops over pixels: code values, linear RGB and Lab, one RGB space as a matrix and tables.

Lab and linear RGB are contiguous planes (3, n); codes are interleaved (n, 3) uint8 or uint16.
One kernel serves every matrix profile. Its precision is that of the matrix: float32 for 8 bit,
float64 for 16 bit, where float32 would lose codes. The public functions are in spaces.py and profiles.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colorfast.color import exact
from colorfast.compiled import inlined, kernel

Real = np.float32
BLOCK = 1024  # pixels decoded at a time: the buffers stay in the first cache

THIRD, TWO_NINTHS = Real(1 / 3), Real(2 / 9)
ROOT_MAGIC = np.int32(0x54A23200)  # 4/3 (127 - s) 2^23: bits of the first guess; tools/derive_root_guess.py
MINUS_THIRD = Real(-1 / 3)
TINY = Real(1e-12)  # keeps the root of black finite; far below half a 16-bit code
ZERO, HALF, ONE = Real(0), Real(0.5), Real(1)
KNEE = Real(exact.DELTA**3)  # CIE 15:2004, eq. 8.6: X/Xn under which f is a straight line
KNEE_ROOT = Real(exact.DELTA)
SLOPE = Real(1 / (3 * exact.DELTA**2))
INVERSE_SLOPE = Real(3 * exact.DELTA**2)
OFFSET = Real(4 / 29)
L_SCALE, L_SHIFT, A_SCALE, B_SCALE = Real(116), Real(16), Real(500), Real(200)  # CIE 15:2004, eq. 8.3 to 8.5
KNEE_L, WHITE_L = Real(8), Real(100)
KAPPA = Real(116 / (3 * exact.DELTA**2))  # L* of a dark color for each Y/Yn
ENCODE_KNEE, ENCODE_SLOPE = Real(0.0031308), Real(12.92)  # IEC 61966-2-1:1999, 4.3
ENCODE_SCALE, ENCODE_SHIFT = Real(1.055), Real(0.055)
HASH_1, HASH_2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)  # C. Wellons, "lowbias32", public domain
TO_UNIT = Real(2.0**-24)
DITHER = Real(0.98)  # of half a code: a color that is exactly a code stays that code
OUTSIDE = Real(2e-5)  # linear RGB, a tenth of an 8-bit code; float32 puts colors of a face 5e-6 outside
FIRST_CUT = Real(2.0**-12)  # share of chroma; doubled until inside
HALVINGS = 10


@inlined
def _reciprocal_cube_root(x: Any) -> Any:
    """Return x**(-1/3) for x > 0 without a division: a guess from the bits, then two steps of order three.

    The last step is done in the precision of x: relative error 1e-7 in float32, 1e-10 in float64.
    """
    near = Real(x)
    bits = np.int32(ROOT_MAGIC + np.int32(Real(near.view(np.int32)) * MINUS_THIRD))
    guess = bits.view(np.float32)
    rest = ONE - near * guess * guess * guess
    guess = guess + guess * rest * (THIRD + TWO_NINTHS * rest)
    rest = ONE - x * guess * guess * guess
    return guess + guess * rest * (THIRD + TWO_NINTHS * rest)


@inlined
def _f(ratio: Any) -> Any:
    """Return f of CIE 15:2004, eq. 8.6."""
    safe = max(ratio, TINY)
    root = _reciprocal_cube_root(safe)
    return safe * root * root if ratio > KNEE else ratio * SLOPE + OFFSET


@inlined
def _lightness(ratio: Any) -> Any:
    """Return L* of Y/Yn, 0 to the last bit for black, which 116 f - 16 is not."""
    safe = max(ratio, TINY)
    root = _reciprocal_cube_root(safe)
    return L_SCALE * (safe * root * root) - L_SHIFT if ratio > KNEE else ratio * KAPPA


@inlined
def _luminance(L: Any, fy: Any) -> Any:
    """Return Y/Yn of L* and its f."""
    return fy * fy * fy if L > KNEE_L else L / KAPPA


@inlined
def _inverse_f(f: Any) -> Any:
    return f * f * f if f > KNEE_ROOT else INVERSE_SLOPE * (f - OFFSET)


@inlined
def _encode(linear: Any) -> Any:
    """Clip to 0..1 and apply the sRGB curve: x**(5/12) is q**(1/2) q**(1/3) with q = sqrt(x)."""
    x = min(max(Real(linear), ZERO), ONE)
    q = np.sqrt(max(x, TINY))
    root = _reciprocal_cube_root(q)
    power = np.sqrt(q) * (q * root * root)
    return min(ENCODE_SCALE * power - ENCODE_SHIFT, ONE) if x > ENCODE_KNEE else ENCODE_SLOPE * x


@inlined
def _noise(index: Any) -> Any:
    """Return -0.5..0.5 from a pixel's position: the same for all its channels, so that gray stays gray."""
    bits = np.uint32(index)
    bits = np.uint32((bits ^ (bits >> np.uint32(16))) * HASH_1)
    bits = np.uint32((bits ^ (bits >> np.uint32(15))) * HASH_2)
    bits = np.uint32(bits ^ (bits >> np.uint32(16)))
    return Real(np.int32(bits >> np.uint32(8))) * TO_UNIT - HALF


@kernel
def planes_to_lab(linear: Any, matrix: Any, lab: Any, start: Any, count: Any) -> None:
    """Write `count` columns of Lab (3, n) from `start` on, of linear RGB (3, count or more).

    Differences from green make r = g = b neutral to the last bit.
    """
    m00, m02, m10, m12 = matrix[0, 0], matrix[0, 2], matrix[1, 0], matrix[1, 2]
    m20, m22 = matrix[2, 0], matrix[2, 2]
    red, green, blue = linear[0], linear[1], linear[2]
    L, a, b = lab[0, start:], lab[1, start:], lab[2, start:]
    for i in range(count):
        g = green[i]
        r, bl = red[i] - g, blue[i] - g
        fx = _f(g + m00 * r + m02 * bl)
        fy = _f(g + m10 * r + m12 * bl)
        fz = _f(g + m20 * r + m22 * bl)
        L[i] = _lightness(g + m10 * r + m12 * bl)
        a[i] = A_SCALE * (fx - fy)
        b[i] = B_SCALE * (fy - fz)


@kernel
def lab_to_planes(lab: Any, start: Any, count: Any, inverse: Any, linear: Any) -> None:
    """Write unbounded linear RGB (3, count or more) of `count` columns of Lab (3, n) from `start` on."""
    i00, i02, i10, i12 = inverse[0, 0], inverse[0, 2], inverse[1, 0], inverse[1, 2]
    i20, i22 = inverse[2, 0], inverse[2, 2]
    unit = i00 / i00  # 1 in the precision of the matrix
    red, green, blue = linear[0], linear[1], linear[2]
    L, a, b = lab[0, start:], lab[1, start:], lab[2, start:]
    for i in range(count):
        fy = (unit * L[i] + L_SHIFT) * (unit / L_SCALE)
        y = _luminance(unit * L[i], fy)
        x = _inverse_f(fy + a[i] * (unit / A_SCALE)) - y
        z = _inverse_f(fy - b[i] * (unit / B_SCALE)) - y
        red[i] = y + i00 * x + i02 * z
        green[i] = y + i10 * x + i12 * z
        blue[i] = y + i20 * x + i22 * z


@kernel
def codes_to_lab(codes: Any, tables: Any, matrix: Any, lab: Any) -> None:
    """Write Lab (3, n) of code values (n, 3); `tables` (3, codes) holds their linear values."""
    linear = np.empty((3, BLOCK), tables.dtype)
    reds, greens, blues = tables[0], tables[1], tables[2]
    for start in range(0, codes.shape[0], BLOCK):
        count = min(BLOCK, codes.shape[0] - start)
        red, green, blue = linear[0], linear[1], linear[2]
        for i in range(count):
            red[i] = reds[codes[start + i, 0]]
            green[i] = greens[codes[start + i, 1]]
            blue[i] = blues[codes[start + i, 2]]
        planes_to_lab(linear, matrix, lab, start, count)


@kernel
def lab_to_codes(lab: Any, inverse: Any, full: Any, dither: Any, codes: Any) -> None:
    """Write sRGB code values (n, 3), 0..full, of Lab (3, n); `dither` is 0 or 1."""
    linear = np.empty((3, BLOCK), inverse.dtype)
    rounded = np.empty((3, BLOCK), np.int32)
    for start in range(0, codes.shape[0], BLOCK):
        count = min(BLOCK, codes.shape[0] - start)
        lab_to_planes(lab, start, count, inverse, linear)
        for k in range(3):
            plane, out = linear[k], rounded[k]
            if dither:
                for i in range(count):
                    value = _encode(plane[i]) * full + HALF + DITHER * _noise(start + i)
                    out[i] = np.int32(min(max(value, ZERO), full))
            else:
                for i in range(count):
                    out[i] = np.int32(_encode(plane[i]) * full + HALF)
        red, green, blue = rounded[0], rounded[1], rounded[2]
        for i in range(count):
            codes[start + i, 0], codes[start + i, 1], codes[start + i, 2] = red[i], green[i], blue[i]


@kernel
def encode_planes(linear: Any) -> None:
    """Overwrite contiguous linear RGB by sRGB 0..1, clipped."""
    flat = linear.reshape(-1)
    for i in range(flat.size):
        flat[i] = _encode(flat[i])


@inlined
def _interpolated(curve: Any, linear: Any) -> Any:
    """Return the code, 0..1, of a linear value from an encoding curve sampled evenly in its square root."""
    last = curve.size - 1
    at = np.sqrt(min(max(Real(linear), ZERO), ONE)) * Real(last)
    low = min(np.int32(at), np.int32(last - 1))
    return curve[low] + (at - Real(low)) * (curve[low + 1] - curve[low])


@kernel
def lab_to_table_codes(lab: Any, inverse: Any, curves: Any, full: Any, dither: Any, codes: Any) -> None:
    """Write code values (n, 3), 0..full, of Lab (3, n), through sampled encoding curves (3, samples)."""
    linear = np.empty((3, BLOCK), inverse.dtype)
    for start in range(0, codes.shape[0], BLOCK):
        count = min(BLOCK, codes.shape[0] - start)
        lab_to_planes(lab, start, count, inverse, linear)
        for k in range(3):
            plane, curve = linear[k], curves[k]
            for i in range(count):
                shift = HALF + DITHER * _noise(start + i) if dither else HALF
                value = _interpolated(curve, plane[i]) * full + shift
                codes[start + i, k] = np.int32(min(max(value, ZERO), full))


@inlined
def _inside(fy: Any, fx_step: Any, fz_step: Any, inverse: Any) -> Any:
    """Return whether a color lies in the RGB cube; the steps are f(X/Xn) and f(Z/Zn) less f(Y/Yn)."""
    y = _inverse_f(fy)
    x, z = _inverse_f(fy + fx_step) - y, _inverse_f(fy + fz_step) - y
    red = y + inverse[0, 0] * x + inverse[0, 2] * z
    green = y + inverse[1, 0] * x + inverse[1, 2] * z
    blue = y + inverse[2, 0] * x + inverse[2, 2] * z
    return min(red, green, blue) >= -OUTSIDE and max(red, green, blue) <= ONE + OUTSIDE


@inlined
def _share_inside(L: Any, a: Any, b: Any, inverse: Any) -> Any:
    """Return the share of its chroma with which a color lies in the RGB cube, 0..1, the largest there is.

    The search comes from outside: in the blue a line of constant hue leaves the cube and enters it again.
    """
    fy, fx_step, fz_step = (L + L_SHIFT) / L_SCALE, a / A_SCALE, -b / B_SCALE
    cut = FIRST_CUT
    while cut < ONE and not _inside(fy, (ONE - cut) * fx_step, (ONE - cut) * fz_step, inverse):
        cut = cut + cut
    step = HALF * cut
    for _ in range(HALVINGS):
        step *= HALF
        less = cut - step
        if _inside(fy, (ONE - less) * fx_step, (ONE - less) * fz_step, inverse):
            cut = less
    return ONE - cut


@kernel
def reduce_chroma(lab: Any, inverse: Any, fitted: Any) -> None:
    """Write Lab (3, n) with L* held to 0..100 and chroma reduced until inside the RGB cube."""
    linear = np.empty((3, BLOCK), inverse.dtype)
    for start in range(0, lab.shape[1], BLOCK):
        count = min(BLOCK, lab.shape[1] - start)
        for i in range(start, start + count):
            fitted[0, i] = min(max(lab[0, i], ZERO), WHITE_L)
            fitted[1, i], fitted[2, i] = lab[1, i], lab[2, i]
        lab_to_planes(fitted, start, count, inverse, linear)
        for i in range(count):
            red, green, blue = linear[0, i], linear[1, i], linear[2, i]
            if min(red, green, blue) < -OUTSIDE or max(red, green, blue) > ONE + OUTSIDE:
                L, a, b = fitted[0, start + i], fitted[1, start + i], fitted[2, start + i]
                keep = _share_inside(L, a, b, inverse)
                fitted[1, start + i], fitted[2, start + i] = keep * a, keep * b


@kernel
def noise_of(noise: Any) -> None:
    """Write the dither of every pixel (n,), just within half a code."""
    for i in range(noise.size):
        noise[i] = DITHER * _noise(i)
