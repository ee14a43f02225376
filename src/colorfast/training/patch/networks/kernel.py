"""The model for measured rows: a Gaussian process over what the photo shows and what the camera says.

Rows are few, and a network that is drawn through them by steps is no better than this closed form, which takes a
tenth of a second and knows its own deviations. Three kernels are summed: over the patch's light alone, which holds
for any camera and lamp; over light and exposure together, which remembers the lights that rows were taken in; and
over the luminance that both tell, for cameras that meter the patch set by it how they expose.

Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, eq. 2.23 to 2.26.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from colorfast.color.exact import RGB_TO_RATIOS
from colorfast.records import Array
from colorfast.swatch.patch_inputs import BRIGHTNESS_MIDDLE, ISO_MIDDLE, RIM, STOPS, VALUE_MIDDLE
from colorfast.training.patch.rows import Rows, planes

LIGHT, TOGETHER, ABSOLUTE = slice(0, 3), slice(0, 6), [6, 3]  # places in `features`
DARKEST = 1e-3  # linear light; logarithms end there
LEAST_VARIANCE = 1e-4  # as a share of the prior's


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernels:
    """How far rows speak for each other, in stops; chosen so that unseen patches and unseen sets come out well."""

    light: tuple[float, float, float] = (3.0, 3.0, 1.0)
    """Luminance, and red and blue against green, for any camera and lamp."""
    together: tuple[float, ...] = (0.75, 0.75, 0.45, 0.4, 1.2, 3.5)
    """The same three, exposure value, ISO, and metered brightness against exposure."""
    absolute: tuple[float, float] = (4.0, 0.25)
    """Luminance of the patch itself, and exposure value."""
    shares: tuple[float, float, float] = (1.0, 1.0, 3.0)
    """Variance of each, against"""
    noise: float = 1.0
    """that of rows which look alike."""


class KernelNetwork(nn.Module):
    """A process that has seen rows: planes (B, PLANES, SIDE, SIDE) to (B, 1, 6)."""

    known: Tensor  # (rows, 7) features
    inverse: Tensor  # (rows, rows)
    weights: Tensor  # (rows, 3)
    mean: Tensor  # (3,)
    prior: Tensor  # (3,) variance that 1 of a kernel stands for

    def __init__(self, rows: Rows, cameras: Sequence[str], kernels: Kernels = Kernels()) -> None:
        super().__init__()
        self.kernels = kernels
        known = features(torch.from_numpy(planes(rows, cameras))).double()
        true = torch.from_numpy(np.ascontiguousarray(rows.true)).double()
        mean = true.mean(0)
        covariance = self._kernel(known, known) + kernels.noise * torch.eye(len(known), dtype=torch.double)
        inverse = torch.linalg.inv(covariance)
        weights = inverse @ (true - mean)
        residual = (weights / inverse.diagonal()[:, None]) ** 2  # of each row left out; eq. 5.12
        prior = (residual * inverse.diagonal()[:, None]).mean(0)
        for name, value in (
            ("known", known),
            ("inverse", inverse),
            ("weights", weights),
            ("mean", mean),
            ("prior", prior),
        ):
            self.register_buffer(name, value.float())

    def forward(self, seen: Tensor) -> Tensor:
        near = self._kernel(features(seen), self.known)  # (B, rows)
        lab = self.mean + near @ self.weights
        alone = sum(self.kernels.shares) + 1 + self.kernels.noise
        left = alone - (near @ self.inverse * near).sum(1, keepdim=True)
        variance = left.clamp_min(LEAST_VARIANCE * alone) * self.prior
        return torch.cat([lab, 0.5 * variance.log()], 1)[:, None]

    def left_out(self, folds: Array) -> Array:
        """Return (n, 3) errors of each row by the others' folds, in deviations.

        The block of the inverse that a fold has tells what is said without it: eq. 5.10 to 5.12, in blocks.
        """
        ratios = torch.empty_like(self.weights)
        for fold in np.unique(folds):
            held = torch.from_numpy(folds == fold)
            block = torch.linalg.inv(self.inverse[held][:, held])
            ratios[held] = (block @ self.weights[held]) / (block.diagonal()[:, None] * self.prior).sqrt()
        return np.asarray(ratios)

    def _kernel(self, first: Tensor, second: Tensor) -> Tensor:
        of = self.kernels
        terms = (
            _near(first[:, LIGHT], second[:, LIGHT], of.light),
            _near(first[:, TOGETHER], second[:, TOGETHER], of.together),
            _near(first[:, ABSOLUTE], second[:, ABSOLUTE], of.absolute),
        )
        return sum(share * term for share, term in zip(of.shares, terms, strict=True)) + torch.ones(())


def features(seen: Tensor) -> Tensor:
    """Return (B, 7) stops of planes: luminance, red and blue against green, exposure value, ISO, brightness against
    exposure, and luminance of the patch itself.
    """
    light = _linear(seen[:, :3, RIM:-RIM, RIM:-RIM].mean((2, 3))).clamp_min(DARKEST)
    luminance = light @ torch.as_tensor(RGB_TO_RATIOS[1], dtype=light.dtype)
    red, green, blue = light.log2().unbind(1)
    words = seen[:, 3:, 0, 0]
    value, iso = VALUE_MIDDLE + STOPS * words[:, 1], ISO_MIDDLE + STOPS * words[:, 3]
    brightness = BRIGHTNESS_MIDDLE + STOPS * words[:, 4]
    offset = (brightness - (value - 5)) * words[:, 5] * words[:, 2]
    shown = luminance.log2()
    return torch.stack([shown, red - green, blue - green, value, iso, offset, shown + value], 1)


def _near(first: Tensor, second: Tensor, lengths: Sequence[float]) -> Tensor:
    scale = torch.tensor(lengths, dtype=first.dtype)
    one, other = first / scale, second / scale
    squares = (one**2).sum(1, keepdim=True) + (other**2).sum(1) - 2 * one @ other.T
    return torch.exp(-0.5 * squares.clamp_min(0))


def _linear(rgb: Tensor) -> Tensor:
    """Undo the sRGB transfer curve. IEC 61966-2-1:1999, 4.2."""
    return torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4)
