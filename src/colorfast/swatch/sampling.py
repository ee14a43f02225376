"""The colors of what one photo shows: a photo in, weighted Lab colors of every class out.

Only the core of a class is looked at: pixels that the network is sure of and that lie away from its edge, where
colors are mixed with those of what is beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np

from colorfast.color.clusters import cluster, means
from colorfast.color.distribution import cells
from colorfast.color.profiles import to_lab
from colorfast.errors import MaskMismatch
from colorfast.labels import FIVE, FIVE_OF
from colorfast.masks import erode
from colorfast.read.image import ReadLimits
from colorfast.read.labels import read_labels
from colorfast.read.reduced import read_reduced
from colorfast.records import Array, Lab, Mask
from colorfast.segment.parsing import five_shares, parse
from colorfast.swatch.classes import TYPES
from colorfast.swatch.periods import date_in
from colorfast.swatch.photos import Shot

AREA = 512 * 384  # pixels of the reduced photo: four looks of the network's answer
SURE = 0.6  # share from which a pixel belongs to a class
EDGE = 1.5  # pixels of the reduced photo that are left out along it
LEAST = 0.0005  # share of the photo that a core must have: 100 pixels
NODES = 24  # colors that stand for a class in one photo
CELL = 2.0  # Lab units


class Points(NamedTuple):
    """Weighted colors of one class in one photo."""

    colors: Lab
    """(n, 3)."""
    weights: Array
    """(n,) share of the photo's pixels."""


class Sample(NamedTuple):
    """What a photo adds to a palette."""

    classes: Mapping[str, Points]
    date: str
    """YYYY, YYYY-MM or YYYY-MM-DD; '' if unknown."""
    group: str


def sample(shot: Shot, *, network: str, classes: str, limits: ReadLimits) -> Sample:
    """Return the colors of what a photo shows.

    network   asked where the shot has no labels
    classes   what label ids mean: "5" or "garment"

    Raises as reading, labels and networks do.
    """
    photo, taken = read_reduced(shot.photo, AREA, limits)
    if shot.labels is None:
        ids, names = _parsed(photo.pixels, network)
    else:
        ids, names = _labeled(shot, photo.size), FIVE if classes == "5" else TYPES
    points = colors_of(to_lab(photo.pixels, photo.profile), ids, names)
    date = shot.date or taken or date_in(shot.photo.name) or date_in(shot.photo.parent.name)
    return Sample(points, date, shot.group)


def colors_of(lab: Lab, ids: Array, names: tuple[str, ...]) -> dict[str, Points]:
    """Return the colors of each class but the background that has a core.

    lab     (h, w, 3)
    ids     (h, w) place in `names`, of which the first is the background; what is beyond them is unsure
    """
    found = {}
    for number, name in enumerate(names):
        core = erode(ids == number, EDGE)
        share = float(core.mean())
        if number and share >= LEAST:
            found[name] = _points(lab, core, share)
    return found


def _points(lab: Lab, core: Mask, share: float) -> Points:
    colors, weights = cells(lab, core, edge=CELL)
    if len(colors) > NODES:
        colors, weights = means(colors, weights, cluster(colors, weights, NODES))
    return Points(colors, weights * np.float32(share / weights.sum()))


def _parsed(pixels: Array, network: str) -> tuple[Array, tuple[str, ...]]:
    """Return the id of each pixel and what ids mean: surely one of the five classes, and in it the likeliest."""
    parsed = parse(pixels, network)
    five = five_shares(parsed)
    best = np.argmax(five, axis=0)
    member = np.array(FIVE_OF)[:, None, None] == best
    ids = np.argmax(np.where(member, parsed.shares, -1), axis=0).astype(np.uint8)
    ids[five.max(axis=0) < SURE] = len(parsed.classes)
    size = pixels.shape[1], pixels.shape[0]
    return cv2.resize(ids, size, interpolation=cv2.INTER_NEAREST), TYPES


def _labeled(shot: Shot, size: tuple[int, int]) -> Array:
    """Return the ids of the label file at the reduced photo's size."""
    assert shot.labels is not None
    ids = read_labels(shot.labels)
    height, width = size
    if abs(ids.shape[0] * width - ids.shape[1] * height) > max(ids.shape) + max(size):  # beyond rounding
        raise MaskMismatch(ids.shape[:2], size)
    return cv2.resize(ids, (width, height), interpolation=cv2.INTER_NEAREST)
