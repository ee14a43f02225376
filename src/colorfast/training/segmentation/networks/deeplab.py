"""DeepLabV3+ on a ResNet-50: pyramid of dilated convolutions at stride 16, decoder at stride 4.

Chen, Zhu, Papandreou, Schroff & Adam 2018; He, Zhang, Ren & Sun 2016.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from colorfast.training.segmentation.networks.blocks import centered, conv, conv_relu, resized_like

STAGES = ((64, 3, 1, 1), (128, 4, 2, 1), (256, 6, 2, 1), (512, 3, 1, 2))  # width, blocks, stride, dilation
RATES = (6, 12, 18)  # dilations of the pyramid at stride 16
LOW = 48  # channels taken from stride 4


class Bottleneck(nn.Module):
    """1 × 1, 3 × 3 and 1 × 1 convolution around a shortcut; four times as many channels go out."""

    def __init__(self, inputs: int, width: int, stride: int, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv_relu(inputs, width, 1),
            conv_relu(width, width, stride=stride, dilation=dilation),
            conv(width, 4 * width, 1, gain=0),
        )
        same = inputs == 4 * width and stride == 1
        self.shortcut = nn.Identity() if same else conv(inputs, 4 * width, 1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.body(x) + self.shortcut(x))


class Pyramid(nn.Module):
    """The map seen at several dilations and as a whole, merged (ASPP)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.point = conv_relu(inputs, outputs, 1)
        self.dilated = nn.ModuleList(conv_relu(inputs, outputs, dilation=rate) for rate in RATES)
        self.whole = nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.ReLU())
        self.merge = nn.Sequential(conv_relu((2 + len(RATES)) * outputs, outputs, 1), nn.Dropout(0.5))

    def forward(self, x: Tensor) -> Tensor:
        whole = self.whole(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[-2:])
        seen = [self.point(x), *(branch(x) for branch in self.dilated), whole]
        merged: Tensor = self.merge(torch.cat(seen, 1))
        return merged


class DeepLab(nn.Module):
    """Photo (B, 3, H, W) sRGB 0..1 to logits (B, N, H, W)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_relu(3, 64, 7, stride=2), nn.MaxPool2d(3, 2, 1))
        inputs = (64, *(4 * width for width, *_ in STAGES[:-1]))
        self.stages = nn.ModuleList(_stage(i, *stage) for i, stage in zip(inputs, STAGES, strict=True))
        self.pyramid = Pyramid(4 * STAGES[-1][0], 256)
        self.low = conv_relu(4 * STAGES[0][0], LOW, 1)
        self.decode = nn.Sequential(conv_relu(256 + LOW, 256), conv_relu(256, 256))
        self.head = nn.Conv2d(256, classes, 1)

    def forward(self, rgb: Tensor) -> Tensor:
        first, *others = self.stages
        fine = first(self.stem(centered(rgb)))  # (B, 256, H/4, W/4)
        x = fine
        for stage in others:
            x = stage(x)  # at last (B, 2048, H/16, W/16)
        low = self.low(fine)
        x = self.decode(torch.cat([resized_like(self.pyramid(x), low), low], 1))
        return resized_like(self.head(x), rgb)


def _stage(inputs: int, width: int, blocks: int, stride: int, dilation: int) -> nn.Sequential:
    first = Bottleneck(inputs, width, stride, dilation)
    return nn.Sequential(first, *(Bottleneck(4 * width, width, 1, dilation) for _ in range(blocks - 1)))
