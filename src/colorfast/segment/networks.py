"""What networks say about a picture, in our classes.

Pixels are code values (h, w, 3), uint8 or uint16, read as sRGB. Shares are probabilities (N, h', w') float32 at the
network's own resolution; they sum to 1 in every pixel, and cover the whole picture without padding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from colorfast.errors import NetworkUnfit
from colorfast.inference import open_network
from colorfast.labels import GARMENT
from colorfast.records import Array
from colorfast.weights import SHIPPED, Input, Weights, find

MOST = 64  # strides of a side, as exported files declare it
LEAST = np.float32(1e-6)  # share of a class, so that one nobody sees divides nothing by zero


class Shares(NamedTuple):
    """What each pixel shows."""

    shares: Array
    """(N, h', w') float32, 0..1."""
    classes: tuple[str, ...]
    """The names of the N."""


def shares_of(pixels: Array, weights: Weights) -> Shares:
    """Return what a network says about a picture, in our eleven classes.

    Where a network cannot tell some of ours apart, as a shirt from a jacket, its share is divided among them as
    the shipped network divides them there.

    Raises NetworkMissing, NetworkDamaged, NetworkUnfit.
    """
    if weights.task != "parsing":
        raise NetworkUnfit(weights.path, f"{weights.name} finds the edge of a mask and names nothing")
    found = open_network(weights.path)(as_seen(pixels, weights.input))[0]
    if len(found) != len(weights.labels):
        reason = f"it tells {len(found)} classes apart, and {weights.name} has {len(weights.labels)}"
        raise NetworkUnfit(weights.path, reason)
    shares = softmax(found) if weights.logits else found
    if weights.labels == GARMENT:
        return Shares(shares, GARMENT)
    ours = shares_of(pixels, find(SHIPPED)).shares if _vague(weights.labels) else None
    return Shares(in_ours(shares, weights.labels, ours), GARMENT)


def in_ours(shares: Array, labels: Sequence[str], ours: Array | None = None) -> Array:
    """Return shares (M, h, w) of another's classes as shares (11, h, w) of ours.

    labels   what each of the M means: names of ours, several where it may be any of them
    ours     shares (11, h', w') that decide between several: P(c | any of S) = P(c) / sum of P over S
    """
    members = np.array([[part in words.split() for part in GARMENT] for words in labels], np.float32)
    if ours is None:
        return np.asarray(np.einsum("mc,mhw->chw", members, shares))
    height, width = shares.shape[1:]
    prior = np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA) for one in ours])
    prior = np.maximum(prior, LEAST)
    together = np.einsum("mc,chw->mhw", members, prior)
    return np.asarray(prior * np.einsum("mc,mhw->chw", members, shares / together))


def softmax(logits: Array) -> Array:
    """Return probabilities over the first axis."""
    powers = np.exp(logits - logits.max(0))
    return np.asarray(powers / powers.sum(0))


def as_seen(pixels: Array, how: Input) -> Array:
    """Return a picture as a network sees it: (1, 3, H, W) float32, area-averaged, standardized."""
    rows, columns = how.size or network_size(pixels.shape[0], pixels.shape[1], how)
    small = cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)
    white = np.float32(np.iinfo(pixels.dtype).max)
    planes = np.ascontiguousarray(small.transpose(2, 0, 1)[None]).astype(np.float32) / white
    mean, deviation = (np.array(three, np.float32).reshape(3, 1, 1) for three in (how.mean, how.deviation))
    return np.asarray((planes - mean) / deviation)


def network_size(height: int, width: int, how: Input) -> tuple[int, int]:
    """Return the rows and columns at which a picture of its own shape is shown to a network.

    A strip that would be longer than MOST strides is squeezed.
    """
    scale = math.sqrt(how.area / (height * width)) / how.stride
    rows, columns = (min(max(1, round(side * scale)), MOST) * how.stride for side in (height, width))
    return rows, columns


def _vague(labels: Sequence[str]) -> bool:
    return any(len(words.split()) > 1 for words in labels)
