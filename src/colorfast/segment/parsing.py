"""What a network says a photo shows: pixels in, shares of classes or a label picture out.

Pixels are code values (h, w, 3), uint8 or uint16, read as sRGB. A share is the probability (h', w') float32 0..1
of a class, at the network's own resolution.

Neither asking about the mirrored picture as well nor a larger one pays: over 100 VITON pairs the former moves the
clothes' IoU by at most 0.006 for twice the time, the latter, at 1.8 times the pixels, loses 0.12. A picture is
never enlarged for the network: at twice their pixels the same photos lose 0.02.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, cast

import cv2
import numpy as np

from colorfast.labels import FIVE, PARTS
from colorfast.records import Array
from colorfast.segment.networks import shares_of
from colorfast.weights import Input, find

CLOTHES = PARTS["clothes"]
STRIP = 512  # rows of a label picture that are made at a time: a photo of 24 megapixels has eleven shares


class Parsed(NamedTuple):
    """What a network says about one picture."""

    shares: Array
    """(N, h', w') float32; they sum to 1."""
    classes: tuple[str, ...]
    """Names of the N classes."""
    network: str
    sha256: str
    """Of the network's file."""

    @property
    def size(self) -> tuple[int, int]:
        """h', w'."""
        return self.shares.shape[1], self.shares.shape[2]

    def of(self, names: Iterable[str]) -> Array:
        """Return the share (h', w') of several classes together."""
        chosen = [self.classes.index(name) for name in names if name in self.classes]
        return cast(Array, self.shares[chosen].sum(axis=0))


def parse(pixels: Array, network: str, *, flip: bool = False, threads: int = 1) -> Parsed:
    """Return what a network says about a picture (h, w, 3).

    flip   ask about the mirrored picture too, and take the mean

    Raises SettingsError (no such network), NetworkMissing, NetworkDamaged, NetworkUnfit.
    """
    weights = find(network)
    weights = replace(weights, input=_not_enlarged(weights.input, pixels.shape[0] * pixels.shape[1]))
    shares, classes = shares_of(pixels, weights, threads=threads)
    if flip:
        mirrored, _ = shares_of(np.ascontiguousarray(pixels[:, ::-1]), weights, threads=threads)
        shares = (shares + mirrored[..., ::-1]) / 2
    return Parsed(shares, classes, weights.name, weights.sha256)


def five_shares(parsed: Parsed) -> Array:
    """Return the shares (5, h', w') of ChromaFashionNet's five classes, in the order of their ids."""
    return np.stack([parsed.of(PARTS[name]) for name in FIVE])


def label_picture(shares: Array, size: tuple[int, int]) -> Array:
    """Return the likeliest class id (h, w) uint8 of every pixel of the photo, from shares (N, h', w')."""
    return np.concatenate([_likeliest(shares, rows, size) for rows in _strips(size[0])])


def _likeliest(shares: Array, rows: slice, size: tuple[int, int]) -> Array:
    """Return the ids of some rows of a label picture: the largest share, enlarged bilinearly."""
    height, width = size
    rise, run = shares.shape[1] / height, shares.shape[2] / width
    center = (rows.start + 0.5) * rise - 0.5
    to_small = np.array([[run, 0, 0.5 * run - 0.5], [0, rise, center]], np.float32)
    best = ids = None
    for number, share in enumerate(shares):
        large = cv2.warpAffine(
            share,
            to_small,
            (width, rows.stop - rows.start),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if best is None or ids is None:
            best, ids = large, np.zeros(large.shape, np.uint8)
            continue
        ids[large > best] = number
        np.maximum(best, large, out=best)
    assert ids is not None  # there is no network without classes
    return ids


def _strips(height: int) -> Iterator[slice]:
    for start in range(0, height, STRIP):
        yield slice(start, min(start + STRIP, height))


def _not_enlarged(how: Input, pixels: int) -> Input:
    """Return how a picture is prepared if it is small: it is not enlarged."""
    return replace(how, area=min(how.area, max(pixels, how.stride**2)))
