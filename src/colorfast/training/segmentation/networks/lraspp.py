"""LR-ASPP on a MobileNetV3-Large whose last stage keeps stride 16.

Howard et al. 2019, table 1 and figure 10: the last stage is dilated, and its channels are halved.
"""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F  # noqa: N812 - the field's own name
from torch import Tensor, nn

from colorfast.training.segmentation.networks.blocks import centered, conv, resized_like

# kernel, expansion, channels, squeeze-and-excite, hard swish, stride, dilation: table 1, its last stage dilated
TRUNK = (
    (3, 16, 16, False, False, 1, 1),
    (3, 64, 24, False, False, 2, 1),
    (3, 72, 24, False, False, 1, 1),
    (5, 72, 40, True, False, 2, 1),
    (5, 120, 40, True, False, 1, 1),
    (5, 120, 40, True, False, 1, 1),
    (3, 240, 80, False, True, 2, 1),
    (3, 200, 80, False, True, 1, 1),
    (3, 184, 80, False, True, 1, 1),
    (3, 184, 80, False, True, 1, 1),
    (3, 480, 112, True, True, 1, 1),
    (3, 672, 112, True, True, 1, 1),
    (5, 672, 80, True, True, 1, 2),
    (5, 480, 80, True, True, 1, 2),
    (5, 480, 80, True, True, 1, 2),
)
LOW = 6  # blocks up to the last at stride 8
LAST = 480  # channels of the trunk's end, halved
HEAD = 128


class Squeeze(nn.Module):
    """Channels weighed by what the whole map holds."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        within = max(8, channels // 4)
        self.gate = nn.Sequential(
            nn.Conv2d(channels, within, 1), nn.ReLU(), nn.Conv2d(within, channels, 1), nn.Hardsigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        gates: Tensor = self.gate(x.mean((2, 3), keepdim=True))
        return x * gates


class Inverted(nn.Module):
    """Expand, filter each channel by itself, narrow again; around a shortcut where shapes allow."""

    def __init__(self, inputs: int, row: tuple[int, int, int, bool, bool, int, int]) -> None:
        super().__init__()
        kernel, wide, outputs, squeezed, hard, stride, dilation = row
        act: Callable[[], nn.Module] = nn.Hardswish if hard else nn.ReLU
        filtered = conv(wide, wide, kernel, stride=stride, dilation=dilation, groups=wide)
        self.body = nn.Sequential(
            *(() if wide == inputs else (conv(inputs, wide, 1), act())),
            *(filtered, act()),
            *((Squeeze(wide),) if squeezed else ()),
            conv(wide, outputs, 1),
        )
        self.shortcut = inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.body(x)
        return x + found if self.shortcut else found


class LRASPP(nn.Module):
    """Photo (B, 3, H, W) sRGB 0..1 to logits (B, N, H, W)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        stem = nn.Sequential(conv(3, 16, stride=2), nn.Hardswish())
        inputs = (16, *(row[2] for row in TRUNK[:-1]))
        blocks = [Inverted(i, row) for i, row in zip(inputs, TRUNK, strict=True)]
        self.low = nn.Sequential(stem, *blocks[:LOW])
        self.high = nn.Sequential(*blocks[LOW:], conv(TRUNK[-1][2], LAST, 1), nn.Hardswish())
        self.seen = nn.Sequential(conv(LAST, HEAD, 1), nn.ReLU())
        self.gate = nn.Sequential(nn.Conv2d(LAST, HEAD, 1, bias=False), nn.Sigmoid())
        self.from_low = nn.Conv2d(TRUNK[LOW - 1][2], classes, 1)
        self.from_high = nn.Conv2d(HEAD, classes, 1)

    def forward(self, rgb: Tensor) -> Tensor:
        low = self.low(centered(rgb))  # (B, 40, H/8, W/8)
        high = self.high(low)  # (B, 480, H/16, W/16)
        # the paper pools 49 × 49 windows of a large map; ours is hardly larger than one
        gated = self.seen(high) * self.gate(F.adaptive_avg_pool2d(high, 1))
        logits = self.from_high(resized_like(gated, low)) + self.from_low(low)
        return resized_like(logits, rgb)
