"""The color of a patch in a photo: a photo and a region in, Lab under D65 with its uncertainty out.

With a chart of 24 patches in the same picture the camera and the light are known. Without one a network guesses
what they did from the patch, from what surrounds it and from what the camera says, and its deviations are wide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from colorfast.color.exact import lab_to_linear
from colorfast.color.profiles import to_lab
from colorfast.read.exif import Exposure, read_exposure
from colorfast.read.metadata import EXIF
from colorfast.records import Array, Box, Lab, Photo
from colorfast.swatch.calibration import Calibration, calibrate
from colorfast.swatch.checker import find_chart, true_colors
from colorfast.swatch.patch_crop import Crop, find_patch, reduce_region
from colorfast.swatch.patch_errors import ChartNotFound, RegionOutside
from colorfast.swatch.patch_network import Seen, predict

LEAST_SIDE = 8  # pixels of a region
LEAST_PATCHES = 16  # of a chart, that are neither clipped nor half in shadow
CHART_SIDE = 2000  # pixels of the longer side on which a chart is measured
CORRELATED = 64.0  # neighboring pixels that share their noise: a block of a JPEG


class Region(NamedTuple):
    """A box of a photo in pixels, from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchColor:
    """What a patch's color is."""

    lab: Lab
    """(3,) under D65."""
    deviation: Array
    """(3,) of L*, a* and b*: 68 % of true values lie within one."""
    shown: Lab
    """(3,) as the photo shows it."""
    way: str
    """chart or network."""
    crop: Crop = field(repr=False)
    exposure: Exposure
    chart_error: float | None = None
    """Mean CIEDE2000 of the chart's patches, each found from the others; None without a chart."""


def measure_patch(
    photo: Photo, region: Region | None = None, *, chart: bool = False, network: Path | None = None
) -> PatchColor:
    """Return the color of the patch in a region, by default in the whole photo.

    chart     a chart of 24 patches is in the photo; the patch is measured by it
    network   what is asked without a chart; None: the one that is shipped

    Raises RegionOutside, ChartNotFound, NetworkError.
    """
    box = _box(photo, region)
    lab = to_lab(reduce_region(photo.part(box)), photo.profile)
    crop, exposure = find_patch(lab), read_exposure(photo.metadata.get(EXIF))
    said: dict[str, Any] = {"shown": crop.lab, "crop": crop, "exposure": exposure}
    if not chart:
        answer = predict(Seen(lab, crop, exposure), network)
        return PatchColor(lab=answer.lab, deviation=answer.deviation, way="network", **said)
    found, place = _calibration(photo), _middle(box, crop)
    color = found.lab(lab_to_linear(crop.lab), place)
    deviation = found.deviation + _grain(crop)
    return PatchColor(lab=color, deviation=deviation, way="chart", chart_error=found.error, **said)


def _box(photo: Photo, region: Region | None) -> Box:
    """Return rows and columns of a region."""
    height, width = photo.size
    x, y, w, h = region or Region(0, 0, width, height)
    if x < 0 or y < 0 or x + w > width or y + h > height:
        raise RegionOutside(photo.id, f"the region {x},{y},{w},{h} is not within the {width}x{height} pixels")
    if min(w, h) < LEAST_SIDE:
        raise RegionOutside(
            photo.id, f"a region of {w}x{h} pixels is too small; {LEAST_SIDE} a side are needed"
        )
    return slice(y, y + h), slice(x, x + w)


def _calibration(photo: Photo) -> Calibration:
    """Return the camera as the chart in the photo shows it."""
    height, width = photo.size
    scale = min(1.0, CHART_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    codes = cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA)
    seen = find_chart(lab_to_linear(to_lab(codes, photo.profile)), photo.id)
    good = seen.usable
    if good.sum() < LEAST_PATCHES:
        raise ChartNotFound(
            photo.id, f"only {good.sum()} of the chart's patches are neither clipped nor half in shadow"
        )
    return calibrate(seen.linear[good], seen.places[good] / scale, true_colors()[good])


def _middle(box: Box, crop: Crop) -> Array:
    """Return the patch's middle, x and y in pixels of the photo."""
    rows, columns = (np.mean(np.nonzero(crop.core)[axis]) / crop.core.shape[axis] for axis in (0, 1))
    y, x = (
        (1 - share) * one.start + share * one.stop for one, share in zip(box, (rows, columns), strict=True)
    )
    return np.array([x, y])


def _grain(crop: Crop) -> Array:
    """Return what the patch's own unevenness adds to the deviation of its color."""
    return np.asarray(crop.spread / np.sqrt(np.maximum(crop.core.sum() / CORRELATED, 1)))
