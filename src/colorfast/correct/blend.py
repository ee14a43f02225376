"""Apply a color map to a garment: inside as it is, at the edge by unmixing the old color.

A pixel at the edge is a mixture in linear light, I = α F + (1 - α) B, of garment F and background B. Its
background part must stay, so the new pixel is I + α (F' - F): F and its new color F' are taken from the garment's
inside nearby. No old color is left at the rim, and nothing of the new one runs over it.
"""

from __future__ import annotations

import cv2
import numpy as np

from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.masks import scaled
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
    out[inside] = color_map(lab[inside])
    if edge.any():
        trusted = inside if inside.any() else garment.core
        if not inside.any():
            out[trusted] = color_map(lab[trusted])
        out[edge] = _unmixed(lab, out, garment.alpha, edge, trusted, scaled(edge_width, height))
    return out


def _unmixed(lab: Lab, mapped: Lab, alpha: Alpha, edge: Mask, inside: Mask, width: float) -> Lab:
    """Return the new colors (k, 3) of the edge pixels."""
    old, new = lab_to_linear(lab), lab_to_linear(mapped)
    change = np.where(inside[..., None], new - old, 0).astype(np.float32)
    weight = inside.astype(np.float32)
    gathered, near = _gather(change, weight, edge, width)
    while (near <= 1e-3).any():  # far from the inside, as on a thin strap: look further
        width *= 3
        wider, far = _gather(change, weight, edge, width)
        missing = near <= 1e-3
        gathered[missing], near[missing] = wider[missing], far[missing]
    share = alpha[edge][:, None]
    return linear_to_lab(np.maximum(old[edge] + share * gathered / near[:, None], 0))


def _gather(change: Array, weight: Array, edge: Mask, width: float) -> tuple[Array, Array]:
    """Return the blurred change (k, 3) and weight (k,) at the edge pixels."""
    blurred = cv2.GaussianBlur(np.ascontiguousarray(change), (0, 0), width)
    near = cv2.GaussianBlur(weight, (0, 0), width)
    return blurred[edge], near[edge]
