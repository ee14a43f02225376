"""Networks from a patch, its surroundings and the camera's words to Lab: two backbones, three ways to fuse.

All take planes (B, PLANES, SIDE, SIDE) and give (B, members, 6): Lab and the logarithms of its deviations. They
answer with what the photo shows plus a change, so that an untrained one leaves colors as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from colorfast.color.exact import RGB_TO_RATIOS
from colorfast.errors import SettingsError
from colorfast.swatch.patch_inputs import RIM, UNKNOWN, WORDS

FUSIONS = ("concat", "film", "attention")
BACKBONES = ("statistics", "cnn")
SCALE = 20.0  # Lab units that an output of 1 changes
GRAY, BRIGHTEST = 0.45, 1.5  # linear light of a usual backdrop, and the most that a patch beside it has
DARKEST = 1e-3  # linear light; logarithms end there
EMBEDDED = 4  # numbers that stand for a camera
FORGET = 0.3  # share of a training's cameras that are called unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Which network."""

    fusion: str = "film"
    backbone: str = "statistics"
    metadata: bool = True
    """Whether it hears what the camera says."""
    background: bool = True
    """Whether it sees what surrounds the patch."""
    width: int = 64
    members: int = 4
    """Networks that answer together; where they differ nobody knows."""
    cameras: int = 0
    """Known by name."""

    def __post_init__(self) -> None:
        if self.fusion not in FUSIONS:
            raise SettingsError("patch.fusion", self.fusion, f"one of {', '.join(FUSIONS)}")
        if self.backbone not in BACKBONES:
            raise SettingsError("patch.backbone", self.backbone, f"one of {', '.join(BACKBONES)}")


class PatchNetwork(nn.Module):
    """Members of one design that answer together."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        self.members = nn.ModuleList([Member(design) for _ in range(design.members)])

    def forward(self, planes: Tensor) -> Tensor:
        rgb, words = planes[:, :3], planes[:, 3:, 0, 0]
        if not self.design.background:
            rgb, words = _without_surroundings(rgb), words * _all_but(words, "surrounded")
        if not self.design.metadata:
            words = words * _only(words, "surrounded")
        seen = statistics(rgb, words[:, :1])
        change = torch.stack([member(rgb, seen, words) for member in self.members], 1)  # (B, members, 6)
        shown = linear_to_lab(rgb[:, :, RIM:-RIM, RIM:-RIM].mean((2, 3)) ** 2.2)[:, None]
        return torch.cat([shown + SCALE * change[..., :3], change[..., 3:] + 1], -1)


class Member(nn.Module):
    """One network: what is seen, and what the camera says, fused."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        width = design.width
        self.backbone = Convolutions(width) if design.backbone == "cnn" else None
        self.camera = nn.Embedding(design.cameras + 1, EMBEDDED)
        self.seen = _dense(STATISTICS + (width if self.backbone else 0), width)
        self.heard = _dense(len(WORDS) - 1 + HEARD + EMBEDDED, width)
        self.fuse = {"concat": Concat, "film": Film, "attention": Attention}[design.fusion](width)
        last = nn.Linear(width, 6)
        nn.init.normal_(last.weight, std=0.01)  # at first, what the photo shows
        nn.init.zeros_(last.bias)
        self.head = nn.Sequential(_dense(width, width), last)

    def forward(self, rgb: Tensor, seen: Tensor, words: Tensor) -> Tensor:
        camera = words[:, -1].long()
        if self.training:
            camera = torch.where(torch.rand(len(camera), device=camera.device) < FORGET, UNKNOWN, camera)
        both = seen if self.backbone is None else torch.cat([seen, self.backbone(rgb)], 1)
        absolute = seen[:, :1] + words[:, 1:2], seen[:, :1] + words[:, 4:5]
        heard = torch.cat([words[:, :-1], *absolute, self.camera(camera)], 1)
        return self.head(self.fuse(self.seen(both), self.heard(heard)))  # (B, 6)


