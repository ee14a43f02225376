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
TINY = Real(1e-30)  # keeps roots of nothing finite
POWER_7_OF_50 = Real(50.0**7)  # of twice 25: chromas are summed, not averaged
FULL = Real(400)  # twice a chroma from which the root of eq. 4 is 1 to seven digits; its 14th power is finite
NEUTRAL = Real(1e-6)  # a sine under this is a half turn: float32 cannot tell its side
SL_SCALE, SL_SHIFT, SC_SCALE, SH_SCALE = Real(0.015), Real(20), Real(0.0225), Real(0.0075)  # eq. 18 to 20
TWICE_MID_L, QUARTER = Real(100), Real(0.25)
COS_275, SIN_275 = (Real(-2 * f(math.radians(275))) for f in (math.cos, math.sin))
# eq. 15 for a unit vector (c, s), multiples of the angle written out in c, s, c2 = 2 c^2 - 1 and s c
COS_30, COS_6, COS_63 = (math.cos(math.radians(angle)) for angle in (30, 6, 63))
SIN_30, SIN_6, SIN_63 = (math.sin(math.radians(angle)) for angle in (30, 6, 63))
T_0, T_C2, T_C2_C2, T_C2_SC = Real(1 + 0.20 * COS_63), Real(0.24), Real(-0.40 * COS_63), Real(-0.80 * SIN_63)
T_C, T_C_C2 = Real(-0.17 * COS_30 - 0.32 * COS_6), Real(0.64 * COS_6)
T_S, T_S_C2 = Real(-0.17 * SIN_30 - 0.32 * SIN_6), Real(-0.64 * SIN_6)
# 16th root of twice the turn of eq. 16, by the squared chord to 275 degrees; tools/derive_hue_bump.py
TURN_OVER = Real(2.2)
TURN_0, TURN_1, TURN_2 = Real(1.0028865), Real(-0.32922698), Real(0.02659488)
TURN_3, TURN_4 = Real(-0.0005453239), Real(-1.8738631e-05)
SINE_3, SINE_5, SINE_7, SINE_9 = Real(-1 / 6), Real(1 / 120), Real(-1 / 5040), Real(1 / 362880)


@inlined
def _root_of_power_7(double: Any) -> Any:
    """Return sqrt(C^7 / (C^7 + 25^7)) of twice a chroma, eq. 4 and 17."""
    double = min(double, FULL)
    square = double * double
    power = square * square * (square * double)
    return power * (ONE / np.sqrt(power * (power + POWER_7_OF_50) + TINY))


@inlined
def _sine_of_bump(cosine: Any, sine: Any) -> Any:
    """Return sin(2 delta-theta), eq. 16 and 21, for a unit vector in the direction of the mean hue."""
    chord = min(TWO + (cosine * COS_275 + sine * SIN_275), TURN_OVER)  # squared, to 275 degrees
    root = TURN_0 + chord * (TURN_1 + chord * (TURN_2 + chord * (TURN_3 + chord * TURN_4)))
    root = root * root
    root = root * root
    root = root * root
    angle = root * root
    square = angle * angle
    return angle + angle * square * (SINE_3 + square * (SINE_5 + square * (SINE_7 + square * SINE_9)))


@inlined
def _weight_of_hue(c: Any, s: Any) -> Any:
    """Return T, eq. 15, for a unit vector (c, s) in the direction of the mean hue."""
    c2 = TWO * c * c - ONE
    even = T_0 + c2 * (T_C2 + T_C2_C2 * c2 + T_C2_SC * (s * c))
    return even + c * (T_C + T_C_C2 * c2) + s * (T_S + T_S_C2 * c2)


