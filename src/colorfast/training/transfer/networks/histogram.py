"""Histograms of Lab pictures that gradients pass through: each pixel is divided among the bins next to it.

Pictures (B, 3, H, W) come scaled as in analogy.py: L* / 50 - 1, a* / 110, b* / 110.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

AB_BINS, L_BINS = 64, 8
LOUD = 32.0
"""Factor on the square roots of a*, b* shares: in 4096 bins a share is small, and networks like numbers near 1."""


def histograms(picture: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return (B, L_BINS + 1, AB_BINS, AB_BINS): the histogram of a* and b*, and tiled that of L*.

    weights   (B, 1, H, W) how much each pixel counts; None: all alike
    """
    lightness, ab = shares_of(picture, weights)
    tiled = lightness[..., None, None].expand(-1, -1, AB_BINS, AB_BINS)
    return torch.cat([LOUD / 8 * (ab + 1e-8).sqrt()[:, None], tiled], 1)


def shares_of(picture: Tensor, weights: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return the shares of L* (B, L_BINS) and of a* and b* (B, AB_BINS, AB_BINS), each summing to 1."""
    flat = picture.flatten(2)  # (B, 3, n)
    counts = torch.ones_like(flat[:, 0]) if weights is None else weights.flatten(1)
    counts = counts / counts.sum(1, keepdim=True).clamp(min=1e-6)
    lightness, a, b = (
        _divided(plane, bins) for plane, bins in zip(flat.unbind(1), (L_BINS, AB_BINS, AB_BINS), strict=True)
    )
    first = _summed(((bins, counts * part) for bins, part in lightness), L_BINS)
    both = ((rows * AB_BINS + columns, counts * part * other) for rows, part in a for columns, other in b)
    return first, _summed(both, AB_BINS**2).reshape(-1, AB_BINS, AB_BINS)


def _divided(values: Tensor, bins: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return the two bins next to each value (B, n), -1..1, and how much of it falls into each of them."""
    places = (values.clamp(-1, 1) + 1) / 2 * (bins - 1)
    below = places.detach().floor().clamp(max=bins - 2)
    part, low = places - below, below.long()
    return (low, 1 - part), (low + 1, part)


def _summed(parts: Iterable[tuple[Tensor, Tensor]], bins: int) -> Tensor:
    """Return what falls into each bin (B, bins), from bins (B, n) and what falls into them (B, n)."""
    places, shares = (torch.cat(all_of, 1) for all_of in zip(*parts, strict=True))
    return shares.new_zeros(len(shares), bins).scatter_add(1, places, shares)
