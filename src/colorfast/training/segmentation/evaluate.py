"""A network's answers on whole labeled photos, and how good they are on the five classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import torch
from torch import nn

from colorfast.inference import open_network
from colorfast.labels import FIVE
from colorfast.records import Array
from colorfast.training.segmentation.classes import five_ids
from colorfast.training.segmentation.losses import in_five
from colorfast.training.segmentation.metrics import Agreement, agreement, boundary_f, confusion

AREA = 384 * 256  # pixels of a photo as the networks see it, whatever its shape
STRIDE = 32  # height and width are multiples of it
CLOTHES = FIVE.index("clothes")

Predict: TypeAlias = Callable[[Array], Array]  # photo (h, w, 3) uint8 -> probabilities (5, h, w)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a network reaches on a collection of labeled photos."""

    agreement: Agreement
    clothes_boundary: float
    """Mean over the photos of the boundary F of clothes, 3 px."""
    counts: Array
    """(5, 5) confusion matrix: rows are the truth."""


def network_size(height: int, width: int, area: int = AREA) -> tuple[int, int]:
    """Return the height and width at which a photo is shown to a network: its shape, about `area` pixels."""
    scale = math.sqrt(area / (height * width))
    rows, columns = (max(STRIDE, round(side * scale / STRIDE) * STRIDE) for side in (height, width))
    return rows, columns


def predictor(network: nn.Module, *, device: str = "cpu", flip: bool = False, area: int = AREA) -> Predict:
    """Return the function from a photo to the probabilities of the five classes at the photo's size.

    flip   also ask about the mirrored photo and take the mean
    """
    network.eval()

    @torch.no_grad()
    def ask(rgb: Array) -> Array:
        seen = torch.from_numpy(rgb).to(device, memory_format=torch.channels_last)
        return five_shares(network(seen)).float().cpu().numpy()

    return _at_photo_size(ask, flip=flip, area=area)


def file_predictor(path: Path, *, flip: bool = False, area: int = AREA) -> Predict:
    """Return the same for an exported file, as ONNX Runtime computes it on one thread."""
    answers = open_network(path)
    return _at_photo_size(lambda rgb: in_five(torch.from_numpy(answers(rgb))).numpy(), flip=flip, area=area)


def as_seen(photo: Array, area: int = AREA) -> Array:
    """Return a photo (h, w, 3) uint8 as a network sees it: (1, 3, H, W) float32 0..1."""
    rows, columns = network_size(photo.shape[0], photo.shape[1], area)
    small = cv2.resize(photo, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small.transpose(2, 0, 1)[None]).astype(np.float32) / 255


def _at_photo_size(ask: Predict, *, flip: bool, area: int) -> Predict:
    def predict(photo: Array) -> Array:
        rgb = as_seen(photo, area)
        found = ask(rgb)
        if flip:
            found = (found + ask(np.ascontiguousarray(rgb[..., ::-1]))[..., ::-1]) / 2
        planes = np.ascontiguousarray(found[0].transpose(1, 2, 0))
        full = cv2.resize(planes, (photo.shape[1], photo.shape[0]), interpolation=cv2.INTER_LINEAR)
        return np.moveaxis(full, 2, 0)

    return predict


def five_shares(logits: torch.Tensor) -> torch.Tensor:
    """Return the probabilities of the five classes from logits over the five or over ours."""
    shares = logits.softmax(1)
    return shares if shares.shape[1] == len(FIVE) else in_five(shares)


def evaluate(predict: Predict, photos: Iterable[tuple[Array, Array]]) -> Evaluation:
    """Return what is reached on photos with their labels."""
    counts, borders, table = np.zeros((len(FIVE), len(FIVE)), np.int64), [], five_ids()
    for photo, labels in photos:
        truth, found = table[labels], predict(photo).argmax(0)
        counts += confusion(truth, found, len(FIVE))
        borders.append(boundary_f(truth == CLOTHES, found == CLOTHES))
    return Evaluation(agreement=agreement(counts), clothes_boundary=float(np.mean(borders)), counts=counts)
