"""From a network's coarse shares to a mask whose edge is the picture's: pixels and shares in, a hard mask out.

A network of today's size answers at some hundred pixels a side, smoothly, and is sure of more than it sees. What
it knows is where things are; how they end is in the picture. So the mask is the region that costs least:

    minimize over u in 0..1   sum of g |grad u|  -  sum of u (log s / (1 - s) + 0.7 log p / q - 0.3)

with the share s that the network gives, the densities p and q of the pixel's color within the region and outside
it, both learned from this picture alone, and a border g that is cheap where neighbors differ. This is the energy of
GrabCut (Rother, Kolmogorov & Blake 2004, doi:10.1145/1015706.1015720) and the network's word added to it; with u
between 0 and 1 it is convex (Chan, Esedoglu & Nikolova 2006, doi:10.1137/040615286) and solved by the primal-dual
steps of Chambolle & Pock 2011, doi:10.1007/s10851-010-0251-1. Any threshold of u is a cheapest region.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.color.spaces import rgb_to_lab
from colorfast.compiled import kernel
from colorfast.masks import bounding_box, edge_distance
from colorfast.records import Array, Lab, Mask
from colorfast.segment.colors import Bins, binned_density, bins_of
from colorfast.segment.unmix import unmix

Plane = npt.NDArray[np.float32]

WORKING = 320  # pixels of the longer side on which the region is found
BAND = 1.0  # of those pixels to either side of the region's edge: where the full picture decides
HALF = 127  # of 255
SPECK = 0.34  # of the band: what is smaller than that to either side is noise
ROUNDS = 2  # of learning colors and finding the region
STEPS = 120  # of the solver a round
MARGIN = 8  # pixels around all that has reason to be in the region: it ends before, so that a box will do
DOUBT = 0.003  # the network is never believed further than this from 0 and 1
NEAR, FAR = 30.0, 0.02  # of those pixels: what is further off teaches less what is beside; and the least
CELL = 2.0
"""Lab units: how finely colors are told apart, and how far its like lie around each; white from white."""
LEAST = np.float32(1e-6)  # keeps a division by no share at all finite
UNSEEN = 1e-8  # density of a color not seen, per cubic Lab unit
LOUDEST = 5.0  # the most that a color may say for or against, nats
COLOR = np.float32(0.7)  # what color says counts less than a network's word: neighbors repeat each other
CAUTION = 0.3  # nats against the region: what is too much spills color, and networks find clothes too readily
NOISE = 1.0  # squared Lab units between neighbors that mean nothing
BORDER, FLAT = 20.0, 2.0  # nats a pixel of border costs where neighbors are alike, and where they differ
PRIMAL, DUAL = np.float32(0.04), np.float32(3.0)  # step lengths; their product times 8 stays below 1
ZERO, ONE, TWO = np.float32(0), np.float32(1), np.float32(2)


class Seen(NamedTuple):
    """A reduced picture, as every region of it needs it."""

    bins: Bins
    right: Plane
    """(h, w) what a border between a pixel and the next costs; 0 at the edge of the picture."""
    down: Plane


def sharpen(pixels: Array, share: Array) -> Mask:
    """Return the mask (h, w) of a garment that a network has found.

    pixels   (h, w, 3) uint8 or uint16 code values, sRGB or near it
    share    (h', w') float32 0..1, how likely each part of the picture is the garment; any resolution
    """
    return np.asarray(_at_full_size(pixels, _region(_seen(pixels), share, ROUNDS)) > HALF)


def sharpen_classes(pixels: Array, shares: Array) -> Array:
    """Return the class (h, w) uint8 of each pixel.

    A class is weighed against its strongest rival: where a shirt has 0.4 and a jacket 0.4, neither has half, and
    it is not background all the same. What no region takes has the class that is likeliest.

    pixels   as of `sharpen`
    shares   (N, h', w') float32, one class a plane
    """
    seen = _seen(pixels)
    likeliest, first, second = _ranked(shares)
    ids = np.asarray(cv2.resize(likeliest, pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST))
    best = np.full(pixels.shape[:2], HALF, np.uint8)
    for number, share in enumerate(shares):
        leads = share >= first
        if leads.any():
            against = share / np.maximum(share + np.where(leads, second, first), LEAST)
            region = _at_full_size(pixels, _region(seen, against, 1))
            np.copyto(ids, np.uint8(number), where=region > best)
            np.maximum(best, region, out=best)
    return ids


def _ranked(shares: Array) -> tuple[Array, Plane, Plane]:
    """Return at each place (h', w') the likeliest class, its share, and the second largest share."""
    first = second = np.zeros(shares.shape[1:], np.float32)
    likeliest = np.zeros(shares.shape[1:], np.uint8)
    for number, share in enumerate(shares):
        np.copyto(likeliest, np.uint8(number), where=share > first)
        second = np.maximum(second, np.minimum(first, share))
        first = np.maximum(first, share)
    return likeliest, first, second


def _seen(pixels: Array) -> Seen:
    lab = rgb_to_lab(_reduced(pixels))
    return Seen(bins_of(lab, CELL), *_borders(lab))


def _region(seen: Seen, share: Array, rounds: int) -> Plane:
    """Return the region u (h, w) that costs least, on the reduced picture."""
    u = np.clip(_resized(share, seen.right.shape), DOUBT, 1 - DOUBT).astype(np.float32)
    said = np.log(u / (1 - u)) - np.float32(CAUTION)
    around = _nearness(u > 0.5)
    for _ in range(rounds):
        inside, outside = _density(seen.bins, _surest(u)), _density(seen.bins, _surest(1 - u) * around)
        color = COLOR * np.clip(np.log(inside / outside), -LOUDEST, LOUDEST)
        u = _within_box(-said - color[seen.bins.index], seen, u)
    return u


def _within_box(cost: Plane, seen: Seen, start: Plane) -> Plane:
    """Return the region, looked for where a pixel has reason to be in it; a copy, as loops run on whole rows."""
    u = np.zeros_like(start)
    box = bounding_box(cost < 0, MARGIN)
    cost, right, down, start = (
        np.ascontiguousarray(each[box]) for each in (cost, seen.right, seen.down, start)
    )
    u[box] = _cheapest(cost, right, down, start, STEPS)
    return u


def _surest(u: Plane) -> Plane:
    """Return what pixels count that teach their colors: the share's eighth power, so the surest do the most."""
    return np.square(np.square(np.square(u)))


