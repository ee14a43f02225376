"""Pix2Pix, painting class maps: a U-Net and a judge of patches that learns to tell painted maps from true ones.

Isola, Zhu, Zhou & Efros 2017, with the cross-entropy of the classes in place of L1: a map of classes has no
in-between colors. Painter and judge take their steps at once, each with its own gradient.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn
from torch.func import functional_call

from colorfast.training.segmentation.networks.blocks import centered
from colorfast.training.segmentation.networks.unet import UNet

WIDTH, DEPTH, DROPPED = 64, 8, 3  # of the painter: appendix 6.1.1
JUDGE = ((64, 2), (128, 2), (256, 2), (512, 1))  # channels and stride; each answer sees 70 × 70 pixels


class Pix2Pix(nn.Module):
    """Photo (B, 3, H, W) sRGB 0..1 to logits (B, N, H, W); in training the photo too, for the judge."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.painter = UNet(classes, WIDTH, DEPTH, dropped=DROPPED)
        inputs = (3 + classes, *(width for width, _ in JUDGE[:-1]))
        layers = [_look(i, *look, first=i == inputs[0]) for i, look in zip(inputs, JUDGE, strict=True)]
        self.judge = nn.Sequential(*layers, nn.Conv2d(JUDGE[-1][0], 1, 4, 1, 1))

    def forward(self, rgb: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        logits: Tensor = self.painter(rgb)
        return (logits, centered(rgb)) if self.training else logits

    def persuasion(self, photo: Tensor, painted: Tensor) -> Tensor:
        """Return how far the judge is from taking a painted map for a true one; teaches the painter alone."""
        held = {name: weights.detach() for name, weights in self.judge.named_parameters()}
        return _doubt(functional_call(self.judge, held, torch.cat([photo, painted], 1)), true=True)

    def judgment(self, photo: Tensor, painted: Tensor, true: Tensor) -> Tensor:
        """Return how often the judge is wrong; teaches the judge alone."""
        of_painted = _doubt(self.judge(torch.cat([photo, painted.detach()], 1)), true=False)
        return (of_painted + _doubt(self.judge(torch.cat([photo, true], 1)), true=True)) / 2


def _look(inputs: int, outputs: int, stride: int, *, first: bool) -> nn.Sequential:
    layer = nn.Conv2d(inputs, outputs, 4, stride, 1, bias=first)
    norm = nn.Identity() if first else nn.BatchNorm2d(outputs)
    return nn.Sequential(layer, norm, nn.LeakyReLU(0.2, inplace=True))


def _doubt(answers: Tensor, *, true: bool) -> Tensor:
    wanted = torch.ones_like(answers) if true else torch.zeros_like(answers)
    return F.binary_cross_entropy_with_logits(answers, wanted)
