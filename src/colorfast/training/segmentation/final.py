"""How good the masks are that are published: a network's clothes after sharpening, at the photos' own size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from colorfast.labels import FIVE
from colorfast.records import Array, Mask
from colorfast.segment.sharpen import sharpen
from colorfast.training.segmentation.classes import five_ids
from colorfast.training.segmentation.evaluate import CLOTHES, Predict
from colorfast.training.segmentation.metrics import boundary_f


@dataclass(frozen=True, slots=True, kw_only=True)
class Clothes:
    """How well masks of clothes agree with the truth, over a collection of photos."""

    iou: float
    """Of all photos' pixels together, 0..1; nan where there are no clothes."""
    boundary: float
    """Mean over the photos of the boundary F, 3 px."""

    def __str__(self) -> str:
        return f"IoU {self.iou:.3f}, border F {self.boundary:.3f}"


def final_masks(predict: Predict, photos: Iterable[tuple[Array, Array]]) -> tuple[Clothes, Clothes]:
    """Return what the likeliest class and the sharpened mask reach on photos with their labels."""
    table, pairs = five_ids(), []
    for photo, labels in photos:
        truth, shares = table[labels], predict(photo)
        found = shares.argmax(0) == CLOTHES, sharpen(photo, shares[CLOTHES])
        pairs.append([(truth, mask) for mask in found])
    raw, sharp = (_clothes([pair[at] for pair in pairs]) for at in (0, 1))
    return raw, sharp


def _clothes(pairs: list[tuple[Array, Mask]]) -> Clothes:
    """Return the agreement of masks with five-class ids; pixels of which nothing is known do not count."""
    both = either = 0
    for truth, found in pairs:
        known = truth < len(FIVE)
        both += int(np.count_nonzero((truth == CLOTHES) & found))
        either += int(np.count_nonzero(known & ((truth == CLOTHES) | found)))
    borders = [boundary_f(truth == CLOTHES, found) for truth, found in pairs]
    return Clothes(iou=both / either if either else float("nan"), boundary=float(np.mean(borders)))
