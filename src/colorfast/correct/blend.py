"""Apply a color map to a garment: inside as it is, at the edge by unmixing the old color.

A pixel at the edge is a mixture in linear light, I = α F + (1 - α) B, of garment F and background B. Its
background part must stay, so the new pixel is I + α (F' - F): F and its new color F' are taken from the garment's
inside nearby. No old color is left at the rim, and nothing of the new one runs over it.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.compiled import kernel
from colorfast.masks import dilate, scaled
from colorfast.records import Alpha, Array, ColorMap, Garment, Lab, Mask

SOLID = np.float32(0.999)
"""Alpha from which a pixel is garment alone."""


def apply(lab: Lab, garment: Garment, color_map: ColorMap, *, edge_width: float, height: int) -> Lab:
    """Return the picture with the garment's colors mapped; equal to the input where alpha is 0.

    lab         (h, w, 3), the garment's box
    garment     core and alpha of the same box
    edge_width  pixels at 1024 pixels height
    height      of the whole photo, pixels
    """
    inside = garment.alpha >= SOLID
    edge = (garment.alpha > 0) & ~inside
    out = lab.copy(order="K")
    trusted = inside if inside.any() else garment.core & (garment.alpha > 0)
    out[trusted] = color_map(lab[trusted])
    if edge.any():
        out[edge] = _unmixed(lab, out, garment.alpha, edge, trusted, scaled(edge_width, height))
    return out


def _unmixed(lab: Lab, mapped: Lab, alpha: Alpha, edge: Mask, inside: Mask, width: float) -> Lab:
    """Return the new colors (k, 3) of the edge pixels."""
    places = np.argwhere(edge)
    gathered = np.zeros((len(places), 3), np.float32)
    missing = np.ones(len(places), bool)
    reach = width
    while missing.any() and reach < 4 * max(edge.shape):  # a pixel far from the inside looks further
        near = inside & dilate(edge, 2 * reach)
        change = np.zeros(lab.shape, np.float32)
        change[near] = lab_to_linear(mapped[near]) - lab_to_linear(lab[near])
        found, weight = _gather(places[missing], change, near, float(reach))
        seen = weight > 0
        gathered[np.flatnonzero(missing)[seen]] = found[seen]
        missing[np.flatnonzero(missing)[seen]] = False
        reach *= 4
    share = alpha[edge][:, None]
    return linear_to_lab(np.maximum(lab_to_linear(lab[edge]) + share * gathered, 0))


@kernel
def _gather(places: Array, change: Array, inside: Array, width: float) -> tuple[Array, Array]:
    """Return the Gaussian mean of the change inside, (k, 3), around each place (k, 2), and its weight (k,)."""
    h, w = inside.shape
    radius = int(np.ceil(2 * width))
    fall = np.float32(-0.5 / (width * width))
    means = np.zeros((len(places), 3), np.float32)
    weights = np.zeros(len(places), np.float32)
    for k in range(len(places)):
        y, x = places[k]
        red, green, blue, total = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for i in range(max(y - radius, 0), min(y + radius + 1, h)):
            for j in range(max(x - radius, 0), min(x + radius + 1, w)):
                if inside[i, j]:
                    share = np.exp(fall * np.float32((i - y) * (i - y) + (j - x) * (j - x)))
                    red += share * change[i, j, 0]
                    green += share * change[i, j, 1]
                    blue += share * change[i, j, 2]
                    total += share
        weights[k] = total
        if total > 0:
            means[k] = red / total, green / total, blue / total
    return means, weights
