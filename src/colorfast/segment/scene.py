"""What is known of an on-model photo before the garment is looked for: the figure, its face, and where garments sit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from colorfast.records import Lab, Mask
from colorfast.segment.backdrop import Backdrop, fit_backdrop, frame, standing_out
from colorfast.segment.colors import Cells, cells_of
from colorfast.segment.skin import Face, find_face

Plane = npt.NDArray[np.float32]

PLAIN = 0.6  # share of the border that must be one backdrop for the figure to be cut out by it
FIGURE_AREA = 0.03, 0.92  # share of the picture that a figure cut out by its backdrop may cover

# Where a garment begins and ends, in face heights below the chin; a grown figure has its hips at about 3.3 and its
# ankles at about 7.5 of them below the chin (hairline to chin is 3/4 of the 7.5 heads of the artists' canon).
SPANS = {
    "auto": (0.0, 12.0),
    "upper": (0.0, 3.6),
    "lower": (2.6, 12.0),
    "dress": (0.0, 6.5),
    "outerwear": (0.0, 5.5),
    "full": (0.0, 12.0),
}
SOFT = 0.35  # face heights over which a span's end fades
OUTSIDE = 0.02  # what remains of the prior beyond a span
WIDTH = 0.3  # standard deviation of the distance from the figure's middle, shares of the picture's width
HEADS = 6.5  # faces in a figure's height, where no face is seen


@dataclass(frozen=True, slots=True)
class Scene:
    """A reduced on-model photo, taken apart as far as possible without knowing the garment."""

    lab: Lab
    """(h, w, 3)."""
    cells: Cells
    border: Mask
    """(h, w) frame of the picture."""
    figure: Mask
    """(h, w) what is not backdrop; everything where the backdrop is not plain."""
    plain: bool
    """Whether the figure was cut out by a plain backdrop."""
    face: Face | None


def look_at(lab: Lab) -> Scene:
    """Return what can be told of a reduced photo."""
    backdrop = fit_backdrop(lab)
    figure, plain = _figure(lab, backdrop)
    return Scene(lab, cells_of(lab), frame(lab.shape), figure, plain, find_face(lab, figure))


def position_prior(scene: Scene, wanted: str) -> Plane:
    """Return how likely a garment of this kind is at each pixel (h, w), 0..1, whatever its color."""
    height, width = scene.figure.shape
    chin, unit, middle = _measure(scene)
    low, high = SPANS[wanted]
    rows = (np.arange(height) - chin) / unit
    along = np.clip((rows - low) / SOFT + 0.5, OUTSIDE, 1) * np.clip((high - rows) / SOFT + 0.5, OUTSIDE, 1)
    across = np.exp(-0.5 * ((np.arange(width) - middle) / (WIDTH * width)) ** 2)
    return cast(Plane, (along[:, None] * across[None, :]).astype(np.float32))


def torso(scene: Scene, wanted: str) -> Mask:
    """Return the place (h, w) where a garment of this kind is seen first: around the figure's middle line."""
    height, width = scene.figure.shape
    chin, unit, middle = _measure(scene)
    begin, end = {"lower": (3.3, 6.0), "full": (0.5, 6.0), "dress": (0.5, 5.0)}.get(wanted, (0.4, 2.8))
    rows = (np.arange(height) - chin) / unit
    along = (begin <= rows) & (rows <= end)
    across = np.abs(np.arange(width) - middle) <= max(0.9 * unit, 0.08 * width)
    return cast(Mask, along[:, None] & across[None, :] & scene.figure)


def _measure(scene: Scene) -> tuple[float, float, float]:
    """Row of the chin, height of the face and column of the middle, in pixels."""
    if scene.face is not None:
        return scene.face.chin, scene.face.height, scene.face.center
    rows, columns = np.nonzero(scene.figure)
    top, bottom = float(rows.min()), float(rows.max() + 1)
    if not scene.plain:
        return 0.1 * scene.figure.shape[0], scene.figure.shape[0] / HEADS, scene.figure.shape[1] / 2
    unit = (bottom - top) / HEADS
    return top + (0.0 if top < 2 else unit), max(unit, 1.0), float(np.median(columns))


def _figure(lab: Lab, backdrop: Backdrop) -> tuple[Mask, bool]:
    if backdrop.share >= PLAIN:
        figure = standing_out(lab, backdrop)
        if FIGURE_AREA[0] <= figure.mean() <= FIGURE_AREA[1]:
            return figure, True
    return np.ones(lab.shape[:2], np.bool_), False
