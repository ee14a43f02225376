"""The color formulas in float64 NumPy: what the fast kernels are compared with, and where constants live.

Arrays (..., 3) in, arrays (..., 3) out. sRGB is 0..1, linear sRGB and XYZ have white at Y = 1.
L* is 0..100 under D65, a* and b* are unbounded, hue is in degrees, 0 <= h < 360.
A prime in a paper is a trailing p here: C' is cp.

The white is M·[1, 1, 1], not a rounded table value, so that r = g = b has a* = b* = 0 exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from colorfast.records import Array

Exact = npt.NDArray[np.float64]

# IEC 61966-2-1:1999, primaries and D65 white (0.3127, 0.3290); derived by tools/derive_srgb_matrix.py
RGB_TO_XYZ: Exact = np.array(
    [
        [0.4123907992659595, 0.35758433938387796, 0.1804807884018343],
        [0.21263900587151036, 0.7151686787677559, 0.07219231536073371],
        [0.01933081871559185, 0.11919477979462599, 0.9505321522496606],
    ]
)
WHITE: Exact = RGB_TO_XYZ.sum(axis=1)  # XYZ of r = g = b = 1
RGB_TO_RATIOS: Exact = RGB_TO_XYZ / WHITE[:, None]  # to X/Xn, Y/Yn, Z/Zn; each row sums to 1
RATIOS_TO_RGB: Exact = np.linalg.inv(RGB_TO_RATIOS).astype(np.float64)

DELTA = 6 / 29  # CIE 15:2004, 8.2.1.1: where the cube root gives way to a straight line


def rgb_to_linear(rgb: Array) -> Exact:
    """Undo the sRGB transfer curve. IEC 61966-2-1:1999, 4.2."""
    rgb = np.asarray(rgb, np.float64)
    curve = ((np.maximum(rgb, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(rgb <= 0.04045, rgb / 12.92, curve)


def linear_to_rgb(linear: Array) -> Exact:
    """Apply the sRGB transfer curve; values are not clipped. IEC 61966-2-1:1999, 4.3."""
    linear = np.asarray(linear, np.float64)
    curve = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curve)


def linear_to_xyz(linear: Array) -> Exact:
    """Return XYZ of linear sRGB, white at Y = 1."""
    return np.asarray(linear, np.float64) @ RGB_TO_XYZ.T


def xyz_to_linear(xyz: Array) -> Exact:
    """Return linear sRGB, unbounded, of XYZ with white at Y = 1."""
    return np.asarray(xyz, np.float64) / WHITE @ RATIOS_TO_RGB.T


def ratios_to_lab(ratios: Array) -> Exact:
    """Return Lab of X/Xn, Y/Yn, Z/Zn; below black the straight line goes on. CIE 15:2004, eq. 8.3 to 8.8."""
    t = np.asarray(ratios, np.float64)
    f = np.where(t > DELTA**3, np.cbrt(t), t / (3 * DELTA**2) + 4 / 29)
    fx, fy, fz = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)], axis=-1)


def lab_to_ratios(lab: Array) -> Exact:
    """Return X/Xn, Y/Yn, Z/Zn of Lab. CIE 15:2004, annex D."""
    lab = np.asarray(lab, np.float64)
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)
    return np.where(f > DELTA, f**3, 3 * DELTA**2 * (f - 4 / 29))


def xyz_to_lab(xyz: Array) -> Exact:
    """Return Lab of XYZ under D65, white at Y = 1."""
    return ratios_to_lab(np.asarray(xyz, np.float64) / WHITE)


def lab_to_xyz(lab: Array) -> Exact:
    """Return XYZ under D65, white at Y = 1."""
    return lab_to_ratios(lab) * WHITE


def linear_to_lab(linear: Array) -> Exact:
    """Return Lab of linear sRGB; out of gamut values are kept."""
    linear = np.asarray(linear, np.float64)
    green = linear[..., 1:2]
    return ratios_to_lab(green + (linear - green) @ RGB_TO_RATIOS.T)  # r = g = b comes through untouched


def lab_to_linear(lab: Array) -> Exact:
    """Return linear sRGB, unbounded, of Lab."""
    ratios = lab_to_ratios(lab)
    y = ratios[..., 1:2]
    return y + (ratios - y) @ RATIOS_TO_RGB.T


def rgb_to_lab(pixels: Array) -> Exact:
    """Return Lab of sRGB pixels: uint8 or uint16 codes, or floats 0..1."""
    pixels = np.asarray(pixels)
    full = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    return linear_to_lab(rgb_to_linear(pixels / full))


def lab_to_rgb(lab: Array, dtype: npt.DTypeLike = np.uint8) -> npt.NDArray[Any]:
    """Return sRGB, clipped; codes of an integer dtype are rounded, a float dtype is 0..1."""
    rgb = np.clip(linear_to_rgb(lab_to_linear(lab)), 0, 1)
    if np.dtype(dtype).kind != "u":
        return rgb.astype(dtype)
    return np.floor(rgb * np.iinfo(dtype).max + 0.5).astype(dtype)


def lab_to_lch(lab: Array) -> Exact:
    """Return L*, chroma and hue in degrees, 0 where chroma is 0."""
    lab = np.asarray(lab, np.float64)
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    hue = np.where((lab[..., 1] == 0) & (lab[..., 2] == 0) | (hue == 360), 0, hue)
    return np.stack([lab[..., 0], np.hypot(lab[..., 1], lab[..., 2]), hue], axis=-1)


def lch_to_lab(lch: Array) -> Exact:
    """Return Lab of L*, chroma and hue in degrees."""
    lch = np.asarray(lch, np.float64)
    hue = np.radians(lch[..., 2])
    return np.stack([lch[..., 0], lch[..., 1] * np.cos(hue), lch[..., 1] * np.sin(hue)], axis=-1)


def delta_e_76(lab1: Array, lab2: Array) -> Exact:
    """Return the Euclidean distance in Lab. CIE 15:2004, eq. 8.20."""
    difference = np.asarray(lab1, np.float64) - np.asarray(lab2, np.float64)
    return np.asarray(np.sqrt(np.sum(difference**2, axis=-1)))


def _hue(a: Exact, b: Exact) -> Exact:
    return np.where((a == 0) & (b == 0), 0, np.degrees(np.arctan2(b, a)) % 360)


def _mean_hue(h1: Exact, h2: Exact, chroma_product: Exact) -> Exact:
    """Return the mean of two hue angles, going the short way round. Sharma 2005, eq. 14."""
    total = h1 + h2
    turn = np.where(total < 360, 360, -360)
    mean = np.where(np.abs(h1 - h2) > 180, total + turn, total) / 2
    return np.where(chroma_product == 0, total, mean)


def _hue_difference(h1: Exact, h2: Exact, chroma_product: Exact) -> Exact:
    """Return h2 - h1, going the short way round. Sharma 2005, eq. 10."""
    difference = h2 - h1
    difference = difference - 360 * (difference > 180) + 360 * (difference < -180)
    return np.asarray(np.where(chroma_product == 0, 0, difference))


def _rotation(hue: Exact, chroma: Exact) -> Exact:
    """Return R_T, which turns the ellipses in the blue. Sharma 2005, eq. 16, 17 and 21."""
    angle = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    strength = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    return np.asarray(-np.sin(np.radians(2 * angle)) * strength)


def delta_e_2000(lab1: Array, lab2: Array) -> Exact:
    """Return CIEDE2000 with kL = kC = kH = 1.

    Sharma, Wu & Dalal 2005, eq. 2 to 22. doi:10.1002/col.20070
    """
    L1, a1, b1 = np.moveaxis(np.asarray(lab1, np.float64), -1, 0)
    L2, a2, b2 = np.moveaxis(np.asarray(lab2, np.float64), -1, 0)
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2  # eq. 2, 3
    G = 0.5 * (1 - np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)))  # eq. 4
    a1p, a2p = (1 + G) * a1, (1 + G) * a2  # eq. 5
    c1p, c2p = np.hypot(a1p, b1), np.hypot(a2p, b2)  # eq. 6
    h1, h2 = _hue(a1p, b1), _hue(a2p, b2)  # eq. 7
    half_turn = np.radians(_hue_difference(h1, h2, c1p * c2p) / 2)
    dH = 2 * np.sqrt(c1p * c2p) * np.sin(half_turn)  # eq. 11
    mean_l, mean_cp = (L1 + L2) / 2, (c1p + c2p) / 2  # eq. 12, 13
    h = _mean_hue(h1, h2, c1p * c2p)
    T = 1 - 0.17 * _cos(h - 30) + 0.24 * _cos(2 * h) + 0.32 * _cos(3 * h + 6) - 0.20 * _cos(4 * h - 63)
    offset = (mean_l - 50) ** 2
    SL = 1 + 0.015 * offset / np.sqrt(20 + offset)  # eq. 18
    SC, SH = 1 + 0.045 * mean_cp, 1 + 0.015 * mean_cp * T  # eq. 19, 20
    dl, dc, dh = (L2 - L1) / SL, (c2p - c1p) / SC, dH / SH
    squared = dl**2 + dc**2 + dh**2 + _rotation(h, mean_cp) * dc * dh
    return np.asarray(np.sqrt(np.maximum(squared, 0)))  # eq. 22


def _cos(degrees: Exact) -> Exact:
    return np.asarray(np.cos(np.radians(degrees)))
