"""Pieces that several networks are made of. Shapes are (B, C, H, W)."""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn


def conv(
    inputs: int,
    outputs: int,
    kernel: int = 3,
    *,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
    gain: float = 1.0,
) -> nn.Sequential:
    """A convolution that keeps the size (or divides it by the stride), normalized, without activation.

    gain   what the normalized map is multiplied by at the start; 0 lets a residual block begin as its shortcut
    """
    padding = dilation * (kernel // 2)
    layer = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False)
    norm = nn.BatchNorm2d(outputs)
    nn.init.constant_(norm.weight, gain)
    return nn.Sequential(layer, norm)


def conv_relu(
    inputs: int, outputs: int, kernel: int = 3, *, stride: int = 1, dilation: int = 1, groups: int = 1
) -> nn.Sequential:
    """A convolution with normalization and ReLU."""
    layers = conv(inputs, outputs, kernel, stride=stride, dilation=dilation, groups=groups)
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


def resized_like(x: Tensor, other: Tensor) -> Tensor:
    """Return x (B, C, ?, ?) at the height and width of another map, bilinear."""
    return F.interpolate(x, size=other.shape[-2:], mode="bilinear", align_corners=False)


def times(x: Tensor, factor: int) -> Tensor:
    """Return x enlarged by a whole factor, bilinear; exports as one node without shape arithmetic."""
    return F.interpolate(x, scale_factor=float(factor), mode="bilinear", align_corners=False)


def centered(rgb: Tensor) -> Tensor:
    """Return sRGB 0..1 as the networks compute with it: -2..2."""
    return (rgb - 0.5) * 4
