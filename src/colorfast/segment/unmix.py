"""Soft edge by unmixing: pixels and distance to a mask's edge in, each pixel's share of garment out.

An edge pixel is a mixture, in linear light, of the garment's color F and the background's color B:
I = alpha F + (1 - alpha) B. Both are known nearby, so in a narrow band around the mask's edge

    alpha = (I - B)·(F - B) / |F - B|²    (after Smith & Blinn 1996, doi:10.1145/237170.237263)

F and B are averages over the sure pixels on either side, taken over blocks and smoothed (normalized
convolution, Knutsson & Westin 1993). Where they are too alike, or too restless, to tell, alpha follows the
distance instead.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from colorfast.compiled import kernel
from colorfast.records import Alpha, Array

REACH = 2.5  # standard deviation of the averages, in widths of the band: far enough to see past it
NOISE = 0.004  # linear light; what 8 bits and JPEG do to a flat area, as a standard deviation
APART = 3.0  # deviations between F and B at which unmixing is half believed
SEEN = 1e-3  # share of the neighborhood that must be sure, for an average to mean anything


def unmix(pixels: Array, distance: Array, inner: float, outer: float) -> Alpha:
    """Return the alpha (h, w): exactly 1 deeper than `inner`, exactly 0 further out than `outer`.

    pixels     (h, w, 3) uint8 or uint16 code values
    distance   (h, w) float32 to the mask's edge in pixels, positive inside
    """
    sigma = REACH * (inner + outer) / 2
    block = max(1, int(sigma / 2))
    table = linear_light(int(np.iinfo(pixels.dtype).max))
    sums = _block_sums(pixels, distance, inner, outer, table, block)
    smooth = [
        cv2.GaussianBlur(side, (0, 0), sigma / block, borderType=cv2.BORDER_REPLICATE).reshape(side.shape)
        for side in sums
    ]
    return cast(Alpha, _unmix(pixels, distance, inner, outer, table, block, smooth[0], smooth[1]))


def linear_light(largest: int) -> Array:
    """Return the linear light 0..1 of every sRGB code value 0..largest; near enough in other RGB spaces."""
    codes = np.linspace(0, 1, largest + 1)
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)  # IEC 61966-2-1
    return light.astype(np.float32)


@kernel
def _block_sums(
    pixels: Array, distance: Array, inner: float, outer: float, table: Array, block: int
) -> Array:
    """Sums over square blocks, (2, rows, columns, 5), inside and outside: r, g, b, r² + g² + b², count."""
    height, width = distance.shape
    sums = np.zeros((2, (height - 1) // block + 1, (width - 1) // block + 1, 5), np.float32)
    for y in range(height):
        for x in range(width):
            if -outer <= distance[y, x] <= inner:
                continue
            into = sums[0 if distance[y, x] > 0 else 1, y // block, x // block]
            r, g, b = table[pixels[y, x, 0]], table[pixels[y, x, 1]], table[pixels[y, x, 2]]
            into[0] += r
            into[1] += g
            into[2] += b
            into[3] += r * r + g * g + b * b
            into[4] += np.float32(1)
    return sums


@kernel
def _unmix(
    pixels: Array,
    distance: Array,
    inner: float,
    outer: float,
    table: Array,
    block: int,
    fore: Array,
    back: Array,
) -> Array:
    """Alpha from the smoothed block sums on both sides; the formulas of the module's header."""
    height, width = distance.shape
    alpha = np.zeros((height, width), np.float32)
    f, b = np.empty(5, np.float32), np.empty(5, np.float32)
    for y in range(height):
        for x in range(width):
            d = distance[y, x]
            if d < -outer:
                continue
            if d > inner:
                alpha[y, x] = 1
                continue
            v = min(max((y + 0.5) / block - 0.5, 0.0), fore.shape[0] - 1.0)
            u = min(max((x + 0.5) / block - 0.5, 0.0), fore.shape[1] - 1.0)
            i, j = int(v), int(u)
            i1, j1 = min(i + 1, fore.shape[0] - 1), min(j + 1, fore.shape[1] - 1)
            p, q = np.float32(v - i), np.float32(u - j)
            for c in range(5):  # bilinear
                f[c] = (1 - p) * ((1 - q) * fore[i, j, c] + q * fore[i, j1, c])
                f[c] += p * ((1 - q) * fore[i1, j, c] + q * fore[i1, j1, c])
                b[c] = (1 - p) * ((1 - q) * back[i, j, c] + q * back[i, j1, c])
                b[c] += p * ((1 - q) * back[i1, j, c] + q * back[i1, j1, c])
            along, gap, variance = 0.0, 1e-12, 0.0
            nf, nb = max(f[4], 1e-6), max(b[4], 1e-6)
            for c in range(3):
                mf, mb = f[c] / nf, b[c] / nb
                along += (table[pixels[y, x, c]] - mb) * (mf - mb)
                gap += (mf - mb) * (mf - mb)
                variance -= mf * mf + mb * mb
            variance = max(variance + f[3] / nf + b[3] / nb, 0.0) / 3 + 2 * NOISE * NOISE
            trust = gap / (gap + APART * APART * variance)
            if min(f[4], b[4]) < SEEN * block * block:
                trust = 0.0
            ramp = min(max(0.5 + d / 2, 0.0), 1.0)
            alpha[y, x] = trust * min(max(along / gap, 0.0), 1.0) + (1 - trust) * ramp
    return alpha
