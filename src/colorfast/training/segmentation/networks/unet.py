"""U-Net as ChromaFashionNet varies it: 4 to 7 halvings, 64 to 192 channels at the first.

Ronneberger, Fischer & Brox 2015, with the strided 4 × 4 convolutions of Isola et al. 2017. The paper does not
say how channels grow; ours double up to eight times the first, as in Isola's generator.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from colorfast.training.segmentation.networks.blocks import centered, conv_relu, resized_like

SIZES = ((64, 4), (64, 5), (64, 6), (64, 7), (128, 7), (192, 7))
"""Channels and depth of U-Net1 to U-Net6: table 1 of the ChromaFashionNet paper."""


class UNet(nn.Module):
    """Photo (B, 3, H, W) sRGB 0..1 to logits (B, N, H, W).

    dropped   joins, from the innermost, of which half the channels are dropped while it learns
    """

    def __init__(self, classes: int, width: int, depth: int, *, dropped: int = 0) -> None:
        super().__init__()
        widths = [min(2**level, 8) * width for level in range(depth)]
        self.down = nn.ModuleList(map(_halve, [3, *widths[:-1]], widths))
        joins = zip(widths[:0:-1], widths[-2::-1], strict=True)
        self.up = nn.ModuleList(
            _join(below + beside, beside, drop=level < dropped) for level, (below, beside) in enumerate(joins)
        )
        self.head = nn.Conv2d(widths[0] + 3, classes, 3, padding=1)

    def forward(self, rgb: Tensor) -> Tensor:
        skips = [centered(rgb)]
        for halve in self.down:
            skips.append(halve(_even(skips[-1])))
        x = skips.pop()  # (B, 8 width, H / 2^depth, W / 2^depth)
        for join in self.up:
            skip = skips.pop()
            x = join(torch.cat([resized_like(x, skip), skip], 1))
        logits: Tensor = self.head(torch.cat([resized_like(x, rgb), skips.pop()], 1))
        return logits


def _even(x: Tensor) -> Tensor:
    """Return x with its last row or column repeated where their number is odd."""
    return F.pad(x, (0, x.shape[-1] % 2, 0, x.shape[-2] % 2), mode="replicate")


def _join(inputs: int, outputs: int, *, drop: bool) -> nn.Sequential:
    return nn.Sequential(*conv_relu(inputs, outputs), *([nn.Dropout(0.5)] if drop else []))


def _halve(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.2, inplace=True),
    )
