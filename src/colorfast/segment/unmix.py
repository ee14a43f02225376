"""Soft edge by unmixing: pixels and distance to a mask's edge in, each pixel's share of garment out.

An edge pixel is a mixture, in linear light, of the garment's color F and the background's color B:
I = alpha F + (1 - alpha) B. Both are seen nearby, so in a narrow band around the mask's edge

    alpha = (I - B)·(F - B) / |F - B|²    (after Smith & Blinn 1996, doi:10.1145/237170.237263)

F and B are averages over a few pixels straight across, just beyond the band's two sides; those that look like
the pixel itself count more, since there may be stripes on one side, hair and skin on the other. How much alpha
may be off follows from how these few differ among themselves; where that is too much, as between two things of
one color, alpha follows the distance instead.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from colorfast.color.spaces import to_codes
from colorfast.compiled import inlined, kernel
from colorfast.records import Alpha, Array

STRIDE = 0.4  # between the pixels that are averaged, in mean widths of the band's two sides
DOWN, ACROSS = (0, -1, 0, 0, 1), (0, 0, -1, 1, 0)  # strides to each of them
ZERO, HALF, ONE, FAR = np.float32(0), np.float32(0.5), np.float32(1), np.float32(1e9)
DARK = np.float32(0.02)  # linear light; squared differences are divided by the light, as noise grows with it
ALIKE = np.float32(0.003)  # such a difference at which a pixel counts a quarter: 4 % of a mid gray
NOISE = np.float32(0.0005)  # what 8 bits and JPEG leave in a flat area, of the same kind
APART = np.float32(1.5**2)  # deviations between F and B, squared, at which unmixing is half believed
LEAST = np.float32(1e-9)  # keeps a division by no difference at all finite


def unmix(pixels: Array, distance: Array, inner: float, outer: float) -> Alpha:
    """Return the alpha (h, w): exactly 1 deeper than `inner`, exactly 0 further out than `outer`.

    pixels     (h, w, 3) uint8 or uint16 code values
    distance   (h, w) float32 to the mask's edge in pixels, positive inside
    """
    codes, table = to_codes(pixels).reshape(pixels.shape), linear_light(int(np.iinfo(pixels.dtype).max))
    stride = max(1, round(STRIDE * (inner + outer) / 2))
    alpha: Alpha = _unmix(codes, distance, (np.float32(inner), np.float32(outer)), table, stride)
    return alpha


@lru_cache(maxsize=2)
def linear_light(largest: int) -> Array:
    """Return the linear light 0..1 of every sRGB code value 0..largest; near enough in other RGB spaces."""
    codes = np.linspace(0, 1, largest + 1)
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)  # IEC 61966-2-1
    return light.astype(np.float32)


@inlined
def _weighted(a: Any, b: Any, scale: Any) -> Any:
    """Return the scalar product of two colors, each channel divided by its light."""
    return a[0] * b[0] * scale[0] + a[1] * b[1] * scale[1] + a[2] * b[2] * scale[2]


@inlined
def _average(pixels: Any, distance: Any, table: Any, place: Any, sure: Any, own: Any, scale: Any) -> Any:
    """Return the weight, the average less the pixel's own color, and the variance of the pixels at a place.

    place   row, column and stride
    sure    distances between which a pixel is certain to be on its side
    own     linear light of the pixel that is unmixed; pixels like it weigh more
    """
    y, x, stride = place
    total, red, green, blue, square = ZERO, ZERO, ZERO, ZERO, ZERO
    for n in range(len(DOWN)):
        v, u = y + stride * DOWN[n], x + stride * ACROSS[n]
        if 0 <= v < distance.shape[0] and 0 <= u < distance.shape[1] and sure[0] < distance[v, u] < sure[1]:
            r = table[pixels[v, u, 0]] - own[0]
            g = table[pixels[v, u, 1]] - own[1]
            b = table[pixels[v, u, 2]] - own[2]
            far = _weighted((r, g, b), (r, g, b), scale)
            weight = ONE / ((ALIKE + far) * (ALIKE + far))
            total += weight
            red += weight * r
            green += weight * g
            blue += weight * b
            square += weight * far
    per = ONE / total if total > 0 else ZERO
    mean = (red * per, green * per, blue * per)
    return total, mean, max(square * per - _weighted(mean, mean, scale), ZERO)


@inlined
def _share(fore: Any, back: Any, scale: Any) -> Any:
    """Return the share of garment in a pixel of color 0, and how far it is to be believed, 0..1.

    fore, back   weight, color and variance of either side, from _average
    """
    if fore[0] <= 0 or back[0] <= 0:
        return ZERO, ZERO
    apart = (fore[1][0] - back[1][0], fore[1][1] - back[1][1], fore[1][2] - back[1][2])
    gap = _weighted(apart, apart, scale) + LEAST
    share = min(max(-_weighted(back[1], apart, scale) / gap, ZERO), ONE)
    spread = share * share * fore[2] + (ONE - share) * (ONE - share) * back[2] + NOISE
    return share, gap / (gap + APART * spread)


@kernel
def _unmix(pixels: Any, distance: Any, band: Any, table: Any, stride: Any) -> Array:
    """Alpha from the colors straight across the band; the formulas of the module's header."""
    height, width = distance.shape
    inner, outer = band
    alpha = np.zeros((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            d = distance[y, x]
            if d > inner:
                alpha[y, x] = ONE
            elif d >= -outer:
                own = (table[pixels[y, x, 0]], table[pixels[y, x, 1]], table[pixels[y, x, 2]])
                scale = (ONE / (own[0] + DARK), ONE / (own[1] + DARK), ONE / (own[2] + DARK))
                down = distance[min(y + 1, height - 1), x] - distance[max(y - 1, 0), x]
                across = distance[y, min(x + 1, width - 1)] - distance[y, max(x - 1, 0)]
                steep = np.sqrt(down * down + across * across)
                per = ONE / steep if steep > HALF else ZERO  # on a ridge there is no way across
                go = (inner - d + HALF * stride) * per
                at = (int(np.floor(y + HALF + go * down)), int(np.floor(x + HALF + go * across)), stride)
                fore = _average(pixels, distance, table, at, (inner, FAR), own, scale)
                go = -(outer + d + HALF * stride) * per
                at = (int(np.floor(y + HALF + go * down)), int(np.floor(x + HALF + go * across)), stride)
                back = _average(pixels, distance, table, at, (-FAR, -outer), own, scale)
                share, trust = _share(fore, back, scale)
                ramp = min(max(HALF + d * HALF, ZERO), ONE)
                alpha[y, x] = trust * share + (ONE - trust) * ramp
    return alpha
