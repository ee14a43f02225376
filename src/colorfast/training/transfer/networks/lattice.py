"""The network that looks at two histograms and says, at each node of a lattice, how maps are mixed.

(B, PLANES, SIDE, SIDE) planes of correct.analogy in, (B, GIVEN * SIDE, SIDE, SIDE) out. A U-Net over a* and b*;
the lightness of a histogram lies in channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import grid_sample, interpolate

from colorfast.correct.analogy import GIVEN, MAPS, PLANES, SIDE


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1), nn.GroupNorm(8, outputs), nn.SiLU(inplace=True)
    )


class LatticeNetwork(nn.Module):
    """Histograms (B, PLANES, SIDE, SIDE) to a lattice (B, GIVEN * SIDE, SIDE, SIDE)."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.stem = nn.Sequential(_block(PLANES, width), _block(width, width))
        self.down = nn.Sequential(_block(width, 2 * width, 2), _block(2 * width, 2 * width))
        self.deep = nn.Sequential(_block(2 * width, 3 * width, 2), _block(3 * width, 3 * width))
        self.up = _block(5 * width, 2 * width)
        self.top = _block(3 * width, width)
        self.give = nn.Conv2d(width, GIVEN * SIDE, 1)
        for weights in self.give.parameters():
            nn.init.zeros_(weights)

    def forward(self, planes: Tensor) -> Tensor:
        fine = self.stem(planes)  # (B, w, 17, 17)
        middle = self.down(fine)  # (B, 2w, 9, 9)
        deep = self.deep(middle)  # (B, 3w, 5, 5)
        middle = self.up(torch.cat([_to(deep, middle), middle], 1))  # (B, 2w, 9, 9)
        fine = self.top(torch.cat([_to(middle, fine), fine], 1))  # (B, w, 17, 17)
        return self.give(fine)


def _to(planes: Tensor, like: Tensor) -> Tensor:
    return interpolate(planes, like.shape[-2:], mode="bilinear", align_corners=True)


def mixed(lattice: Tensor, judged: Tensor) -> Tensor:
    """Return what a lattice makes of judged colors (B, n, COLUMNS), Lab (B, n, 3): `map_of` for gradients.

    The cubic B-spline is exact at the nodes, and straight between them: that is near enough, and much faster.
    """
    grid = at_nodes(lattice.reshape(len(lattice), GIVEN, SIDE, SIDE, SIDE))  # (B, GIVEN, L, a, b)
    places = judged[:, None, None, :, :3].flip(-1)  # the last axis comes first
    found = grid_sample(grid, places, align_corners=True, padding_mode="border")[:, :, 0, 0].mT
    count = len(MAPS)
    maps = judged[..., 3 : 3 + 3 * count].reshape(*judged.shape[:2], count, 3)
    reach = judged[..., 3 + 3 * count : 6 + 3 * count]
    shares = found[..., :count].softmax(-1)
    return (shares[..., None] * maps).sum(-2) + reach * found[..., count:]


def at_nodes(grid: Tensor) -> Tensor:
    """Return a cubic B-spline's values (B, c, L, a, b) at the nodes, from its coefficients."""
    for axis in (2, 3, 4):
        first, last = grid.narrow(axis, 0, 1), grid.narrow(axis, SIDE - 1, 1)
        wide = torch.cat([first, grid, last], axis)
        before, after = wide.narrow(axis, 0, SIDE), wide.narrow(axis, 2, SIDE)
        grid = (before + 4 * grid + after) / 6
    return grid
