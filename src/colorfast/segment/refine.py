"""From a hard mask to a garment: the core where color is measured, and the soft alpha where it is applied.

An edge pixel is a mixture, in linear light, of the garment's color F and the background's color B:
I = alpha F + (1 - alpha) B. Both are known nearby, so in a narrow band around the mask's edge

    alpha = (I - B)·(F - B) / |F - B|²    (after Smith & Blinn 1996, doi:10.1145/237170.237263)

Where F and B are too alike, or too restless, to tell, alpha follows the distance to the edge instead.
Only the garment's box is worked on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.errors import MaskTooSmall
from colorfast.masks import bounding_box, erode, scaled, signed_distance
from colorfast.records import Alpha, Array, Garment, Mask, Photo
from colorfast.segment.settings import SegmentSettings

Plane = npt.NDArray[np.float32]

REACH = 2.5  # standard deviation of the color averages, in widths of the band: far enough to see past it
NARROWEST = 1.5  # pixels; a narrower band would not hold the pixels on both sides of an edge
NOISE = 0.004  # linear light; what 8 bits and JPEG do to a flat area, as a standard deviation
SURE = 0.9  # a core pixel is at least this much garment
HALF = 0.5
SMALLEST_MARGIN = 16  # pixels around the garment: an SSIM window and a ring must fit


@dataclass(frozen=True, slots=True)
class Local:
    """The color around each pixel, averaged over one side of the edge."""

    mean: Plane
    """(h, w, 3) linear light."""
    variance: Plane
    """(h, w) mean of the channels' variances."""
    support: Plane
    """(h, w) 0..1 share of the neighborhood that was on this side."""


def make_garment(photo: Photo, mask: Mask, way: str, confidence: float, settings: SegmentSettings) -> Garment:
    """Return the garment of a hard mask of the photo's size. Raises MaskTooSmall."""
    pixels = int(np.count_nonzero(mask))
    if pixels < settings.min_pixels:
        raise MaskTooSmall(pixels, settings.min_pixels)
    height = photo.size[0]
    reach = _band(settings.edge_outside, height)
    margin = max(SMALLEST_MARGIN, scaled(settings.box_margin, height)) + reach
    box = bounding_box(mask, margin)
    alpha, core = np.zeros(mask.shape, np.float32), np.zeros(mask.shape, np.bool_)
    alpha[box] = soft_edge(photo.pixels[box], mask[box], height, settings)
    core[box] = find_core(mask[box], alpha[box], height, settings)
    return Garment(core=core, alpha=alpha, way=way, confidence=confidence, box=box)


def sharpen(photo: Photo, mask: Mask, settings: SegmentSettings) -> Mask:
    """Return a mask found on a reduced photo with its edge moved to where the garment is half of a pixel."""
    height = photo.size[0]
    box = bounding_box(mask, max(SMALLEST_MARGIN, scaled(settings.box_margin, height)))
    sharp = np.zeros_like(mask)
    sharp[box] = soft_edge(photo.pixels[box], mask[box], height, settings) >= HALF
    return sharp


def find_core(mask: Mask, alpha: Alpha, height: int, settings: SegmentSettings) -> Mask:
    """Return the pixels that are surely garment: off the edge and unmixed, as far as the garment allows."""
    inside = erode(mask, scaled(settings.core_margin, height)) if settings.core_margin else mask
    for core in (inside & (alpha >= SURE), inside, erode(mask, 1.0)):
        if np.count_nonzero(core) >= settings.min_pixels:
            return core
    return mask


def soft_edge(pixels: Array, mask: Mask, height: int, settings: SegmentSettings) -> Alpha:
    """Return the share of each pixel that is garment.

    pixels   (h, w, 3) uint8 or uint16 code values of the garment's box
    mask     (h, w); beyond the band around its edge alpha is exactly 1 inside and 0 outside
    height   of the whole picture, which sets the width of the band
    """
    inner, outer = _band(settings.edge_inside, height), _band(settings.edge_outside, height)
    distance = signed_distance(mask)
    linear = to_linear(pixels)
    garment = _local(linear, distance > inner, REACH * (inner + outer) / 2)
    background = _local(linear, distance < -outer, REACH * (inner + outer) / 2)
    ramp = np.clip(0.5 + distance / 2, 0, 1)
    trust = _trust(garment, background)
    alpha = trust * _unmix(linear, garment.mean, background.mean) + (1 - trust) * ramp
    alpha[distance > inner], alpha[distance < -outer] = 1, 0
    return cast(Alpha, alpha)


def to_linear(pixels: Array) -> Plane:
    """Return linear light 0..1 of sRGB code values; near enough for other RGB spaces where mixing is all."""
    codes = np.linspace(0, 1, int(np.iinfo(pixels.dtype).max) + 1)
    table = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)  # IEC 61966-2-1
    return table.astype(np.float32)[pixels]


def _band(pixels_at_1024: float, height: int) -> float:
    return max(NARROWEST, scaled(pixels_at_1024, height))


def _local(linear: Plane, side: Mask, sigma: float) -> Local:
    """Average over the pixels of one side (normalized convolution)."""
    weight = side.astype(np.float32)
    support = _blur(weight, sigma)
    divisor = np.maximum(support, 1e-6)
    mean = _blur(linear * weight[..., None], sigma) / divisor[..., None]
    square = _blur(np.einsum("hwc,hwc->hw", linear, linear) * weight, sigma) / divisor
    variance = np.maximum(square - np.einsum("hwc,hwc->hw", mean, mean), 0) / 3
    return Local(mean, cast(Plane, variance), support)


def _blur(plane: Plane, sigma: float) -> Plane:
    return cast(Plane, cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def _unmix(linear: Plane, garment: Plane, background: Plane) -> Plane:
    axis = garment - background
    length = np.maximum(np.einsum("hwc,hwc->hw", axis, axis), 1e-9)
    return cast(Plane, np.clip(np.einsum("hwc,hwc->hw", linear - background, axis) / length, 0, 1))


def _trust(garment: Local, background: Local) -> Plane:
    """How far unmixing can be believed, 0..1: near 1 where the colors lie many deviations apart."""
    axis = garment.mean - background.mean
    gap = np.einsum("hwc,hwc->hw", axis, axis)
    scatter = garment.variance + background.variance + 2 * NOISE**2
    seen = (garment.support > 1e-3) & (background.support > 1e-3)
    return cast(Plane, np.where(seen, gap / (gap + 9 * scatter), 0))
