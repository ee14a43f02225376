"""Pairs of pictures for histogram analogy: a source, a reference, and the source in the reference's colors.

A function of seed and step alone. Pictures are Lab scaled for networks: L* / 50 - 1, a* / 110, b* / 110.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from colorfast.color.spaces import rgb_to_lab
from colorfast.read.image import read_photo
from colorfast.records import Array
from colorfast.training.loop import Batch, Batches, share
from colorfast.training.transfer.recolor import draw_grade

KEPT = 2048  # decoded photos that are held in memory
SCALE = np.array([50, 110, 110], np.float32)
OFFSET = np.array([1, 0, 0], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cropping:
    """How photos become batches of crops."""

    batch: int = 8
    """Pairs a step, over all processes."""
    side: int = 256
    """Pixels; a multiple of 32."""
    seed: int = 0
    identical: float = 0.1
    """Share of pairs whose source has the reference's colors already."""
    elsewhere: float = 0.5
    """Share of pairs whose reference is another crop of the photo."""


def scaled(rgb: Array) -> Array:
    """Return pixels (h, w, 3), codes or sRGB 0..1, as networks see them, (3, h, w) float32."""
    return np.ascontiguousarray((rgb_to_lab(rgb) / SCALE - OFFSET).transpose(2, 0, 1), np.float32)


def to_lab(planes: Array) -> Array:
    """Return Lab (h, w, 3) of what a network gives, (3, h, w)."""
    return np.asarray((planes.transpose(1, 2, 0) + OFFSET) * SCALE, np.float32)


def crop_batches(scenes: Sequence[Sequence[Path]], how: Cropping) -> Batches:
    """Return the function from a step to pairs (B, 7, side, side), labels all 0, and truths with the pairs.

    The second tensor (B, 10, side, side) holds truth and pair: what a teacher says is asked by the loss.
    """

    def draw(step: int) -> Batch:
        items = [_item(step * how.batch + place) for place in range(*share(how.batch))]
        truth, pair = (torch.from_numpy(np.stack(part)) for part in zip(*items, strict=True))
        return pair, torch.cat([truth, pair], 1)

    def _item(number: int) -> tuple[Array, Array]:
        rng = np.random.default_rng((how.seed, number))
        before, after = _versions(scenes[int(rng.integers(len(scenes)))], how, rng)
        here = _corner(before, how.side, rng)
        there = _corner(after, how.side, rng) if rng.random() < how.elsewhere else here
        flip = -1 if rng.random() < 0.5 else 1
        source, truth = (scaled(_crop(one, here, how.side, flip)) for one in (before, after))
        reference = scaled(_crop(after, there, how.side, flip))
        return truth, np.concatenate([source, reference, np.zeros((1, how.side, how.side), np.float32)])

    return draw


def parts_of(batch: Tensor) -> tuple[Tensor, Tensor]:
    """Return truths (B, 3, H, W) and pairs (B, 7, H, W) of a batch's second tensor."""
    return batch[:, :3], batch[:, 3:]


def _versions(scene: Sequence[Path], how: Cropping, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a photo before and after a change of its colors, (h, w, 3) float32 0..1 each."""
    first, second = (scene[int(rng.integers(len(scene)))] for _ in range(2))
    one, other = (_as_floats(_photo(path, how.side)) for path in (first, second))
    if rng.random() < how.identical:
        return other, other
    if first == second or one.shape != other.shape:
        other = draw_grade(rng)(one.reshape(-1, 3)).reshape(one.shape)
    return (one, other) if rng.random() < 0.5 else (other, one)


@lru_cache(maxsize=KEPT)
def _photo(path: Path, side: int) -> Array:
    """Return a photo's code values (h, w, 3), its shorter side 1.25 times the crop's."""
    pixels = read_photo(path).pixels
    scale = 1.25 * side / min(pixels.shape[:2])
    size = tuple(max(side, round(length * scale)) for length in pixels.shape[1::-1])
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def _as_floats(codes: Array) -> Array:
    return np.asarray(codes / np.float32(np.iinfo(codes.dtype).max), np.float32)


def _corner(photo: Array, side: int, rng: np.random.Generator) -> tuple[int, int]:
    top, left = (int(rng.integers(length - side + 1)) for length in photo.shape[:2])
    return top, left


def _crop(photo: Array, corner: tuple[int, int], side: int, flip: int) -> Array:
    top, left = corner
    return np.ascontiguousarray(photo[top : top + side, left : left + side][:, ::flip])
