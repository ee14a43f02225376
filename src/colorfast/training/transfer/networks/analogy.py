"""Histogram analogy: a Histogram Encoding Network tells a Color Transfer Network how two histograms differ.

Lee, Son, Lee, Lee, Cho & Lee 2020, Deep color transfer using histogram analogy. doi:10.1007/s00371-020-01921-6
Written from the paper's description. Lab pictures (B, 3, H, W) come scaled: L* / 50 - 1, a* / 110, b* / 110.
Height and width are multiples of 32.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from colorfast.training.transfer.networks.histogram import AB_BINS, L_BINS, histograms

CODE = 64  # numbers that stand for a histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How wide the two networks are."""

    encoder: tuple[int, int, int, int]
    """Channels of the four halving convolutions of the HEN."""
    levels: tuple[int, int, int, int, int]
    """Channels of the CTN's U-Net, from the picture's own size to a sixteenth."""
    deep: int
    """Convolutions at a thirty-second."""
    refinement: tuple[int, ...]
    """Channels of the convolutions at the picture's own size, after the U-Net."""
    tiled: bool = True
    """Whether codes are more channels beside a picture's own, as in the paper, or a bias for each channel."""


TEACHER = Shape(
    encoder=(64, 128, 128, 128), levels=(64, 128, 256, 512, 512), deep=3, refinement=(256, 256, 256, 256)
)
HALF = Shape(encoder=(64, 128, 128, 128), levels=(32, 64, 128, 256, 256), deep=3, refinement=(128,) * 4)
STUDENT = Shape(encoder=(32, 48, 64, 64), levels=(16, 24, 48, 96, 128), deep=2, refinement=(16,), tiled=False)


class HistogramEncoder(nn.Module):
    """Histograms (B, L_BINS + 1, AB_BINS, AB_BINS) to codes (B, CODE): the HEN."""

    def __init__(self, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        last, layers, inputs = widths[-1], [], L_BINS + 1
        for width in widths:  # 64, 32, 16, 8, 4
            layers += [nn.Conv2d(inputs, width, 4, 2, 1), nn.LeakyReLU(0.2)]
            inputs = width
        for _ in range(3):
            layers += [nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(last, last, 4), nn.LeakyReLU(0.2)]
        layers += [nn.Conv2d(last, last, 1), nn.LeakyReLU(0.2), nn.Flatten()]
        self.layers = nn.Sequential(*layers)
        self.code = nn.Linear(last * (AB_BINS // 16) ** 2, CODE)

    def forward(self, histogram: Tensor) -> Tensor:
        return self.code(self.layers(histogram))


class HistogramAnalogy(nn.Module):
    """A pair (B, 7, H, W) to the source in the reference's colors (B, 3, H, W), and smaller pictures of it.

    The pair is source and reference in scaled Lab, and the label of each pixel of the source, 0 or more; where the
    labels of a batch are not all 0, codes of the reference are those of its pixels of the same label, and the
    reference's labels are an eighth channel.
    Returns the picture and what each of the five decoder blocks makes of it, coarsest first.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.encoder = HistogramEncoder(shape.encoder)
        self.transfer = ColorTransfer(shape)

    def forward(self, pair: Tensor) -> tuple[Tensor, ...]:
        source, reference, labels = pair[:, :3], pair[:, 3:6], pair[:, 6:]
        ours = _flat(self.encoder(histograms(source)))
        if labels.shape[1] == 2:
            theirs = self._by_label(reference, labels)
        else:
            theirs = _flat(self.encoder(histograms(reference)))
        ours = ours.expand(-1, -1, *theirs.shape[-2:])
        return self.transfer(source, torch.cat([ours, theirs], 1))

    def _by_label(self, reference: Tensor, labels: Tensor) -> Tensor:
        """Return codes (B, CODE, H, W) of the reference's pixels that have a pixel's label, or of all of them."""
        whole, here, there = histograms(reference), labels[:, :1], labels[:, 1:]
        codes = _flat(self.encoder(whole)).expand(-1, -1, *reference.shape[-2:])
        for label in torch.unique(here):
            inside = (there == label).float()
            found = _flat(self.encoder(histograms(reference, inside)))
            known = (here == label) & (inside.sum((2, 3), keepdim=True) > 0)
            codes = torch.where(known, found, codes)
        return codes


class ColorTransfer(nn.Module):
    """A source (B, 3, H, W) and codes (B, 2 * CODE, 1 or H, 1 or W) to pictures, the largest first: the CTN."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        levels, tiled = shape.levels, shape.tiled
        inputs = (3, *levels[:-1])
        self.down = nn.ModuleList(
            nn.Sequential(_conv(a, b), _conv(b, b)) for a, b in zip(inputs, levels, strict=True)
        )
        self.deep = nn.Sequential(*(_conv(levels[-1], levels[-1]) for _ in range(shape.deep)))
        outer = (levels[-1], *levels[:0:-1])  # of what is below each block
        self.tell = nn.ModuleList(
            Told(below + skip, skip, tiled=tiled) for below, skip in zip(outer, levels[::-1], strict=True)
        )
        self.up = nn.ModuleList(_conv(width, width) for width in levels[::-1])
        self.look = nn.ModuleList(nn.Conv2d(width, 3, 1) for width in levels[::-1])
        wide = shape.refinement
        self.refine = Told(levels[0] + 3, wide[0], tiled=tiled)
        self.end = nn.Sequential(*(_conv(*two) for two in pairwise(wide)), nn.Conv2d(wide[-1], 3, 1))

    def forward(self, source: Tensor, codes: Tensor) -> tuple[Tensor, ...]:
        x, skips, seen = source, [], []
        for block in self.down:
            skips.append(block(x))
            x = avg_pool2d(skips[-1], 2)
        x = self.deep(x)  # (B, c, H/32, W/32)
        for tell, up, look, skip in zip(self.tell, self.up, self.look, reversed(skips), strict=True):
            x = interpolate(x, skip.shape[-2:], mode="bilinear", align_corners=False)
            x = up(tell(torch.cat([x, skip], 1), codes))
            seen.append(look(x))
        x = self.refine(torch.cat([x, source], 1), codes)
        return (source + self.end(x), *seen)


class Told(nn.Module):
    """A convolution of planes (B, c, h, w) that is told codes (B, 2 * CODE, 1 or H, 1 or W).

    Tiled at full size, codes cost more than all else in a small network. They are the same everywhere, or within a
    label, so that all they can add is a bias for each channel.
    """

    def __init__(self, inputs: int, outputs: int, *, tiled: bool) -> None:
        super().__init__()
        self.look = nn.Conv2d(inputs + 2 * CODE * tiled, outputs, 3, 1, 1)
        self.tell = None if tiled else nn.Conv2d(2 * CODE, outputs, 1, bias=False)
        self.bend = nn.LeakyReLU(0.2, inplace=True)

    def forward(self, x: Tensor, codes: Tensor) -> Tensor:
        if self.tell is None:
            return self.bend(self.look(torch.cat([x, _to(codes, x.shape[-2:])], 1)))
        if codes.shape[-2:] != (1, 1):
            codes = _to(codes, x.shape[-2:])
        return self.bend(self.look(x) + self.tell(codes))


def _flat(code: Tensor) -> Tensor:
    return code[..., None, None]  # (B, CODE, 1, 1)


def _to(code: Tensor, size: torch.Size) -> Tensor:
    """Return codes (B, CODE, h, w) tiled, or taken at the nearest pixels, at a size."""
    return interpolate(code, size, mode="nearest")


def _conv(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 1, 1), nn.LeakyReLU(0.2, inplace=True))
