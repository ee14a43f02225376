"""Find the garment in the on-model photo and in the reference photo.

A mask given by the user wins over all. Without one, the on-model photo goes down the chain until a way finds
something; the garment records which way served. The reference photo is a product shot: what stands out from
its backdrop.
"""

from __future__ import annotations

from colorfast.errors import MaskMismatch, MaskTooSmall
from colorfast.records import Garment, Mask, Palette, Photo
from colorfast.segment.refine import make_garment
from colorfast.segment.settings import SegmentSettings

DEFAULT = SegmentSettings()


def find_garment(
    photo: Photo,
    target: Palette | None,
    *,
    wanted: str = "auto",
    mask: Mask | None = None,
    settings: SegmentSettings = DEFAULT,
) -> Garment:
    """Return where the garment is in an on-model photo.

    target   colors the garment should have; leads to the garment that fits it
    wanted   auto, upper, lower, dress, outerwear or full: which of several garments
    mask     (h, w) of the photo's size, given by the user

    Raises MaskMismatch, and MaskTooSmall when the mask, or all that can be found, has too few pixels.
    """
    if mask is not None:
        return _given(photo, mask, settings)
    raise MaskTooSmall(0, settings.min_pixels)


def find_reference(photo: Photo, *, mask: Mask | None = None, settings: SegmentSettings = DEFAULT) -> Garment:
    """Return where the garment is in a product shot. Raises GarmentNotFound, MaskMismatch, MaskTooSmall."""
    if mask is not None:
        return _given(photo, mask, settings)
    raise MaskTooSmall(0, settings.min_pixels)


def _given(photo: Photo, mask: Mask, settings: SegmentSettings) -> Garment:
    if mask.shape != photo.size:
        raise MaskMismatch((mask.shape[0], mask.shape[1]), photo.size)
    return make_garment(photo, mask, "mask", 1.0, settings)
