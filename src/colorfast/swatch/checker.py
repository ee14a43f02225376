"""The chart of 24 patches: a picture in; each patch's color as the camera saw it, its place and its true color out.

Row by row, dark skin first, black last. OpenCV finds the chart where it is whole, however it is turned.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from colorfast.color.icc import adaptation
from colorfast.color.white import under_white
from colorfast.records import Array, Lab
from colorfast.swatch.patch_errors import ChartNotFound

ROWS, COLUMNS = 4, 6
SEEN = 1000  # pixels of the longer side on which the chart is looked for
INSIDE = 0.22  # of the distance between two patches, half the side of the square that is measured in each
UNEVEN = 0.12  # deviation of light in a patch as a share of its mean, from which a shadow's edge lies in it
CLIPPED = 0.05  # share of a patch's pixels that may be
DARK = 0.01  # linear light that counts as the least mean there

TRUE_D50: Array = (
    np.array(  # mean of 20 charts, D50, 2 degrees; Pascale, RGB coordinates of the ColorChecker, BabelColor
        [
            *((38.44, 13.61, 14.53), (65.95, 17.91, 17.87), (50.06, -4.52, -22.25)),
            *((43.28, -13.21, 21.94), (55.31, 8.82, -24.60), (70.69, -33.03, -0.11)),
            *((62.65, 35.35, 57.86), (40.24, 9.74, -44.35), (51.60, 47.80, 16.90)),
            *((30.50, 21.07, -20.02), (72.46, -23.30, 57.00), (71.95, 19.46, 68.12)),
            *((28.87, 14.81, -50.15), (55.15, -37.80, 31.64), (42.28, 54.12, 28.67)),
            *((82.27, 4.02, 79.99), (51.91, 49.80, -13.82), (49.91, -28.11, -27.95)),
            *((96.53, -0.47, 2.42), (81.21, -0.64, 0.27), (66.48, -0.53, 0.00)),
            *((50.83, -0.64, -0.14), (35.85, -0.54, -0.49), (20.81, 0.03, -0.39)),
        ]
    )
)


class Chart(NamedTuple):
    """A chart seen in a picture."""

    linear: Array
    """(24, 3) mean linear light of the picture's RGB."""
    places: Array
    """(24, 2) centers, x and y in pixels."""
    usable: Array
    """(24,) bool: neither clipped nor with a shadow's edge in it."""


def true_colors() -> Lab:
    """Return the (24, 3) colors of the chart under D65."""
    return under_white(TRUE_D50, adaptation())


def find_chart(linear: Array, name: str) -> Chart:
    """Return the chart in a picture of linear light (h, w, 3), 0..1. Raises ChartNotFound."""
    scale = min(1.0, SEEN / max(linear.shape[:2]))
    coded = np.sqrt(np.clip(linear / max(float(linear.max()), 1e-6), 0, 1))  # dim ones are seen too
    small = cv2.resize(coded.astype(np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    detector = cv2.mcc.CCheckerDetector.create()
    detector.setColorChartType(cv2.mcc.MCC24)
    if not detector.process((255 * small[..., ::-1]).round().astype(np.uint8), 1):
        raise ChartNotFound(name, "no chart of 24 patches is seen")
    corners = np.asarray(detector.getBestColorChecker().getBox(), np.float64) / scale
    return read_chart(linear, corners)


def read_chart(linear: Array, corners: Array) -> Chart:
    """Return the patches between four corners (4, 2), x and y in pixels, from that beside dark skin clockwise.

    The corners lie half a patch's distance outside the centers of the outer patches.
    """
    unit = np.array([[0, 0], [COLUMNS, 0], [COLUMNS, ROWS], [0, ROWS]], np.float32)
    across = cv2.getPerspectiveTransform(unit, corners.astype(np.float32))
    y, x = np.mgrid[:ROWS, :COLUMNS] + 0.5
    places = cv2.perspectiveTransform(np.stack([x, y], -1).reshape(1, -1, 2), across)[0]
    half = INSIDE * min(
        np.linalg.norm(corners[1] - corners[0]) / COLUMNS, np.linalg.norm(corners[3] - corners[0]) / ROWS
    )
    return measured(linear, places, float(half))


def measured(linear: Array, places: Array, half: float) -> Chart:
    """Return the patches around their centers (24, 2), each in a square of twice `half` pixels."""
    squares = [_square(linear, place, half) for place in places]
    means = np.array([square.mean(axis=0) for square in squares])
    uneven = np.array([square.std(axis=0).mean() for square in squares]) / np.maximum(
        means.mean(axis=1), DARK
    )
    clipped = np.array([_clipped(square).mean() > CLIPPED for square in squares])
    return Chart(means, places, (uneven < UNEVEN) & ~clipped)


def _clipped(linear: Array) -> Array:
    """Return which pixels (n, 3) have a channel at either end, where it tells no longer how much light."""
    return np.asarray(((linear >= 0.999) | (linear <= 0)).any(axis=1))


def _square(linear: Array, place: Array, half: float) -> Array:
    """Return (n, 3) pixels of a square, as far as it lies in the picture."""
    (left, top), (right, bottom) = (np.rint(place + side * half).astype(int) for side in (-1, 1))
    height, width = linear.shape[:2]
    rows = slice(min(max(top, 0), height - 1), max(bottom, 1))
    columns = slice(min(max(left, 0), width - 1), max(right, 1))
    return np.asarray(linear[rows, columns].reshape(-1, 3))
