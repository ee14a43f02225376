"""How good masks of clothes are, the likeliest class's as well as those that are published: sharpened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from colorfast.labels import FIVE
from colorfast.records import Array, Mask
from colorfast.training.segmentation.metrics import boundary_f

CLOTHES = FIVE.index("clothes")


class Met(NamedTuple):
    """How a mask of one photo agrees with the truth."""

    both: int
    """Pixels that are clothes in either."""
    either: int
    """And in at least one of them."""
    boundary: float
    """Boundary F, 3 px."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clothes:
    """How well masks of clothes agree with the truth, over a collection of photos."""

    iou: float
    """Of all photos' pixels together, 0..1; nan where there are no clothes."""
    boundary: float
    """Mean over the photos of the boundary F, 3 px."""

    def __str__(self) -> str:
        return f"IoU {self.iou:.3f}, border F {self.boundary:.3f}"


def met(truth: Array, found: Mask) -> Met:
    """Return the agreement of a mask with five-class ids (h, w); pixels of which nothing is known do not count."""
    clothes = truth == CLOTHES
    either = np.count_nonzero((truth < len(FIVE)) & (clothes | found))
    return Met(int(np.count_nonzero(clothes & found)), int(either), boundary_f(clothes, found))


def clothes_of(photos: Sequence[Met]) -> Clothes:
    """Return the agreement over a collection, at least one photo."""
    both, either = (sum(counts) for counts in list(zip(*photos, strict=True))[:2])
    boundary = float(np.mean([one.boundary for one in photos]))
    return Clothes(iou=both / either if either else float("nan"), boundary=boundary)
