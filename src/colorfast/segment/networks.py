"""What networks say about a picture, in our classes.

Pixels are code values (h, w, 3), uint8 or uint16, read as sRGB. Shares are probabilities (N, h', w') float32 at the
network's own resolution; they sum to 1 in every pixel, and cover the whole picture without padding.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from colorfast.errors import NetworkUnfit
from colorfast.inference import open_network
from colorfast.labels import GARMENT
from colorfast.records import Array
from colorfast.weights import Input, Weights


class Shares(NamedTuple):
    """What each pixel shows."""

    shares: Array
    """(N, h', w') float32, 0..1."""
    classes: tuple[str, ...]
    """The names of the N."""


def shares_of(pixels: Array, weights: Weights, *, threads: int = 1) -> Shares:
    """Return what a network says about a picture. Raises NetworkMissing, NetworkDamaged, NetworkUnfit."""
    found = open_network(weights.path, threads=threads)(as_seen(pixels, weights.input))[0]
    if len(found) != len(weights.labels):
        reason = f"it tells {len(found)} classes apart, and {weights.name} has {len(weights.labels)}"
        raise NetworkUnfit(weights.path, reason)
    return Shares(found, GARMENT)


def as_seen(pixels: Array, how: Input) -> Array:
    """Return a picture as a network sees it: (1, 3, H, W) float32, area-averaged, standardized."""
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    rows, columns = how.size or network_size(pixels.shape[0], pixels.shape[1], how)
    small = cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)
    planes = np.ascontiguousarray(small.transpose(2, 0, 1)[None]).astype(np.float32) / 255
    mean, deviation = (np.array(three, np.float32).reshape(3, 1, 1) for three in (how.mean, how.deviation))
    return np.asarray((planes - mean) / deviation)


def network_size(height: int, width: int, how: Input) -> tuple[int, int]:
    """Return the rows and columns at which a picture of its own shape is shown to a network."""
    scale = math.sqrt(how.area / (height * width))
    rows, columns = (
        max(how.stride, round(side * scale / how.stride) * how.stride) for side in (height, width)
    )
    return rows, columns
