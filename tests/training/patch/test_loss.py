"""The loss is the color difference of the product, with slopes everywhere."""

from __future__ import annotations

import numpy as np
import torch

from colorfast.color import exact
from colorfast.training.patch.loss import delta_e_2000, patch_loss
from colorfast.training.patch.networks.fusion import linear_to_lab


def pairs(count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    low, high = np.array([0, -80, -80]), np.array([100, 80, 80])
    return rng.uniform(low, high, (count, 3)), rng.uniform(low, high, (count, 3))


def test_ciede2000_is_that_of_the_product():
    first, second = pairs()
    found = delta_e_2000(torch.from_numpy(first), torch.from_numpy(second)).numpy()
    np.testing.assert_allclose(found, exact.delta_e_2000(first, second), atol=1e-3)


def test_its_slope_is_finite_for_gray_and_for_equal_colors():
    lab = torch.tensor([[50.0, 0, 0], [0, 0, 0], [40, 20, 10]], requires_grad=True)
    delta_e_2000(lab, torch.tensor([[50.0, 0, 0], [10, 0, 0], [40, 20, 10]])).sum().backward()
    assert lab.grad.isfinite().all()


def test_lab_of_light_is_that_of_the_product():
    linear = np.random.default_rng(0).uniform(0.01, 1, (500, 3))
    found = linear_to_lab(torch.from_numpy(linear)).numpy()
    np.testing.assert_allclose(found, exact.linear_to_lab(linear), atol=1e-6)


def test_a_deviation_that_is_too_small_costs_more_than_the_right_one():
    true = torch.zeros(100, 3) + 50
    off = true[:, None] + 3 * torch.randn(100, 1, 3, generator=torch.manual_seed(0))
    small, right = (torch.cat([off, torch.full_like(off, float(np.log(d)))], -1) for d in (0.5, 3.0))
    assert patch_loss(small, true) > patch_loss(right, true)
