"""What a network saw in photos, beside what their labels say, as one picture.

Photos are sRGB code values (h, w, 3) uint8, class ids (h, w) of the five; ids beyond them are drawn black.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch

from colorfast.labels import FIVE
from colorfast.records import Array
from colorfast.training.curve import png_of
from colorfast.training.segmentation.metrics import agreement, confusion

COLORS = np.array(
    [[235, 235, 235], [150, 90, 40], [40, 110, 220], [245, 170, 140], [60, 170, 80]], np.uint8
)  # of the five, sRGB
BLACK = np.zeros((1, 3), np.uint8)
SEEN_THROUGH = 0.35  # share of the photo that shows through the colors
HEIGHT = 360  # pixels of a photo before it is drawn
ROW = 3.0  # inches of a drawn photo's height
ABREAST = 2  # samples in a row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """One photo with its classes, as labeled and as found."""

    photo: Array
    truth: Array
    found: Array
    caption: str
    """Said below, such as the photo's name and the IoU of its classes."""


def sheet(samples: Sequence[Sample], title: str) -> bytes:
    """Return a PNG of photo, truth and prediction, two samples in a row."""
    rows = -(-len(samples) // ABREAST)
    shape = max(one.photo.shape[1] / one.photo.shape[0] for one in samples)
    tight = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.12, wspace=0, hspace=0)
    figure = Figure(figsize=(3 * ABREAST * shape * ROW, 0.8 + (ROW + 0.3) * rows), layout=tight)
    grid = figure.subplots(rows, 3 * ABREAST, squeeze=False).reshape(rows * ABREAST, 3)
    for axes in grid.ravel():
        axes.set_axis_off()
    for sample, (photo, truth, found) in zip(samples, grid, strict=False):
        _draw(sample, photo, truth, found)
    figure.suptitle(title, fontsize=11)
    colors = chain(COLORS / 255, [(0, 0, 0)])
    patches = [
        Patch(facecolor=tuple(color), edgecolor="gray", label=name)
        for color, name in zip(colors, (*FIVE, "not labeled"), strict=True)
    ]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches), fontsize=8, frameon=False)
    return png_of(figure)


def iou_text(truth: Array, found: Array) -> str:
    """Return the mIoU of one photo and the IoU of each class that it shows, as a caption."""
    scores = agreement(confusion(truth, found, len(FIVE)))
    each = (f"{name} {iou:.2f}" for name, iou in zip(FIVE, scores.iou, strict=True) if not math.isnan(iou))
    return f"mIoU {scores.miou:.2f} ({', '.join(each)})"


def _draw(sample: Sample, left: Axes, middle: Axes, right: Axes) -> None:
    scale = HEIGHT / sample.photo.shape[0]
    size = max(1, round(sample.photo.shape[1] * scale)), HEIGHT
    photo = cv2.resize(sample.photo, size, interpolation=cv2.INTER_AREA)
    left.imshow(photo)
    left.set_title("photo", fontsize=8)
    for place, ids, name in ((middle, sample.truth, "truth"), (right, sample.found, "found")):
        place.imshow(_painted(photo, cv2.resize(ids.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)))
        place.set_title(name, fontsize=8)
    said = middle.text(
        0.5, -0.01, sample.caption, transform=middle.transAxes, ha="center", va="top", fontsize=7
    )
    said.set_in_layout(False)  # wider than its photo, else it would push the photos apart


def _painted(photo: Array, ids: Array) -> Array:
    """Return the photo under the colors of its classes."""
    colors = np.concatenate([COLORS, BLACK])[np.minimum(ids, len(COLORS))]
    gray = photo.mean(axis=2, keepdims=True)
    return (SEEN_THROUGH * gray + (1 - SEEN_THROUGH) * colors).astype(np.uint8)