def _nearness(region: Mask) -> Plane:
    """Return how much each pixel (h, w) outside a region teaches of what is beside it."""
    if not region.any():
        return np.ones(region.shape, np.float32)
    away = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    return np.asarray(np.exp(-away / NEAR) + FAR)


def _density(bins: Bins, weight: Plane) -> Plane:
    return binned_density(bins, weight) + np.float32(UNSEEN)


def _at_full_size(pixels: Array, region: Plane) -> Array:
    """Return the region's share (h, w) uint8 of each pixel of the whole picture: unmixed across its edge.

    Bytes, and floats in the region's box alone: a photo of 24 megapixels would take 100 MB a plane of floats.
    """
    full = _resized(np.rint(255 * region).astype(np.uint8), pixels.shape[:2])
    inside = full > HALF
    band = BAND * max(1.0, max(pixels.shape[:2]) / WORKING)
    box = bounding_box(inside, 2 * band + 2)
    if not inside[box].all():
        distance = edge_distance(inside[box], math.ceil(band) + 1)
        full[:] = 0
        shares = np.rint(255 * unmix(pixels[box], distance, band, band)).astype(np.uint8)
        full[box] = cv2.medianBlur(shares, 2 * round(SPECK * band) + 1)
    return full


def _reduced(pixels: Array) -> Array:
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    scale = WORKING / max(pixels.shape[:2])
    size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels


def _resized(plane: Array, shape: tuple[int, ...]) -> Array:
    return np.asarray(cv2.resize(plane, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR))


def _borders(lab: Lab) -> tuple[Plane, Plane]:
    """Return what a border costs between a pixel and the next, right and below; 0 at the edge of the picture."""
    across, along = (np.square(np.diff(lab, axis=axis)).sum(-1) for axis in (1, 0))
    mean = (across.sum() + along.sum()) / max(across.size + along.size, 1) + NOISE
    costs = [FLAT + (BORDER - FLAT) * np.exp(-each / (2 * mean)) for each in (across, along)]
    return np.pad(costs[0], ((0, 0), (0, 1))), np.pad(costs[1], ((0, 1), (0, 0)))


@kernel
def _cheapest(cost: Array, right: Array, down: Array, start: Array, steps: int) -> Array:
    """Return the u of the module's header after some steps; `cost` of a pixel that is in the region."""
    height, width = cost.shape
    u, ahead = start.copy(), start.copy()
    across, along = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for _ in range(steps):
        for y in range(height):
            for x in range(width - 1):
                flow = across[y, x] + DUAL * (ahead[y, x + 1] - ahead[y, x])
                across[y, x] = min(max(flow, -right[y, x]), right[y, x])
        for y in range(height - 1):
            for x in range(width):
                flow = along[y, x] + DUAL * (ahead[y + 1, x] - ahead[y, x])
                along[y, x] = min(max(flow, -down[y, x]), down[y, x])
        for y in range(height):
            for x in range(width):
                flow = across[y, x] + along[y, x]
                flow -= (across[y, x - 1] if x > 0 else ZERO) + (along[y - 1, x] if y > 0 else ZERO)
                new = min(max(u[y, x] + PRIMAL * (flow - cost[y, x]), ZERO), ONE)
                ahead[y, x] = TWO * new - u[y, x]
                u[y, x] = new
    return u
