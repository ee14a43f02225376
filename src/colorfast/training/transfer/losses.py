"""How far colors are from the truth, as numbers to learn by: of lattices, and of pictures in histogram analogy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, mse_loss

from colorfast.correct.analogy import GIVEN, MAPS, SIDE
from colorfast.training.loop import in_bfloat16
from colorfast.training.transfer.crops import parts_of
from colorfast.training.transfer.networks.histogram import shares_of
from colorfast.training.transfer.networks.lattice import mixed

Pictures: TypeAlias = tuple[
    Tensor, ...
]  # (B, 3, H, W) and what the decoder's blocks make of it, coarsest first

SMOOTH, EVEN = 1.0, 0.01
"""Weights of the mean square step between neighboring nodes, of residuals and of logits: jumps tear texture."""
LEAST = 0.1  # ΔE: below it a difference counts as its square, so that gradients end

HISTOGRAM, SCALES = 10.0, 10.0
"""λ1 and λ2 of Lee et al. 2020: weights of the histogram loss and of the multi-scale loss."""
TAUGHT = 0.5
"""α: share of what the teacher says in the loss of a student."""


def color_loss(lattice: Tensor, judged: Tensor) -> Tensor:
    """Return ΔE94 to the truth, with a quarter of ΔE76, and what an uneven lattice costs.

    lattice   (B, GIVEN * SIDE, SIDE, SIDE)
    judged    (B, n, COLUMNS) of batches.py
    """
    truth, weight = judged[..., -4:-1], judged[..., -1]
    found = mixed(lattice, judged)
    each = 0.25 * delta_e_76(found, truth) + 0.75 * delta_e_94(found, truth)
    return (weight * each).mean() + unevenness(lattice)


def delta_e_76(found: Tensor, truth: Tensor) -> Tensor:
    """Return the distance in Lab (...)."""
    return _length((found - truth).square().sum(-1))


def delta_e_94(found: Tensor, truth: Tensor) -> Tensor:
    """Return CIE94 with the truth as the standard (...): kL = kC = kH = 1, K1 = 0.045, K2 = 0.015."""
    chroma, other = (_length(lab[..., 1:].square().sum(-1)) for lab in (truth, found))
    gap = found - truth
    along = other - chroma
    around = (gap[..., 1:].square().sum(-1) - along.square()).clamp(min=0)
    parts = along.square() / (1 + 0.045 * chroma).square() + around / (1 + 0.015 * chroma).square()
    return _length(gap[..., 0].square() + parts)


def unevenness(lattice: Tensor) -> Tensor:
    """Return the weighted mean square steps between neighboring nodes, summed over the three axes."""
    grid = lattice.reshape(len(lattice), GIVEN, SIDE, SIDE, SIDE)
    steps = torch.stack([grid.diff(dim=axis).square().mean((0, 2, 3, 4)) for axis in (2, 3, 4)]).sum(0)
    return EVEN * steps[: len(MAPS)].mean() + SMOOTH * steps[len(MAPS) :].mean()


def hard_loss(found: Pictures, truth: Tensor) -> Tensor:
    """Return image loss + λ1 histogram loss + λ2 multi-scale loss against the truth (B, 3, H, W).

    Lee et al. 2020, section 3.3. The histogram loss sums over bins: a mean over 4096 of them would be nothing.
    """
    wanted = [interpolate(truth, one.shape[-2:], mode="area") for one in found[1:]]
    return _three(found, truth, wanted)


def soft_loss(found: Pictures, taught: Pictures) -> Tensor:
    """Return the same loss with what a teacher makes of the pair in place of the truth."""
    return _three(found, taught[0], taught[1:])


def distilled(teacher: nn.Module) -> Callable[[Pictures, Tensor], Tensor]:
    """Return the loss α soft + (1 - α) hard, over truths and pairs as crops.py gives them."""
    teacher.to(memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload]

    def loss(found: Pictures, targets: Tensor) -> Tensor:
        truth, pair = parts_of(targets)
        pair = pair.contiguous(memory_format=torch.channels_last)
        with torch.no_grad(), in_bfloat16(pair):
            taught = tuple(one.float() for one in teacher(pair))
        return TAUGHT * soft_loss(found, taught) + (1 - TAUGHT) * hard_loss(found, truth)

    return loss


def histogram_loss(found: Tensor, truth: Tensor) -> Tensor:
    """Return the squared differences of two pictures' histograms, of L* and of a* and b*, summed over bins."""
    gaps = (one - other for one, other in zip(shares_of(found), shares_of(truth), strict=True))
    return torch.stack([gap.square().flatten(1).sum(1).mean() for gap in gaps]).sum()


def _three(found: Pictures, wanted: Tensor, smaller: Sequence[Tensor]) -> Tensor:
    scales = [mse_loss(one, other) for one, other in zip(found[1:], smaller, strict=True)]
    picture = mse_loss(found[0], wanted)
    return picture + HISTOGRAM * histogram_loss(found[0], wanted) + SCALES * torch.stack(scales).mean()


def _length(square: Tensor) -> Tensor:
    return (square + LEAST**2).sqrt() - LEAST
