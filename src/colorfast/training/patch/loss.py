"""The loss of patch colors: CIEDE2000 with slopes everywhere, Huber on Lab, and the likelihood of the error."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

TINY = 1e-8  # keeps roots differentiable at 0; a difference of nothing becomes 1e-4
HUBER, LIKELIHOOD = 0.05, 0.1  # shares beside CIEDE2000


def delta_e_2000(lab1: Tensor, lab2: Tensor) -> Tensor:
    """Return CIEDE2000 (...) of Lab (..., 3), differentiable. Sharma, Wu & Dalal 2005, eq. 2 to 22."""
    L1, a1, b1 = lab1.unbind(-1)
    L2, a2, b2 = lab2.unbind(-1)
    power = ((_length(a1, b1) + _length(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * (power / (power + 25.0**7) + TINY).sqrt()  # eq. 4
    a1, a2 = stretch * a1, stretch * a2
    c1, c2 = _length(a1, b1), _length(a2, b2)
    first, second = torch.atan2(b1, a1), torch.atan2(b2, a2)
    turn = second - first
    turn = turn - 2 * math.pi * torch.round(turn / (2 * math.pi))
    dH = 2 * (c1 * c2).sqrt() * torch.sin(turn / 2)  # eq. 11
    hue, chroma, offset = first + turn / 2, (c1 + c2) / 2, ((L1 + L2) / 2 - 50) ** 2
    SL = 1 + 0.015 * offset / (20 + offset).sqrt()
    SC, SH = 1 + 0.045 * chroma, 1 + 0.015 * chroma * _weight_of_hue(hue)
    dl, dc, dh = (L2 - L1) / SL, (c2 - c1) / SC, dH / SH
    squared = dl * dl + dc * dc + dh * dh + _rotation(hue, chroma) * dc * dh
    return squared.clamp_min(TINY).sqrt()


def patch_loss(output: Tensor, target: Tensor) -> Tensor:
    """Return the mean loss of members' answers.

    output   (B, members, 6) Lab and the logarithms of its deviations
    target   (B, 3) Lab
    """
    lab, spread = output[..., :3], output[..., 3:]
    true = target[:, None].expand_as(lab)
    off = (lab - true).detach()
    likelihood = spread + 0.5 * (off * torch.exp(-spread)) ** 2
    difference = delta_e_2000(lab, true).mean() + HUBER * functional.huber_loss(lab, true)
    return difference + LIKELIHOOD * likelihood.mean()


def _length(a: Tensor, b: Tensor) -> Tensor:
    return (a * a + b * b + TINY).sqrt()


def _weight_of_hue(hue: Tensor) -> Tensor:
    """Return T, eq. 15."""
    turned = torch.cos(hue - math.radians(30)), torch.cos(3 * hue + math.radians(6))
    fourth = torch.cos(4 * hue - math.radians(63))
    return 1 - 0.17 * turned[0] + 0.24 * torch.cos(2 * hue) + 0.32 * turned[1] - 0.20 * fourth


def _rotation(hue: Tensor, chroma: Tensor) -> Tensor:
    """Return R_T, eq. 16, 17 and 21."""
    degrees = torch.rad2deg(hue) % 360
    angle = 60 * torch.exp(-(((degrees - 275) / 25) ** 2))
    power = chroma**7
    return -2 * torch.sin(torch.deg2rad(angle)) * (power / (power + 25.0**7) + TINY).sqrt()
