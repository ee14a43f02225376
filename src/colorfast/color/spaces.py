"""Conversions between RGB, linear RGB, CIELAB and LCh, fast.

Arrays (..., 3) in, arrays (..., 3) out; Lab comes out float32, plane by plane in memory.
Codes are uint8 or uint16; float sRGB is 0..1; linear RGB is unbounded with white at 1.
L* is 0..100 under D65, a* and b* unbounded, hue in degrees, 0 <= h < 360.

The loops are in kernels.py; each function has its float64 twin of the same name in exact.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from colorfast.color import exact
from colorfast.color.kernels import codes_to_lab, encode_planes, lab_to_codes, lab_to_planes, planes_to_lab
from colorfast.records import Array, Lab


def to_planes(lab: Array) -> npt.NDArray[np.float32]:
    """Return (..., 3) as contiguous float32 planes (3, n) to read from; a view where the memory allows."""
    lab = np.asarray(lab)
    planes = np.ascontiguousarray(lab.transpose(-1, *range(lab.ndim - 1)), dtype=np.float32)
    return read_only(planes.reshape(3, -1))


def to_codes(pixels: Array) -> Array:
    """Return (..., 3) as contiguous codes (n, 3) to read from; a view where the memory allows."""
    return read_only(np.ascontiguousarray(pixels).reshape(-1, 3))


def read_only(array: Array) -> Array:
    """Return a view that cannot be written to: for mutable and immutable arrays a kernel compiles twice."""
    view = array.view()
    view.flags.writeable = False
    return view


def from_planes(planes: Array, shape: tuple[int, ...]) -> Array:
    """Return planes (3, n) as a view of the given shape (..., 3)."""
    return planes.reshape(3, *shape[:-1]).transpose(*range(1, len(shape)), 0)


@lru_cache(maxsize=2)
def srgb_tables(dtype: np.dtype[Any]) -> Array:
    """Return the linear value of every sRGB code, (3, 256) float32 or (3, 65536) float64."""
    full = np.iinfo(dtype).max
    linear = exact.rgb_to_linear(np.arange(full + 1) / full)
    return np.tile(linear, (3, 1)).astype(precision(dtype))


def precision(dtype: npt.DTypeLike) -> type[np.floating[Any]]:
    """Return the float type in which codes of this dtype survive the way to Lab and back."""
    return np.float64 if np.dtype(dtype) == np.uint16 else np.float32


def rgb_to_lab(pixels: Array) -> Lab:
    """Return Lab of sRGB pixels (..., 3): uint8 or uint16 codes, or floats 0..1."""
    pixels = np.asarray(pixels)
    if pixels.dtype.kind != "u":
        return linear_to_lab(exact.rgb_to_linear(pixels))
    real = precision(pixels.dtype)
    codes = to_codes(pixels)
    lab = np.empty((3, len(codes)), np.float32)
    codes_to_lab(codes, srgb_tables(pixels.dtype), exact.RGB_TO_RATIOS.astype(real), lab)
    return from_planes(lab, pixels.shape)


def lab_to_rgb(lab: Array, dtype: npt.DTypeLike = np.uint8, *, dither: bool = False) -> Array:
    """Return sRGB pixels (..., 3), clipped: rounded codes of uint8 or uint16, or float32 0..1.

    dither   adds noise within half a code, from the pixel's position alone; exact codes do not change
    """
    lab = np.asarray(lab)
    planes = to_planes(lab)
    if np.dtype(dtype).kind != "u":
        rgb = _linear_planes(planes)
        encode_planes(rgb)
        return from_planes(rgb, lab.shape)
    codes = np.empty((planes.shape[1], 3), dtype)
    inverse = exact.RATIOS_TO_RGB.astype(precision(dtype))
    lab_to_codes(planes, inverse, np.float32(np.iinfo(codes.dtype).max), np.int32(dither), codes)
    return codes.reshape(lab.shape)


def lab_to_linear(lab: Array) -> npt.NDArray[np.float32]:
    """Return linear sRGB (..., 3), unbounded, of Lab."""
    lab = np.asarray(lab)
    return from_planes(_linear_planes(to_planes(lab)), lab.shape)


def _linear_planes(lab: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    linear = np.empty_like(lab)
    lab_to_planes(lab, 0, lab.shape[1], exact.RATIOS_TO_RGB.astype(np.float32), linear)
    return linear


def linear_to_lab(linear: Array) -> Lab:
    """Return Lab of linear sRGB (..., 3); out of gamut values are kept."""
    linear = np.asarray(linear)
    planes = to_planes(linear)
    lab = np.empty_like(planes)
    planes_to_lab(planes, exact.RGB_TO_RATIOS.astype(np.float32), lab, 0, planes.shape[1])
    return from_planes(lab, linear.shape)


def lab_to_lch(lab: Array) -> npt.NDArray[np.float32]:
    """Return L*, chroma and hue in degrees (..., 3); the hue is 0 where chroma is 0."""
    lab = np.asarray(lab)
    L, a, b = to_planes(lab)
    hue = np.degrees(np.arctan2(b, a))
    hue = np.where(hue < 0, hue + np.float32(360), hue)
    hue = np.where((a == 0) & (b == 0) | (hue >= 360), np.float32(0), hue)
    return from_planes(np.stack([L, np.hypot(a, b), hue]), lab.shape)


def lch_to_lab(lch: Array) -> Lab:
    """Return Lab (..., 3) of L*, chroma and hue in degrees."""
    lch = np.asarray(lch)
    L, chroma, hue = to_planes(lch)
    angle = np.radians(hue)
    return from_planes(np.stack([L, chroma * np.cos(angle), chroma * np.sin(angle)]), lch.shape)
