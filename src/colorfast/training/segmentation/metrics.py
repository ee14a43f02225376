"""How well predicted class ids agree with the truth, over a whole collection.

A confusion matrix (N, N) counts pixels: rows are the truth, columns what was found.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from colorfast.records import Array, Mask

NEAR = 3  # pixels within which a border counts as met


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Shares 0..1; per class in the order of the class ids. A class that never occurs is nan and left out."""

    pixels: float
    """Pixels that are right, of all: eq. 4 of the ChromaFashionNet paper."""
    pixels_without_background: float
    """Of those that are not background: the paper's column w/o Null."""
    per_class: tuple[float, ...]
    """Pixels that are right, of the class's own."""
    mean: float
    """Mean of `per_class`: eq. 5 as Long, Shelhamer & Darrell 2015 mean it; as printed it is eq. 4 over N."""
    iou: tuple[float, ...]
    miou: float
    """Mean of `iou`: eq. 6."""
    miou_without_background: float


def confusion(truth: Array, found: Array, classes: int) -> Array:
    """Return the counts (N, N) of two maps of class ids; ids of N and more are left out of the truth."""
    known = truth < classes
    pairs = truth[known].astype(np.int64) * classes + found[known]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def agreement(counts: Array) -> Agreement:
    """Return the measures of a confusion matrix (N, N) whose class 0 is background."""
    right, truth, found = np.diag(counts), counts.sum(1), counts.sum(0)
    with np.errstate(invalid="ignore"):
        recall = np.where(truth > 0, right / truth, np.nan)
        iou = np.where(truth > 0, right / (truth + found - right), np.nan)
        pixels, shown = right.sum() / truth.sum(), right[1:].sum() / truth[1:].sum()
    return Agreement(
        pixels=float(pixels),
        pixels_without_background=float(shown),
        per_class=tuple(recall.tolist()),
        mean=_mean(recall),
        iou=tuple(iou.tolist()),
        miou=_mean(iou),
        miou_without_background=_mean(iou[1:]),
    )


def _mean(values: Array) -> float:
    """Return the mean of those that are numbers, nan where none is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def eq_5(scores: Agreement) -> float:
    """Return the mean pixel accuracy as the paper prints it, with the sums inside: eq. 4 over the classes.

    No table of the paper can have been made by it, for it is 1 / N at most.
    """
    return scores.pixels / len(scores.per_class)


def boundary_f(truth: Mask, found: Mask, *, near: int = NEAR) -> float:
    """Return the F measure 0..1 of two masks' borders: a border pixel is met within `near` pixels.

    1 where neither has a border, 0 where only one has. Csurka, Larlus & Perronnin 2013, for one picture.
    """
    lines = _border(truth), _border(found)
    if not lines[0].any() or not lines[1].any():
        return float(not lines[0].any() and not lines[1].any())
    recall, precision = (
        float(one[_widened(two, near)].sum() / one.sum()) for one, two in (lines, lines[::-1])
    )
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _border(mask: Mask) -> Mask:
    """Return the pixels of a mask with a neighbor outside; the picture's edge is no border."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    return np.asarray(mask & (inner == 0))


def _widened(line: Mask, near: int) -> Mask:
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * near + 1, 2 * near + 1))
    return np.asarray(cv2.dilate(line.astype(np.uint8), disk) > 0)
