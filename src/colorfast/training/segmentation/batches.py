"""Which photos a training step sees: a function of seed and step alone, so that a run can stop anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch

from colorfast.records import Array
from colorfast.training.loop import Batch, Batches, share
from colorfast.training.segmentation.augment import Augmentation, augment
from colorfast.training.segmentation.pictures import Pictures

ORDER, SHAPE = 0, 1  # what a generator is drawn for, so that no two draws share one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How photos become batches."""

    batch: int = 8
    """Photos a step, over all processes."""
    steps: int = 20_000
    seed: int = 0
    shapes: tuple[tuple[int, int], ...] = ((384, 256), (448, 224), (352, 288))
    """Height and width, multiples of 32; each batch has one of them."""
    small: float = 0.6
    """Share of the steps, from the first, that see three quarters of that height and width."""
    augmentation: Augmentation = field(default_factory=Augmentation)


def batches(pictures: Pictures, how: Sampling) -> Batches:
    """Return the function from a step to its photos (B, 3, H, W) float32 0..1 and labels (B, H, W) int16."""

    @lru_cache(maxsize=2)
    def order(epoch: int) -> Array:
        return np.random.default_rng((how.seed, ORDER, epoch)).permutation(len(pictures))

    def draw(step: int) -> Batch:
        size = _size(how, step)
        items = [_item(step * how.batch + place, size) for place in range(*share(how.batch))]
        photos, labels = (np.stack(part) for part in zip(*items, strict=True))
        return (
            torch.from_numpy(photos).permute(0, 3, 1, 2),
            torch.from_numpy(labels.astype(np.int16)),
        )

    def _item(number: int, size: tuple[int, int]) -> tuple[Array, Array]:
        epoch, place = divmod(number, len(pictures))
        rng = np.random.default_rng((how.seed, SHAPE + 1, number))
        return augment(*pictures[int(order(epoch)[place])], size, how.augmentation, rng)

    return draw


def _size(how: Sampling, step: int) -> tuple[int, int]:
    rng = np.random.default_rng((how.seed, SHAPE, step))
    height, width = how.shapes[rng.integers(len(how.shapes))]
    if step >= how.small * how.steps:
        return height, width
    return _three_quarters(height), _three_quarters(width)


def _three_quarters(length: int) -> int:
    return max(32, length * 3 // 4 // 32 * 32)
