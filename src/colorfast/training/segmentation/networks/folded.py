"""Our trained network as it is computed: the same function of the same weights, in fewer and smaller operations.

Nothing but rounding differs, for every rewrite is between linear maps that follow each other:

- a normalization is folded into its convolution;
- the mean over 2 × 2 before a 1 × 1 convolution is a 2 × 2 convolution of stride 2;
- a 1 × 1 convolution changes places with a mean over a window, or with enlarging, which then see fewer channels;
- a 1 × 1 convolution over joined maps is a sum of one for each, and the picture's mean needs not be spread out.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from colorfast.training.segmentation.networks.blocks import times
from colorfast.training.segmentation.networks.own import Context, Own, Residual

CONTRAST = 4  # what `centered` multiplies by


class FoldedResidual(nn.Module):
    """Residual with its pooling inside the shortcut's kernel."""

    def __init__(self, block: Residual) -> None:
        super().__init__()
        self.first, self.second = _folded(block.body[0]), _folded(block.body[1])
        self.shortcut: nn.Module = block.shortcut
        if isinstance(block.shortcut, nn.Sequential):
            narrow, step = _folded(block.shortcut), 2 if isinstance(block.pool, nn.AvgPool2d) else 1
            self.shortcut = _conv(
                narrow.weight.expand(-1, -1, step, step) / step**2, narrow.bias, stride=step
            )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class FoldedContext(nn.Module):
    """Context that narrows the map before its windows' means, and adds the mean over everything."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        whole, merge = cast(nn.Conv2d, context.whole[0]), _folded(context.merge)
        self.whole = whole
        self.pools = context.pools
        self.windows = nn.ModuleList(map(_folded, context.windows))
        itself, of_whole, of_windows = torch.split(
            merge.weight, [whole.in_channels, whole.out_channels, len(self.pools) * whole.out_channels], 1
        )
        self.merge = _conv(torch.cat([itself, of_windows], 1), merge.bias)
        self.merge_whole = _conv(of_whole, None)

    def forward(self, x: Tensor) -> Tensor:
        whole = F.relu(self.whole(x.mean((2, 3), keepdim=True)))  # (B, C, 1, 1)
        means = [F.relu(pool(window(x))) for window, pool in zip(self.windows, self.pools, strict=True)]
        return F.relu(self.merge(torch.cat([x, *means], 1)) + self.merge_whole(whole))


class Folded(nn.Module):
    """Photo (B, 3, H, W) sRGB 0..1 to logits (B, N, H/2, W/2), as a trained Own gives them."""

    def __init__(self, own: Own) -> None:
        super().__init__()
        own.eval()
        first, second = map(_folded, own.stem)
        self.first = _conv(CONTRAST * first.weight, first.bias, stride=2, padding=1)
        self.second = second
        self.stages = nn.ModuleList(
            nn.Sequential(*(FoldedResidual(cast(Residual, block)) for block in stage.children()))
            for stage in own.stages
        )
        self.context = FoldedContext(own.context)
        self.lateral = nn.ModuleList(map(_folded, own.lateral))
        self.smooth = nn.ModuleList(map(_folded, own.smooth))
        joined, self.fine = map(_folded, own.fine)
        of_neck, of_stem = torch.split(joined.weight, [own.side.in_channels, second.out_channels], 1)
        self.coarse, self.detail = _conv(of_neck, None), _conv(of_stem, joined.bias)
        self.head = own.head

    def forward(self, rgb: Tensor) -> Tensor:
        maps = [F.relu(self.second(F.relu(self.first(rgb - 0.5))))]  # (B, 24, H/2, W/2)
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        x = self.context(maps[-1])  # (B, 64, H/32, W/32)
        for at in (2, 1, 0):
            x = F.relu(self.smooth[at](times(x, 2) + F.relu(self.lateral[at](maps[at + 1]))))
        x = F.relu(times(self.coarse(x), 2) + self.detail(maps[0]))  # (B, 32, H/2, W/2)
        logits: Tensor = self.head(F.relu(self.fine(x)))
        return logits


@torch.no_grad()
def folded(network: nn.Module) -> nn.Module:
    """Return the network to export: ours folded, another as it is. The one given is left in evaluation."""
    return Folded(network) if isinstance(network, Own) else network.eval()


def _folded(block: nn.Module) -> nn.Conv2d:
    """Return a convolution that takes its block's normalization along; an activation is left to the caller."""
    layer, norm = block[0], block[1]  # type: ignore[index]
    merged: nn.Conv2d = fuse_conv_bn_eval(layer, norm)
    return merged


def _conv(kernel: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0) -> nn.Conv2d:
    """Return a convolution of given weights."""
    outputs, inputs, side, _ = kernel.shape
    made = nn.Conv2d(inputs, outputs, side, stride, padding, bias=bias is not None)
    made.weight.copy_(kernel)
    if bias is not None and made.bias is not None:
        made.bias.copy_(bias)
    return made