class Convolutions(nn.Module):
    """A small backbone over the picture (B, 3, SIDE, SIDE); gives (B, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width // 2, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(width // 2, width, 3, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(width, width, 3, stride=2, padding=1),
            nn.GELU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )

    def forward(self, rgb: Tensor) -> Tensor:
        return self.layers(3 * (rgb - 0.5))


class Concat(nn.Module):
    """Both side by side."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = _dense(2 * width, width)

    def forward(self, seen: Tensor, heard: Tensor) -> Tensor:
        return self.mix(torch.cat([seen, heard], 1))


class Film(nn.Module):
    """What is heard scales and shifts what is seen. Perez et al. 2018, arXiv:1709.07871."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.by = nn.Linear(width, 2 * width)
        self.mix = _dense(width, width)

    def forward(self, seen: Tensor, heard: Tensor) -> Tensor:
        scale, shift = self.by(heard).chunk(2, 1)
        return self.mix(seen * (1 + scale) + shift)


class Attention(nn.Module):
    """What is heard asks, pieces of what is seen answer. Vaswani et al. 2017, arXiv:1706.03762."""

    PIECES, HEADS = 8, 4

    def __init__(self, width: int) -> None:
        super().__init__()
        self.split = nn.Linear(width, self.PIECES * width)
        self.attend = nn.MultiheadAttention(width, self.HEADS, batch_first=True)
        self.mix = _dense(2 * width, width)

    def forward(self, seen: Tensor, heard: Tensor) -> Tensor:
        pieces = self.split(seen).unflatten(1, (self.PIECES, -1))  # (B, PIECES, width)
        answer = self.attend(heard[:, None], pieces, pieces, need_weights=False)[0][:, 0]
        return self.mix(torch.cat([seen + answer, heard], 1))


STATISTICS = 16  # numbers that `statistics` gives
HEARD = 2  # luminances that are told by the picture and an exposure together


def statistics(rgb: Tensor, surrounded: Tensor) -> Tensor:
    """Return (B, STATISTICS) of a picture: stops of light of the patch, around it and between them, its Lab,
    and what that would be if what surrounds it were GRAY.
    """
    light = rgb.clamp(0, 1) ** 2.2
    inner = light[:, :, RIM:-RIM, RIM:-RIM]
    patch = inner.mean((2, 3))
    count = light.shape[2] * light.shape[3] - inner.shape[2] * inner.shape[3]
    frame = (light.sum((2, 3)) - inner.sum((2, 3))) / count
    stops, around = _stops(patch), _stops(frame) * surrounded
    green = stops[:, 1:2]
    ratio = (_stops(patch) - _stops(frame)) * surrounded
    balanced = linear_to_lab((GRAY * 2**ratio).clamp_max(BRIGHTEST)) / 50
    lab = linear_to_lab(patch) / 50
    chroma = stops[:, ::2] - green
    return torch.cat([green / 4, chroma, around / 4, ratio, lab, balanced, surrounded], 1)


def linear_to_lab(linear: Tensor) -> Tensor:
    """Return Lab (..., 3) of linear sRGB, D65; as color.exact has it, above black."""
    ratios = linear.clamp_min(DARKEST) @ torch.as_tensor(RGB_TO_RATIOS.T, dtype=linear.dtype)
    x, y, z = torch.where(
        ratios > (6 / 29) ** 3, ratios ** (1 / 3), ratios * (29 / 6) ** 2 / 3 + 4 / 29
    ).unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _stops(light: Tensor) -> Tensor:
    return light.clamp_min(DARKEST).log2()


def _dense(inputs: int, width: int) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, width), nn.GELU())


def _without_surroundings(rgb: Tensor) -> Tensor:
    inner = rgb[:, :, RIM:-RIM, RIM:-RIM]
    return nn.functional.pad(inner, (RIM,) * 4, mode="replicate")


def _only(words: Tensor, name: str) -> Tensor:
    return torch.tensor([float(one == name) for one in WORDS], dtype=words.dtype)


def _all_but(words: Tensor, name: str) -> Tensor:
    return 1 - _only(words, name)
