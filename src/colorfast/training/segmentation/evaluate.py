"""A network's answers on whole labeled photos, and how good they are on the five classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np

from colorfast.inference import open_network
from colorfast.labels import FIVE
from colorfast.records import Array
from colorfast.segment.networks import as_seen
from colorfast.segment.sharpen import sharpen
from colorfast.training.segmentation.classes import SPANS, five_ids
from colorfast.training.segmentation.final import CLOTHES, Clothes, clothes_of, met
from colorfast.training.segmentation.metrics import Agreement, agreement, confusion
from colorfast.weights import Input

AREA = Input().area  # pixels of a photo as the networks see it, whatever its shape

Predict: TypeAlias = Callable[[Array], Array]  # photo (h, w, 3) uint8 -> probabilities (5, h, w)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a network reaches on a collection of labeled photos."""

    agreement: Agreement
    clothes: Clothes
    """Of the likeliest class."""
    sharpened: Clothes | None
    """Of the masks that are published; None where they were not asked for."""
    counts: Array
    """(5, 5) confusion matrix: rows are the truth."""
    photos: tuple[float, ...]
    """mIoU of each photo, over the classes that it shows; nan where nothing is known of it."""

    @property
    def clothes_boundary(self) -> float:
        """Mean over the photos of the boundary F of clothes, 3 px."""
        return self.clothes.boundary


def file_predictor(path: Path, *, flip: bool = False, area: int = AREA) -> Predict:
    """Return the function from a photo to the probabilities of the five classes at the photo's size.

    It asks an exported file, as ONNX Runtime computes it on one thread.

    flip   also ask about the mirrored photo and take the mean
    """
    return at_photo_size(open_network(path), flip=flip, area=area)


def at_photo_size(ask: Predict, *, flip: bool, area: int) -> Predict:
    """Return the predictor of a network that takes (1, 3, H, W) and gives shares of the five or of ours."""

    def predict(photo: Array) -> Array:
        rgb = as_seen(photo, Input(area=area))
        found = ask(rgb)
        if flip:
            found = (found + ask(np.ascontiguousarray(rgb[..., ::-1]))[..., ::-1]) / 2
        planes = np.ascontiguousarray(_in_five(found[0]).transpose(1, 2, 0))
        full = cv2.resize(planes, (photo.shape[1], photo.shape[0]), interpolation=cv2.INTER_LINEAR)
        return np.moveaxis(full, 2, 0)

    return predict


def _in_five(shares: Array) -> Array:
    """Return the probabilities (5, h, w) of the five classes from those or from those of GARMENT."""
    return shares if len(shares) == len(FIVE) else np.add.reduceat(shares, SPANS, axis=0)


def evaluate(
    predict: Predict, photos: Iterable[tuple[Array, Array]], *, sharpened: bool = False
) -> Evaluation:
    """Return what is reached on photos with their labels; each photo is asked about once.

    sharpened   measure the masks that are published too
    """
    counts, table = np.zeros((len(FIVE), len(FIVE)), np.int64), five_ids()
    each, raw, sharp = [], [], []
    for photo, labels in photos:
        truth, shares = table[labels], predict(photo)
        found = shares.argmax(0)
        confused = confusion(truth, found, len(FIVE))
        counts += confused
        each.append(agreement(confused).miou if confused.any() else math.nan)
        raw.append(met(truth, found == CLOTHES))
        if sharpened:
            sharp.append(met(truth, sharpen(photo, shares[CLOTHES])))
    return Evaluation(
        agreement=agreement(counts),
        clothes=clothes_of(raw),
        sharpened=clothes_of(sharp) if sharpened else None,
        counts=counts,
        photos=tuple(each),
    )
