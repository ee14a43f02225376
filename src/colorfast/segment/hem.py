"""Tell a garment from another of nearly its color above or below it: scene and region in, the other one out.

Where a shirt ends and dark trousers begin, color steps at once from one row to the next, and below are colors
that are not found above. Both are asked for: a print ends as suddenly, but its ground goes on; an ombre brings
new colors, but slowly. A garment of two colors, as its reference shows it, stays whole.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from colorfast.color.distribution import palette_of
from colorfast.records import Mask, Palette
from colorfast.segment.colors import learned_density
from colorfast.segment.kind import distance_to, likeness
from colorfast.segment.scene import Scene, chin_and_unit

Plane = npt.NDArray[np.float32]

CUT = frozenset({"auto", "upper", "lower", "outerwear"})  # kinds that end at the hip, or may
FROM, TO = 1.0, 5.0  # where a hem is looked for, in face heights below the chin
NEAR, FAR = 0.3, 1.5  # face heights: of cloth on either side that must step, and that must differ
GAP = 0.06  # face heights on either side of the hem that are left out: its shadow, its slant
BAND = 0.4  # face heights around the hem's row where each pixel is decided by its own color
BIN = 2.0  # Lab units
TRIED = 5  # of the steepest rows
SPREAD = 2.2  # Lab units; two blacks side by side are told apart at 6
UNSEEN = 0.2  # times less common on the other side: a color that is not found there
STEPS, DIFFERS = 0.6, 0.6  # shares of the colors below, near the hem and further, that are not found above
FEWEST = 30  # pixels on either side that can tell
MORE_LIKE = 0.05  # by which a garment must look more like its target without the other one,
FOREIGN = 6.0  # unless the other's colors are so far, Lab units, from all that the target has
NODES = 16
LOWER = 0.6  # share of the upper one's distance to the target within which the lower one is meant


class Sides(NamedTuple):
    """Two stretches of cloth, (h, w) each, with a hem between."""

    above: Mask
    below: Mask


def another_garment(scene: Scene, region: Mask, target: Palette, wanted: str) -> Mask | None:
    """Return the pixels (h, w) of the region that are another garment than the wanted; None where none is."""
    if wanted not in CUT:
        return None
    hem = _find_hem(scene, region)
    if hem is None:
        return None
    whole = _sides(region, hem, scene.figure.shape[0], 0)
    keep, drop = _wanted_first(scene, whole, target, wanted)
    gain = likeness(scene.lab, keep, target) - likeness(scene.lab, region, target)
    if gain < (0 if _away(scene, drop, target) > FOREIGN else MORE_LIKE):
        return None
    return _by_color(scene, hem, keep, drop)


def _find_hem(scene: Scene, region: Mask) -> float | None:
    """Return the row at which colors step and stay different; None if there is no such row."""
    chin, unit = chin_and_unit(scene)
    steps = _steps(scene, region, unit)
    first, last = (int(np.clip(chin + far * unit, 0, len(steps))) for far in (FROM, TO))
    steps[:first], steps[last:] = 0, 0
    for _ in range(TRIED):
        row = int(np.argmax(steps))
        if steps[row] == 0:
            return None
        near, far = (_sides(region, row, reach * unit, GAP * unit) for reach in (NEAR, FAR))
        if _unseen(scene, near) >= STEPS and _unseen(scene, far) >= DIFFERS:
            return float(row)
        steps[max(row - int(NEAR * unit), 0) : row + int(NEAR * unit) + 1] = 0
    return None


def _steps(scene: Scene, region: Mask, unit: float) -> npt.NDArray[np.float64]:
    """How far (h,), in Lab units, colors move from just above each row to just below it."""
    height, reach = region.shape[0], max(2, round(NEAR * unit))
    rows = np.nonzero(region)[0]
    total = np.zeros(height)
    counts = np.bincount(rows, minlength=height).cumsum()
    top, middle = np.maximum(np.arange(height) - reach, 0), np.arange(height)
    bottom = np.minimum(middle + reach, height - 1)
    above, below = counts[middle] - counts[top], counts[bottom] - counts[middle]
    for channel in range(3):
        bins = ((scene.lab[..., channel][region] + 128) / BIN).astype(np.int64)
        size = int(bins.max(initial=0)) + 1
        table = np.bincount(rows * size + bins, minlength=height * size).reshape(height, size).cumsum(axis=0)
        shares = [
            (table[end] - table[start]) / np.maximum(count, 1)[:, None]
            for start, end, count in ((top, middle, above), (middle, bottom, below))
        ]
        moved = BIN * np.abs(np.cumsum(shares[0] - shares[1], axis=1)).sum(axis=1)
        total += moved**2
    return np.where(np.minimum(above, below) >= FEWEST, np.sqrt(total), 0.0)


def _sides(region: Mask, row: float, reach: float, gap: float) -> Sides:
    rows = np.arange(region.shape[0])[:, None]
    above, below = (
        (rows > row - gap - reach) & (rows <= row - gap),
        (rows > row + gap) & (rows <= row + gap + reach),
    )
    return Sides(region & above, region & below)


def _unseen(scene: Scene, sides: Sides) -> float:
    """Share of the colors below the hem, 0..1, that are not found above it."""
    if min(np.count_nonzero(side) for side in sides) < FEWEST:
        return 0.0
    above, below = (learned_density(scene.cells, side, SPREAD) for side in sides)
    index = scene.cells.index[sides.below]
    return float((above[index] < UNSEEN * below[index]).mean())


def _wanted_first(scene: Scene, sides: Sides, target: Palette, wanted: str) -> tuple[Mask, Mask]:
    """The side that is wanted, and the other: by its kind, else below only if clearly nearer the target."""
    if wanted == "auto":
        above, below = (distance_to(palette_of(scene.lab[side], nodes=NODES), target) for side in sides)
        wanted = "lower" if below < LOWER * above else "upper"
    return (sides.below, sides.above) if wanted == "lower" else (sides.above, sides.below)


def _away(scene: Scene, side: Mask, target: Palette) -> float:
    """Mean distance, Lab units, from the colors of a side to the nearest of the target's."""
    seen = palette_of(scene.lab[side], nodes=NODES)
    nearest = np.linalg.norm(seen.colors[:, None] - target.colors[None], axis=-1).min(axis=1)
    return float(np.average(nearest, weights=seen.weights))


def _by_color(scene: Scene, hem: float, keep: Mask, drop: Mask) -> Mask:
    """The side that is dropped; near the hem each pixel (h, w) goes to the side whose colors it has."""
    _, unit = chin_and_unit(scene)
    kept, dropped = (learned_density(scene.cells, side, SPREAD) for side in (keep, drop))
    foreign = (dropped > kept)[scene.cells.index]
    near = np.abs(np.arange(keep.shape[0]) - hem)[:, None] <= BAND * unit
    return cast(Mask, np.where(near, foreign & (keep | drop), drop))
