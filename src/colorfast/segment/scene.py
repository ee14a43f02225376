"""What an on-model photo shows before the garment is looked for: figure, face, and where garments sit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from colorfast.masks import dilate
from colorfast.records import Lab, Mask
from colorfast.segment.backdrop import Backdrop, fit_backdrop, frame, standing_out
from colorfast.segment.colors import Cells, cells_of
from colorfast.segment.skin import Face, find_face

Plane = npt.NDArray[np.float32]

PLAIN = 0.6  # share of the border that must be one backdrop for the figure to be cut out by it
GAP = 0.02  # half the width of gaps in a figure that are closed, shares of the picture's height
FIGURE_AREA = 0.03, 0.92  # share of the picture that a figure cut out by its backdrop may cover

# Where a garment begins and ends, in face heights below the chin. In the artists' canon of 7.5 heads, with 3/4
# of a head from hairline to chin, the crotch is 3.7 and the soles are 8.7 below.
SPANS = {
    "auto": (-0.2, 12.0),
    "upper": (-0.2, 3.4),
    "lower": (2.4, 12.0),
    "dress": (-0.2, 6.5),
    "outerwear": (-0.2, 5.5),
    "full": (-0.2, 12.0),
}
LEGS = 3.3, 6.0  # from the hips to below the knees
FADES = 0.4, 1.6  # at the upper end, which the chin fixes, and at the lower
OUTSIDE = 0.003  # what remains of the prior beyond a span
WIDTH = 0.3  # standard deviation of the distance from the figure's middle, shares of the picture's width
HEADS = 6.5  # faces in a picture's height, where nothing tells the figure's size
SHOULDERS = 2.3  # faces in the width of the shoulders
WIDE = 0.6  # of the figure's usual width: the first row this wide is the shoulders


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


def chin_and_unit(scene: Scene) -> tuple[float, float]:
    """Return the row of the chin and the height of a face, in pixels."""
    chin, unit, _ = _measure(scene)
    return chin, unit


def legs_shown(scene: Scene) -> float:
    """Return the share of the legs, 0..1, that is above the picture's lower edge."""
    chin, unit, _ = _measure(scene)
    begin, end = LEGS
    shown = (scene.figure.shape[0] - chin) / unit - begin
    return float(np.clip(shown / (end - begin), 0, 1))


def reach_of(scene: Scene, wanted: str) -> Plane:
    """Return how sure each row (h, 1) is within reach of a garment of this kind, 0..1."""
    height = scene.figure.shape[0]
    chin, unit, _ = _measure(scene)
    low, high = SPANS[wanted]
    rows = (np.arange(height) - chin) / unit
    above, below = (rows - low) / FADES[0] + 0.5, (high - rows) / FADES[1] + 0.5
    within: Plane = np.clip(np.minimum(above, below), OUTSIDE, 1).astype(np.float32)
    return within[:, None]


def centrality(scene: Scene) -> Plane:
    """Return how near each column (1, w) is to the figure's middle, 0..1."""
    width = scene.figure.shape[1]
    _, _, middle = _measure(scene)
    across: Plane = np.exp(-0.5 * ((np.arange(width) - middle) / (WIDTH * width)) ** 2).astype(np.float32)
    return across[None, :]


def torso(scene: Scene, wanted: str) -> Mask:
    """Return the place (h, w) where a garment of this kind is seen first: around the figure's middle line."""
    height, width = scene.figure.shape
    chin, unit, middle = _measure(scene)
    begin, end = {"lower": LEGS, "full": (0.5, 6.0), "dress": (0.5, 5.0)}.get(wanted, (0.4, 2.8))
    rows = (np.arange(height) - chin) / unit
    along = (begin <= rows) & (rows <= end)
    across = np.abs(np.arange(width) - middle) <= max(0.9 * unit, 0.08 * width)
    return cast(Mask, along[:, None] & across[None, :] & scene.figure)


def _measure(scene: Scene) -> tuple[float, float, float]:
    """Row of the chin, height of a face, column of the middle, in pixels: by the outline or the face."""
    face, (height, width) = scene.face, scene.figure.shape
    if scene.plain:
        widths = np.count_nonzero(scene.figure, axis=1)
        usual = float(np.percentile(widths[widths > 0], 75))
        below = int(face.top + face.height / 2) if face is not None else 0  # wide hair is not a shoulder
        shoulder = below + int(np.argmax(widths[below:] >= WIDE * usual))
        unit = max(float(np.median(widths[shoulder : shoulder + max(1, int(usual / 2))])) / SHOULDERS, 1.0)
        chin = max(shoulder - 0.4 * unit, 0.0)
        if face is not None:
            chin = max(chin, min(face.chin, chin + unit, face.top + 1.3 * unit))
        return chin, unit, float(np.median(np.nonzero(scene.figure)[1]))
    if face is not None:
        return face.chin, face.height, face.center
    return 0.1 * height, height / HEADS, width / 2


def _figure(lab: Lab, backdrop: Backdrop) -> tuple[Mask, bool]:
    if backdrop.share >= PLAIN:
        figure = standing_out(lab, backdrop)
        if FIGURE_AREA[0] <= figure.mean() <= FIGURE_AREA[1]:
            return _closed(figure), True
    return np.ones(lab.shape[:2], np.bool_), False


def _closed(figure: Mask) -> Mask:
    """Close narrow gaps, where a pale garment has the backdrop's color for a moment."""
    radius = GAP * figure.shape[0]
    return figure | ~dilate(~dilate(figure, radius), radius)
