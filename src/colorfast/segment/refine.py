"""From a hard mask to a garment: the core where color is measured, and the soft alpha where it is applied.

Only the garment's box is worked on. See unmix.py for the alpha.
"""

from __future__ import annotations

import math

import numpy as np

from colorfast.errors import MaskTooSmall
from colorfast.masks import bounding_box, edge_distance, scaled
from colorfast.records import Alpha, Array, Garment, Mask, Photo
from colorfast.segment.settings import SegmentSettings
from colorfast.segment.unmix import unmix

NARROWEST = 2.0  # pixels; masks are drawn that much too wide or too narrow, however small the picture is
SURE = 0.9  # a core pixel is at least this much garment
SMALLEST_MARGIN = 16  # pixels around the garment: an SSIM window and a ring must fit


def make_garment(photo: Photo, mask: Mask, way: str, confidence: float, settings: SegmentSettings) -> Garment:
    """Return the garment of a hard mask of the photo's size. Raises MaskTooSmall."""
    pixels = int(np.count_nonzero(mask))
    if pixels < settings.min_pixels:
        raise MaskTooSmall(pixels, settings.min_pixels)
    height = photo.size[0]
    box = bounding_box(mask, _margin(height, settings))
    distance = edge_distance(mask[box], _furthest(height, settings))
    alpha, core = np.zeros(mask.shape, np.float32), np.zeros(mask.shape, np.bool_)
    alpha[box] = soft_edge(photo.part(box), distance, height, settings)
    core[box] = find_core(alpha[box], distance, height, settings)
    return Garment(core=core, alpha=alpha, way=way, confidence=confidence, box=box)


def soft_edge(pixels: Array, distance: Array, height: int, settings: SegmentSettings) -> Alpha:
    """Return the share of each pixel that is garment.

    pixels     (h, w, 3) uint8 or uint16 code values of the garment's box
    distance   (h, w) to the mask's edge, positive inside; beyond the band around it alpha is exactly 1 or 0
    height     of the whole picture, which sets the width of the band
    """
    inner, outer = _band(settings.edge_inside, height), _band(settings.edge_outside, height)
    return unmix(pixels, distance, inner, outer)


def find_core(alpha: Alpha, distance: Array, height: int, settings: SegmentSettings) -> Mask:
    """Return the pixels that are surely garment: off the edge and unmixed, as far as the garment allows."""
    margin = scaled(settings.core_margin, height) if settings.core_margin else 0.0
    inside: Mask = distance > margin - 0.5  # the edge is half a pixel nearer than the nearest pixel outside
    for core in (inside & (alpha >= SURE), inside, distance > 0.5):
        if np.count_nonzero(core) >= settings.min_pixels:
            return core
    return distance > 0


def _margin(height: int, settings: SegmentSettings) -> float:
    return max(SMALLEST_MARGIN, scaled(settings.box_margin, height)) + _band(settings.edge_outside, height)


def _furthest(height: int, settings: SegmentSettings) -> int:
    """Return up to which distance from the edge, in pixels, anything is decided by it."""
    bands = (settings.edge_inside, settings.edge_outside, settings.core_margin)
    return math.ceil(max(_band(each, height) for each in bands)) + 1


def _band(pixels_at_1024: float, height: int) -> float:
    return max(NARROWEST, scaled(pixels_at_1024, height))
