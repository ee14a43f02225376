"""Between the pixels of a file, in the RGB space of its ICC profile, and Lab: the only two bridges.

Codes (..., 3) uint8 or uint16 on one side, Lab (..., 3) float32 under D65 on the other.
A profile is bytes, or None for sRGB. Lab holds every color of the profile: nothing is clipped to sRGB.

Three ways, by what the profile is:
    sRGB               analytic curve, float32 for 8 bit and float64 for 16 bit
    matrix and curves  the same loops, float64, with the profile's numbers (Display P3, Adobe RGB, ProPhoto):
                       a plain gamma curve is infinitely steep at black and would show float32's rounding
    tables             Little CMS through libvips, relative colorimetric
White of the profile is L* = 100, a* = b* = 0, and equal codes of a matrix profile are neutral exactly.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from colorfast.color import spaces
from colorfast.color.gamut import fit_gamut
from colorfast.color.icc import RgbSpace, rgb_space
from colorfast.color.kernels import codes_to_lab, lab_to_table_codes
from colorfast.color.spaces import from_planes, to_codes, to_planes
from colorfast.color.tables import table_codes, table_lab
from colorfast.records import Array, Lab


def is_srgb(profile: bytes | None) -> bool:
    """Return whether a profile is none or describes sRGB. Raises ProfileError when it is no RGB profile."""
    space = rgb_space(profile)
    return space is not None and space.is_srgb


def to_lab(pixels: Array, profile: bytes | None = None) -> Lab:
    """Return Lab (..., 3) of uint8 or uint16 codes (..., 3) in the RGB space of a profile.

    Raises ProfileError when the bytes are no RGB profile.
    """
    pixels = np.asarray(pixels)
    space = rgb_space(profile)
    if space is None:
        assert profile is not None  # sRGB has a space
        return table_lab(pixels, profile)
    if space.is_srgb:
        return spaces.rgb_to_lab(pixels)
    codes = to_codes(pixels)
    lab = np.empty((3, len(codes)), np.float32)
    step = 257 if pixels.dtype == np.uint8 else 1  # 8-bit code k is 16-bit code 257 k
    codes_to_lab(codes, np.ascontiguousarray(space.decoding[:, ::step]), space.to_ratios, lab)
    return from_planes(lab, pixels.shape)


def from_lab(
    lab: Array, profile: bytes | None = None, dtype: npt.DTypeLike = np.uint8, *, dither: bool = False
) -> Array:
    """Return codes (..., 3), uint8 or uint16, of Lab (..., 3), rounded, in the RGB space of a profile.

    A color outside the space loses chroma at constant L* and hue (fit_gamut);
    where the profile is made of tables, Little CMS clips it instead.

    dither   adds noise of up to half a code, from the pixel's position alone and equal in all channels:
             exact codes do not change, gray stays gray, smooth shades do not band
    """
    lab = np.asarray(lab)
    space = rgb_space(profile)
    if space is None:
        assert profile is not None
        return table_codes(lab, profile, dtype, dither=dither)
    fitted = fit_gamut(lab, profile)
    if space.is_srgb:
        return spaces.lab_to_rgb(fitted, dtype, dither=dither)
    return _through_curves(fitted, space, np.dtype(dtype), dither=dither)


def _through_curves(lab: Array, space: RgbSpace, dtype: np.dtype[np.generic], *, dither: bool) -> Array:
    planes = to_planes(lab)
    codes = np.empty((planes.shape[1], 3), dtype)
    full = np.float32(np.iinfo(codes.dtype).max)
    curves = space.encoding.astype(np.float32)
    lab_to_table_codes(planes, space.from_ratios, curves, full, np.int32(dither), codes)
    return codes.reshape(lab.shape)


class Light(NamedTuple):
    """The curves of an RGB space, float32."""

    linear: Array
    """(3, codes) linear light 0..1 of each code."""
    codes: Array
    """(3, samples) code, 0..1, at even steps of the square root of linear light."""


@lru_cache(maxsize=4)
def light_of(profile: bytes | None, dtype: np.dtype[Any]) -> Light:
    """Return the curves of a profile for codes of a type; those of sRGB where it is made of tables."""
    space = rgb_space(profile) or rgb_space(None)
    assert space is not None  # sRGB has a space
    step = 257 if dtype == np.uint8 else 1  # 8-bit code k is 16-bit code 257 k
    linear, codes = space.decoding[:, ::step].astype(np.float32), space.encoding.astype(np.float32)
    return Light(np.ascontiguousarray(linear), codes)
