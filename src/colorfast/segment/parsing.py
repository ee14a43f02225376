"""What a network says a photo shows: pixels in, shares of classes out.

Pixels are code values (h, w, 3), uint8 or uint16, read as sRGB. A share is the probability (h', w') float32 0..1
of a class, at the network's own resolution.

A larger picture does not pay: over 100 VITON pairs 1.8 times the pixels lose 0.12 of the clothes' IoU. A picture
is never enlarged for the network: at twice their pixels the same photos lose 0.02.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple, cast

import numpy as np

from colorfast.labels import FIVE, PARTS
from colorfast.records import Array
from colorfast.segment.networks import shares_of
from colorfast.weights import Input, find

CLOTHES = PARTS["clothes"]


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


def parse(pixels: Array, network: str, *, flip: bool = False) -> Parsed:
    """Return what a network says about a picture (h, w, 3).

    flip   ask about the mirrored picture too, and take the mean

    Raises SettingsError (no such network), NetworkMissing, NetworkDamaged, NetworkUnfit.
    """
    weights = find(network)
    weights = replace(weights, input=_not_enlarged(weights.input, pixels.shape[0] * pixels.shape[1]))
    shares, classes = shares_of(pixels, weights)
    if flip:
        mirrored, _ = shares_of(np.ascontiguousarray(pixels[:, ::-1]), weights)
        shares = (shares + mirrored[..., ::-1]) / 2
    return Parsed(shares, classes, weights.name, weights.sha256)


def five_shares(parsed: Parsed) -> Array:
    """Return the shares (5, h', w') of ChromaFashionNet's five classes, in the order of their ids."""
    return np.stack([parsed.of(PARTS[name]) for name in FIVE])


def _not_enlarged(how: Input, pixels: int) -> Input:
    """Return how a picture is prepared if it is small: it is not enlarged."""
    return replace(how, area=min(how.area, max(pixels, how.stride**2)))
