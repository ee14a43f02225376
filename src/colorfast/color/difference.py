"""Difference between CIELAB colors.

Arrays (..., 3) in, arrays (...) float32 out; they broadcast as in NumPy. L* is 0..100, a*, b* under D65.
A prime in the paper is a trailing p here: C' is cp. The float64 twins are in exact.py.

The kernel for CIEDE2000 has no trigonometry: a hue is a unit vector, its multiples come from products,
and the bump at 275 degrees from a power series of the chord. So the loop runs on whole vectors of pixels.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from colorfast.color.spaces import to_planes
from colorfast.compiled import inlined, kernel
from colorfast.records import Array

Real = np.float32
ZERO, HALF, ONE, TWO = Real(0), Real(0.5), Real(1), Real(2)
TINY = Real(1e-20)
C25_POWER_7 = Real(25.0**7)
NEUTRAL = Real(1e-6)  # a sine under this is a half turn: float32 cannot tell its side
T1, T2, T3, T4 = Real(0.17), Real(0.24), Real(0.32), Real(0.20)  # eq. 15
SL_SCALE, SL_SHIFT, SC_SCALE, SH_SCALE = Real(0.015), Real(20), Real(0.045), Real(0.015)  # eq. 18 to 20
MID_L = Real(50)
COS_30, SIN_30 = Real(math.cos(math.radians(30))), Real(0.5)
COS_6, SIN_6 = Real(math.cos(math.radians(6))), Real(math.sin(math.radians(6)))
COS_63, SIN_63 = Real(math.cos(math.radians(63))), Real(math.sin(math.radians(63)))
COS_275, SIN_275 = Real(math.cos(math.radians(275))), Real(math.sin(math.radians(275)))
BUMP = Real((180 / math.pi / 25) ** 2)  # eq. 16: squared radians to the exponent
# (2 asin(x/2))^2 is the sum of 2 x^(2n) / (n^2 binomial(2n, n)): the squared angle from the squared chord
CHORD_1, CHORD_2, CHORD_3, CHORD_4, CHORD_5 = (Real(2 / (n * n * math.comb(2 * n, n))) for n in range(2, 7))
SIXTY_DEGREES = Real(math.radians(60))
SINE_3, SINE_5, SINE_7, SINE_9 = Real(-1 / 6), Real(1 / 120), Real(-1 / 5040), Real(1 / 362880)
FAR = Real(16)  # exp(-16) is 1e-7: the bump is over
EXP_HALVINGS = Real(1 / 32)
EXP_2, EXP_3, EXP_4, EXP_5 = Real(1 / 2), Real(-1 / 6), Real(1 / 24), Real(-1 / 120)


@inlined
def _root_of_power_7(chroma: Any) -> Any:
    """Return sqrt(C^7 / (C^7 + 25^7)), eq. 4 and 17."""
    square = chroma * chroma
    power = square * square * square * chroma
    return np.sqrt(power / (power + C25_POWER_7))


@inlined
def _exp_minus(z: Any) -> Any:
    """Return exp(-z), z >= 0, as the 32nd power of a Taylor polynomial for exp(-z / 32)."""
    t = min(z, FAR) * EXP_HALVINGS
    p = ONE - t * (ONE - t * (EXP_2 + t * (EXP_3 + t * (EXP_4 + t * EXP_5))))
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    return p * p


@inlined
def _sine_of_bump(cosine: Any, sine: Any) -> Any:
    """Return sin(2 delta-theta), eq. 16 and 21, for a unit vector in the direction of the mean hue."""
    chord = max(TWO - TWO * (cosine * COS_275 + sine * SIN_275), ZERO)  # squared, to 275 degrees
    series = CHORD_1 + chord * (CHORD_2 + chord * (CHORD_3 + chord * (CHORD_4 + chord * CHORD_5)))
    angle = SIXTY_DEGREES * _exp_minus(BUMP * chord * (ONE + chord * series))
    square = angle * angle
    series = SINE_5 + square * (SINE_7 + square * SINE_9)
    return angle * (ONE + square * (SINE_3 + square * series))


@inlined
def _weight_of_hue(c: Any, s: Any) -> Any:
    """Return T, eq. 15, for a unit vector (c, s) in the direction of the mean hue."""
    c2, s2 = TWO * c * c - ONE, TWO * s * c
    c3, s3 = c * (TWO * c2 - ONE), s * (TWO * c2 + ONE)
    c4, s4 = TWO * c2 * c2 - ONE, TWO * s2 * c2
    first = T1 * (c * COS_30 + s * SIN_30)
    return ONE - first + T2 * c2 + T3 * (c3 * COS_6 - s3 * SIN_6) - T4 * (c4 * COS_63 + s4 * SIN_63)


@inlined
def _hue_terms(a1: Any, b1: Any, c1: Any, a2: Any, b2: Any, c2: Any) -> Any:
    """Return delta H' (eq. 8 to 11) and a unit vector in the direction of the mean hue (eq. 14).

    Beyond a right angle the sum of the two unit vectors loses its digits, and the perpendicular of their
    difference serves; its side is the sign of the half turn, which eq. 10 takes from h2 - h1 at 180 degrees.
    """
    product = c1 * c2
    dot = a1 * a2 + b1 * b2
    cross = a1 * b2 - b1 * a2
    i1, i2 = ONE / (c1 + TINY), ONE / (c2 + TINY)
    u1, v1, u2, v2 = a1 * i1, b1 * i1, a2 * i2, b2 * i2
    upper = (b1 > b2) | ((b1 == b2) & (a1 > a2))  # of two opposite hues, the first is under 180 degrees
    positive = (cross > NEUTRAL * product) | ((cross >= -NEUTRAL * product) & upper)
    side = ONE if positive else -ONE
    near = dot >= ZERO
    dh_near = cross / np.sqrt(HALF * (product + abs(dot)) + TINY)
    dh_far = side * np.sqrt(max(TWO * (product - dot), ZERO))
    x = u1 + u2 if near else side * (v2 - v1)
    y = v1 + v2 if near else side * (u1 - u2)
    scale = ONE / np.sqrt(x * x + y * y + TINY)
    return (dh_near if near else dh_far), x * scale, y * scale


@inlined
def _delta_e_2000(L1: Any, a1: Any, b1: Any, L2: Any, a2: Any, b2: Any) -> Any:
    """Sharma, Wu & Dalal 2005, eq. 2 to 22, with kL = kC = kH = 1. doi:10.1002/col.20070"""
    mean_c = HALF * (np.sqrt(a1 * a1 + b1 * b1) + np.sqrt(a2 * a2 + b2 * b2))  # eq. 2, 3
    stretch = ONE + HALF * (ONE - _root_of_power_7(mean_c))  # eq. 4
    a1p, a2p = stretch * a1, stretch * a2  # eq. 5
    c1p, c2p = np.sqrt(a1p * a1p + b1 * b1), np.sqrt(a2p * a2p + b2 * b2)  # eq. 6
    dH, cosine, sine = _hue_terms(a1p, b1, c1p, a2p, b2, c2p)
    mean_cp = HALF * (c1p + c2p)  # eq. 13
    offset = HALF * (L1 + L2) - MID_L  # eq. 12
    offset = offset * offset
    SL = ONE + SL_SCALE * offset / np.sqrt(SL_SHIFT + offset)  # eq. 18
    SC = ONE + SC_SCALE * mean_cp  # eq. 19
    SH = ONE + SH_SCALE * mean_cp * _weight_of_hue(cosine, sine)  # eq. 20
    RT = -TWO * _root_of_power_7(mean_cp) * _sine_of_bump(cosine, sine)  # eq. 17, 21
    dl, dc, dh = (L2 - L1) / SL, (c2p - c1p) / SC, dH / SH
    squared = max(dl * dl + dc * dc + dh * dh + RT * dc * dh, ZERO)  # eq. 22
    equal = (L1 == L2) & (a1 == a2) & (b1 == b2)  # fused products leave 1e-6 of nothing
    return ZERO if equal else np.sqrt(squared)


@kernel
def _map_2000(lab1: Any, lab2: Any, out: Any) -> None:
    L1, a1, b1 = lab1[0], lab1[1], lab1[2]
    L2, a2, b2 = lab2[0], lab2[1], lab2[2]
    for i in range(out.size):
        out[i] = _delta_e_2000(L1[i], a1[i], b1[i], L2[i], a2[i], b2[i])


@kernel
def _map_76(lab1: Any, lab2: Any, out: Any) -> None:
    L1, a1, b1 = lab1[0], lab1[1], lab1[2]
    L2, a2, b2 = lab2[0], lab2[1], lab2[2]
    for i in range(out.size):
        dl, da, db = L1[i] - L2[i], a1[i] - a2[i], b1[i] - b2[i]
        out[i] = np.sqrt(dl * dl + da * da + db * db)


def delta_e_76(lab1: Array, lab2: Array) -> npt.NDArray[np.float32]:
    """Return the Euclidean distance in Lab, (...). CIE 15:2004, eq. 8.20."""
    return _over_planes(_map_76, lab1, lab2)


def delta_e_2000(lab1: Array, lab2: Array) -> npt.NDArray[np.float32]:
    """Return CIEDE2000, (...), with kL = kC = kH = 1; within 1e-4 of the paper's table.

    Sharma, Wu & Dalal 2005. doi:10.1002/col.20070
    """
    return _over_planes(_map_2000, lab1, lab2)


def _over_planes(loop: Any, lab1: Array, lab2: Array) -> npt.NDArray[np.float32]:
    lab1, lab2 = np.broadcast_arrays(lab1, lab2)
    out = np.empty(lab1.shape[:-1], np.float32)
    loop(to_planes(lab1), to_planes(lab2), out.reshape(-1))
    return out
