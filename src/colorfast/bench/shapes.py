"""Outlines of the made pictures, and how much of each pixel they cover.

Outlines are points (n, 2) of x, y in picture heights; the origin is the middle of the top edge, y goes down.
Coverage is float32 0..1 (h, w), exact to 1/16 of a pixel each way: an anti-aliased edge.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from colorfast.records import Alpha, Array

FINE = 4  # sub-pixels a side that coverage is counted in
DENSE = 160  # discs that make up a limb
SMOOTH = 12  # points that a curve gets between two of its corners

Points = Sequence[tuple[float, float]]


def curve(points: Points, *, closed: bool = True) -> Array:
    """Return a smooth curve through points, a Catmull-Rom spline (1974); a point given twice is a corner."""
    corners = np.asarray(points, dtype=np.float64)
    around = np.concatenate([corners[-1:], corners, corners[:2]])
    if not closed:
        around = np.concatenate([corners[:1], corners, corners[-1:]])
    t = np.linspace(0, 1, SMOOTH, endpoint=False)[:, None]
    spans = [around[i : i + 4] for i in range(len(around) - 3)]
    parts = [_between(span, t) for span in spans if (span[1] != span[2]).any()]
    return np.concatenate(parts if closed else [*parts, corners[-1:]])


def mirrored(half: Points) -> list[tuple[float, float]]:
    """Return a closed outline, symmetric about x = 0, from its right half given top to bottom."""
    return [*half, *((-x, y) for x, y in reversed(half) if x > 0)]


def filled(outline: Array, size: tuple[int, int]) -> Alpha:
    """Return the coverage (h, w) of a closed outline."""
    canvas = np.zeros((size[0] * FINE, size[1] * FINE), np.uint8)
    cv2.fillPoly(canvas, [_pixels(outline, size)], 255, shift=4)
    return _coverage(canvas, size)


def stroked(line: Array, widths: Sequence[float], size: tuple[int, int]) -> Alpha:
    """Return the coverage (h, w) of a limb: a line whose width changes evenly from point to point.

    widths   full width at evenly spaced places along the line, picture heights
    """
    canvas = np.zeros((size[0] * FINE, size[1] * FINE), np.uint8)
    along = np.linspace(0, 1, DENSE)
    dense = np.stack([np.interp(along, np.linspace(0, 1, len(line)), line[:, k]) for k in (0, 1)], 1)
    radii = np.interp(along, np.linspace(0, 1, len(widths)), widths) / 2
    for center, radius in zip(_pixels(dense, size), radii * size[0] * FINE, strict=True):
        cv2.circle(canvas, tuple(int(c) for c in center), int(radius * 16), 255, -1, shift=4)
    return _coverage(canvas, size)


def ellipse(center: tuple[float, float], radii: tuple[float, float], size: tuple[int, int]) -> Alpha:
    """Return the coverage (h, w) of an upright ellipse."""
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    return filled(np.stack([np.cos(angle), np.sin(angle)], 1) * radii + center, size)


def _between(corners: Array, t: Array) -> Array:
    """Return the spline's points from the second of four corners up to the third."""
    p0, p1, p2, p3 = corners
    return np.asarray(
        0.5
        * (
            2 * p1
            + (p2 - p0) * t
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        )
    )


def _pixels(points: Array, size: tuple[int, int]) -> Array:
    """Return points in sub-pixels, as OpenCV's fixed point with four bits after the point."""
    h, w = size
    place = np.stack([points[:, 0] * h + w / 2, points[:, 1] * h], 1) * FINE - 0.5
    return np.round(place * 16).astype(np.int32)


def _coverage(canvas: Array, size: tuple[int, int]) -> Alpha:
    h, w = size
    return np.asarray(
        cv2.resize(canvas, (w, h), interpolation=cv2.INTER_AREA), dtype=np.float32
    ) / np.float32(255)
