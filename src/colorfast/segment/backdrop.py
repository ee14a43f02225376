"""What stands out from the backdrop of a product shot: reduced Lab picture in, hard mask out.

The backdrop is white, gray, plain or a smooth gradient and is seen along the picture's border. It is fitted
there as a quadratic surface in Lab; what is near the surface, or darker without an edge as a soft shadow is,
and connected to the border, is backdrop. A white garment on white stands out by its contour, which need only
differ by a few standard deviations of the backdrop's noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.masks import dilate, fill_holes
from colorfast.records import Array, Lab, Mask

Plane = npt.NDArray[np.float32]

CELL = 6.0  # Lab units; side of the cells in which the commonest color is looked for
FRAME = 0.025  # width of the border that shows the backdrop, as a share of the shorter side
LIKE = 12.0  # Lab units around the border's commonest color that are still the same backdrop
ROUNDS = 4  # of the robust fit
NOISE_FLOOR = 0.25  # Lab units; 8 bits and good JPEG
STANDS_OUT = 4.0  # standard deviations of the noise
RINGING = 0.05  # of the strongest contrast nearby: what JPEG leaves around an edge
BLOCK = 9  # pixels; how far it leaves it
SHADOW_DEPTH = 30.0  # L* by which a soft shadow may darken the backdrop
SHADOW_CHROMA = 4.0  # Lab units by which it may color it
SHADOW_EDGE = 0.6  # L* a pixel; a steeper change is an edge and no shadow
SHADOW_LEAVES = 0.5  # share of what stands out that must remain without its shadow
SHADOW_CONTRAST = 2.5  # times further from the backdrop than its shadow a garment must be
SHADOW_OPEN = 0.6  # share of its outer boundary where a shadow begins without an edge
CLEARLY = 5.0  # Lab units from the backdrop at which a garment is as likely found as not
SMALL_PART = 0.05  # parts below this share of the largest are dust
HOLE = 0.002  # share of the picture; a flat gap of backdrop color must be larger to be a hole


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The empty picture behind the garment."""

    lab: Lab
    """(h, w, 3)."""
    noise: float
    """Standard deviation of the border around it, Lab units."""
    share: float
    """0..1, how much of the border shows it."""


def fit_backdrop(lab: Lab) -> Backdrop:
    """Return the smooth surface through the commonest color of the picture's border."""
    border = frame(lab.shape[:2])
    terms, values = _quadratic(lab.shape[:2])[border], lab[border].astype(np.float64)
    error = np.linalg.norm(values - commonest(values), axis=1)
    for reach in np.linspace(LIKE, LIKE / 3, ROUNDS):
        near = error <= max(reach, 1e-6)
        shape = terms[near][:, : 6 if near.mean() > 0.6 else 1]  # too little of it is seen to know its slope
        surface, *_ = np.linalg.lstsq(shape, values[near], rcond=None)
        error = np.linalg.norm(values - terms[:, : len(surface)] @ surface, axis=1)
    near = error <= LIKE / 3
    noise = float(np.sqrt(np.mean(error[near] ** 2))) if near.any() else NOISE_FLOOR
    fitted = _quadratic(lab.shape[:2])[..., : len(surface)] @ surface
    return Backdrop(fitted.astype(np.float32), max(noise, NOISE_FLOOR), float(near.mean()))


def standing_out(lab: Lab, backdrop: Backdrop) -> Mask:
    """Return the pixels that are not backdrop."""
    difference = lab - backdrop.lab
    distance = np.linalg.norm(difference, axis=-1)
    ringing = RINGING * cv2.dilate(distance, np.ones((BLOCK, BLOCK)))
    near = distance < STANDS_OUT * backdrop.noise + ringing
    empty = touching_border(near)
    shadow = touching_border(empty | _shadow(lab, difference)) & ~empty
    if _is_shadow(shadow, empty, distance):
        empty |= shadow
    hole = _flat_holes(near & ~empty, distance < 2 * backdrop.noise)
    return drop_small_parts(fill_holes(~empty) & ~hole)


def backdrop_confidence(lab: Lab, backdrop: Backdrop, mask: Mask) -> float:
    """Return how sure the mask is, 0..1: the border's share of backdrop × the garment's distance from it."""
    distance = float(np.median(np.linalg.norm(lab[mask] - backdrop.lab[mask], axis=-1)))
    return backdrop.share * distance / (distance + CLEARLY)


def frame(size: tuple[int, ...]) -> Mask:
    """Return the border of a picture, FRAME wide and at least one pixel."""
    width = max(1, round(FRAME * min(size[:2])))
    border = np.ones(size[:2], np.bool_)
    border[width:-width, width:-width] = False
    return border


def commonest(colors: Array) -> Array:
    """Return the commonest of (n, 3) Lab colors: the median of the fullest cell and its neighbors."""
    cells = np.floor(colors / CELL).astype(np.int64)
    _, first, counts = np.unique(cells, axis=0, return_index=True, return_counts=True)
    fullest = cells[first[np.argmax(counts)]]
    middle: Array = np.median(colors[np.abs(cells - fullest).max(axis=1) <= 1], axis=0)
    return middle


def touching_border(mask: Mask) -> Mask:
    """Return the connected parts of the mask (4 neighbors) that reach the picture's border."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.isin(labels, edge[edge > 0])


def drop_small_parts(mask: Mask, share: float = SMALL_PART) -> Mask:
    """Return the mask without parts smaller than `share` of its largest part."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas >= max(1.0, share * areas.max())
    return cast(Mask, keep[labels])


def _shadow(lab: Lab, difference: Array) -> Mask:
    """Pixels that are the backdrop, only darker, without an edge nearby."""
    light = cv2.GaussianBlur(np.ascontiguousarray(lab[..., 0]), (0, 0), 1.0)
    slope = np.hypot(
        cv2.Sobel(light, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(light, cv2.CV_32F, 0, 1, scale=1 / 8)
    )
    smooth = cv2.dilate(slope, np.ones((3, 3))) < SHADOW_EDGE
    darker = (difference[..., 0] < 0) & (difference[..., 0] > -SHADOW_DEPTH)
    tint = np.hypot(difference[..., 1], difference[..., 2])
    shadow: Mask = smooth & darker & (tint < SHADOW_CHROMA)
    return shadow


def _is_shadow(shadow: Mask, empty: Mask, distance: Array) -> bool:
    """Whether what looks like shadow is one.

    It leaves most of the garment, which is clearly another color, and it begins without an outline.
    """
    rest = ~empty & ~shadow
    if not shadow.any() or np.count_nonzero(rest) < SHADOW_LEAVES * np.count_nonzero(~empty):
        return False
    outline = dilate(empty, 1) & dilate(shadow, 3) & ~empty
    if np.count_nonzero(outline & shadow) < SHADOW_OPEN * np.count_nonzero(outline):
        return False
    return bool(np.median(distance[rest]) > SHADOW_CONTRAST * np.median(distance[shadow]))


def _flat_holes(enclosed: Mask, flat: Mask) -> Mask:
    """Enclosed gaps that show the bare backdrop: large and flat."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(enclosed.astype(np.uint8), connectivity=4)
    areas = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    bare = np.bincount(labels.ravel(), flat.ravel(), len(areas)) / areas
    hole = (areas > HOLE * enclosed.size) & (bare > 0.97)
    hole[0] = False
    return cast(Mask, hole[labels])


def _quadratic(size: tuple[int, ...]) -> Array:
    """(h, w, 6): 1, x, y, x², xy, y² over the picture, from -1 to 1."""
    y, x = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