@inlined
def _hue_terms(a1: Any, b1: Any, c1: Any, a2: Any, b2: Any, c2: Any) -> Any:
    """Return delta H' (eq. 8 to 11) and a unit vector in the direction of the mean hue (eq. 14).

    Up to a right angle it has the direction of c2 (a1, b1) + c1 (a2, b2). Beyond, that loses its digits, and
    the perpendicular of the difference serves; its side is the sign of the half turn, which eq. 10 takes from
    h2 - h1 at 180 degrees. Without chroma there is no direction: then delta H' is 0, and none is needed.
    """
    product = c1 * c2
    dot = a1 * a2 + b1 * b2
    cross = a1 * b2 - b1 * a2
    upper = (b1 > b2) | ((b1 == b2) & (a1 > a2))  # of two opposite hues, the first is under 180 degrees
    positive = (cross > NEUTRAL * product) | ((cross >= -NEUTRAL * product) & upper)
    near = dot >= ZERO
    more = product + abs(dot)
    inverse = ONE / np.sqrt(HALF * more + TINY)
    dh = (cross if near else (more if positive else -more)) * inverse
    w1 = c2 if near else (-c2 if positive else c2)
    w2 = c1 if near else (c1 if positive else -c1)
    p, q = w1 * a1 + w2 * a2, w1 * b1 + w2 * b2
    x, y = (p if near else q), (q if near else -p)
    scale = ONE / np.sqrt(TWO * product * more + TINY)
    return dh, x * scale, y * scale


@inlined
def _delta_e_2000(L1: Any, a1: Any, b1: Any, L2: Any, a2: Any, b2: Any) -> Any:
    """Sharma, Wu & Dalal 2005, eq. 2 to 22, with kL = kC = kH = 1. doi:10.1002/col.20070"""
    bb1, bb2 = b1 * b1, b2 * b2
    double = np.sqrt(a1 * a1 + bb1) + np.sqrt(a2 * a2 + bb2)  # eq. 2, 3
    stretch = ONE + HALF * (ONE - _root_of_power_7(double))  # eq. 4
    a1p, a2p = stretch * a1, stretch * a2  # eq. 5
    c1p, c2p = np.sqrt(a1p * a1p + bb1), np.sqrt(a2p * a2p + bb2)  # eq. 6
    dH, cosine, sine = _hue_terms(a1p, b1, c1p, a2p, b2, c2p)
    double = c1p + c2p  # eq. 13
    offset = L1 + L2 - TWICE_MID_L  # eq. 12
    offset = QUARTER * offset * offset
    SL = ONE + SL_SCALE * offset * (ONE / np.sqrt(SL_SHIFT + offset))  # eq. 18
    SC = ONE + SC_SCALE * double  # eq. 19
    SH = ONE + SH_SCALE * double * _weight_of_hue(cosine, sine)  # eq. 20
    RT = -TWO * _root_of_power_7(double) * _sine_of_bump(cosine, sine)  # eq. 17, 21
    dl, dc, dh = (L2 - L1) / SL, (c2p - c1p) / SC, dH / SH
    squared = max(dl * dl + dc * dc + dh * (dh + RT * dc), ZERO)  # eq. 22
    equal = (L1 == L2) & (a1 == a2) & (b1 == b2)  # fused products leave 1e-6 of nothing
    return ZERO if equal else np.sqrt(squared)


@kernel
def _map_2000(lab1: Any, lab2: Any, out: Any) -> None:
    L1, a1, b1 = lab1[0], lab1[1], lab1[2]
    L2, a2, b2 = lab2[0], lab2[1], lab2[2]
    for i in range(out.size):
        out[i] = _delta_e_2000(L1[i], a1[i], b1[i], L2[i], a2[i], b2[i])


@kernel
def _map_2000_to_one(lab: Any, color: Any, out: Any) -> None:
    L, a, b = lab[0], lab[1], lab[2]
    for i in range(out.size):
        out[i] = _delta_e_2000(L[i], a[i], b[i], color[0], color[1], color[2])


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
    if lab2.shape == (3,) and lab1.size > 3:  # one color is not spread over a picture
        out = np.empty(lab1.shape[:-1], np.float32)
        _map_2000_to_one(to_planes(lab1), _one(lab2), out.reshape(-1))
        return out
    return _over_planes(_map_2000, lab1, lab2)


def _one(color: Array) -> npt.NDArray[np.float32]:
    return to_planes(color)[:, 0]


def _over_planes(loop: Any, lab1: Array, lab2: Array) -> npt.NDArray[np.float32]:
    lab1, lab2 = np.broadcast_arrays(lab1, lab2)
    out = np.empty(lab1.shape[:-1], np.float32)
    loop(to_planes(lab1), to_planes(lab2), out.reshape(-1))
    return out
