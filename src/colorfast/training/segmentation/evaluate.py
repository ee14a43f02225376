"""A network's answers on whole labeled photos, and how good they are on the five classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import torch
from torch import nn

from colorfast.records import Array
from colorfast.training.segmentation.classes import FIVE, five_ids
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
    def predict(photo: Array) -> Array:
        rows, columns = network_size(photo.shape[0], photo.shape[1], area)
        seen = cv2.resize(photo, (columns, rows), interpolation=cv2.INTER_AREA)
        rgb = torch.from_numpy(seen).to(device).permute(2, 0, 1)[None].float() / 255
        views = torch.cat([rgb, rgb.flip(3)]) if flip else rgb
        found = five_shares(network(views.contiguous(memory_format=torch.channels_last)))
        if flip:
            found = (found[:1] + found[1:].flip(3)) / 2
        planes = found[0].float().cpu().numpy().transpose(1, 2, 0)
        full = cv2.resize(planes, photo.shape[1::-1], interpolation=cv2.INTER_LINEAR)
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
