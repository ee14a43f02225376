"""FCN-32s, 16s, 8s and 1s on the trunk of VGG16.

Long, Shelhamer & Darrell 2015; the trunk is Simonyan & Zisserman 2015 with batch normalization, for it starts
from random weights. The map climbs back by learned doublings; what distinguishes the four is how many of the
trunk's maps are added on the way: none, one, two, or all.
"""

from __future__ import annotations

from torch import Tensor, nn

from colorfast.training.segmentation.networks.blocks import centered, conv_relu, resized_like

VGG16 = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels and convolutions before each pooling
CLIMB = (512, 256, 128, 64, 32)  # channels after each doubling
ADDED = {32: 0, 16: 1, 8: 2, 1: 4}
"""How many maps of the trunk are added, by the factor of what is left to enlarge in one go."""


class FCN(nn.Module):
    """Photo (B, 3, H, W) sRGB 0..1 to logits (B, N, H, W)."""

    def __init__(self, classes: int, stride: int) -> None:
        super().__init__()
        self.added = ADDED[stride]
        inputs = (3, *(width for width, _ in VGG16[:-1]))
        self.trunk = nn.ModuleList(_block(i, *block) for i, block in zip(inputs, VGG16, strict=True))
        self.climb = nn.ModuleList(_double(i, o) for i, o in zip((512, *CLIMB[:-1]), CLIMB, strict=True))
        self.head = nn.Conv2d(CLIMB[-1], classes, 1)

    def forward(self, rgb: Tensor) -> Tensor:
        maps = [centered(rgb)]
        for block in self.trunk:
            maps.append(block(maps[-1]))
        x = maps.pop()  # (B, 512, H/32, W/32)
        for level, double in enumerate(self.climb):
            beside = maps.pop()
            x = resized_like(double(x), beside)  # odd sizes lost a row on the way down
            x = x + beside if level < self.added else x
        logits: Tensor = self.head(x)
        return logits


def _block(inputs: int, width: int, convolutions: int) -> nn.Sequential:
    layers = [conv_relu(inputs if first else width, width) for first in (True, *[False] * (convolutions - 1))]
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def _double(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
