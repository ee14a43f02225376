"""Couplings against POT's exact and unbalanced solvers, and in cases with a known answer."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.color.transport import carried, couple, nearness
from colorfast.records import Palette


def palette(colors, weights):
    colors, weights = np.array(colors, np.float32), np.array(weights, np.float32)
    return Palette(colors=colors, weights=weights, median=np.median(colors, axis=0))


@pytest.fixture
def cloud():
    rng = np.random.default_rng(3)
    return (rng.normal(size=(4000, 3)) * [12, 6, 6] + [50, 20, 10]).astype(np.float32)


def test_a_palette_is_coupled_to_itself(cloud):
    source = palette_of(cloud)
    found = couple(source, source, blur=0.5)
    np.testing.assert_allclose(found.targets, source.colors, atol=0.5)


def test_balanced_plan_keeps_both_shares(cloud):
    source, target = palette_of(cloud), palette_of(cloud[:900] + np.float32([9, -5, 4]))
    plan = couple(source, target).plan
    np.testing.assert_allclose(plan.sum(1), source.weights, atol=2e-3)
    np.testing.assert_allclose(plan.sum(0), target.weights, atol=2e-3)


def test_a_shifted_cloud_is_carried_by_the_shift(cloud):
    shift = np.float32([6, -8, 5])
    source, target = palette_of(cloud), palette_of(cloud + shift)
    moved = couple(source, target).targets - source.colors
    np.testing.assert_allclose(source.weights @ moved, shift, atol=0.2)


def test_with_reach_the_shares_of_stripes_may_differ():
    source = palette([[30, 40, 20], [80, 0, 0]], [0.8, 0.2])
    target = palette([[35, 45, 15], [85, 0, 5]], [0.3, 0.7])
    np.testing.assert_allclose(couple(source, target, reach=10).targets, target.colors, atol=0.5)
    assert abs(couple(source, target).targets[0, 0] - 35) > 10  # balanced, half of the red turns white


def test_colors_far_apart_do_not_underflow():
    source, target = palette([[0, 0, 0]], [1]), palette([[100, 120, -120]], [1])
    np.testing.assert_allclose(couple(source, target, blur=0.5).targets, target.colors, atol=1e-3)


def test_plan_agrees_with_pot(cloud):
    ot = pytest.importorskip("ot")
    source, target = palette_of(cloud, nodes=24), palette_of(cloud + np.float32([8, 3, -9]), nodes=24)
    cost = 0.5 * ((source.colors[:, None] - target.colors[None]) ** 2).sum(-1)
    exact = ot.emd(source.weights / source.weights.sum(), target.weights / target.weights.sum(), cost)
    assert (couple(source, target, blur=1.0).plan * cost).sum() == pytest.approx(
        (exact * cost).sum(), rel=0.05
    )


def plain_sinkhorn(source, target, blur, reach):
    """The plan by two thousand rounds in the log domain at one blur, in float64."""
    cost = 0.5 * ((source.colors[:, None].astype(float) - target.colors[None]) ** 2).sum(-1)
    keep = reach**2 / (reach**2 + blur**2) if reach else 1
    log_a, log_b = np.log(source.weights.astype(float)), np.log(target.weights.astype(float))
    f, g, eps = np.zeros(len(log_a)), np.zeros(len(log_b)), blur * blur
    for _ in range(2000):
        f = -keep * eps * np.logaddexp.reduce(log_b + (g - cost) / eps, axis=1)
        g = -keep * eps * np.logaddexp.reduce(log_a[:, None] + (f[:, None] - cost) / eps, axis=0)
    return np.exp(log_a[:, None] + log_b + (f[:, None] + g - cost) / eps)


@pytest.mark.parametrize("reach", [None, 10.0, 40.0])
def test_plan_agrees_with_plain_sinkhorn(cloud, reach):
    source, target = palette_of(cloud, nodes=20), palette_of(cloud + np.float32([9, -14, 6]), nodes=20)
    expected = plain_sinkhorn(source, target, 4.0, reach)
    found = couple(source, target, blur=4.0, reach=reach)
    np.testing.assert_allclose(found.plan.sum(1), expected.sum(1), atol=0.01 * expected.sum(1).max())
    moved = expected @ target.colors / expected.sum(1, keepdims=True)
    np.testing.assert_allclose(found.targets, moved, atol=0.2)


def test_colors_out_of_reach_leave_finite_numbers():
    source = palette([[0, 0, 0], [5, 3, 1]], [0.5, 0.5])
    target = palette([[100, 120, -120], [95, 110, -128]], [0.5, 0.5])
    found = couple(source, target, blur=1.0, reach=5.0)
    assert np.isfinite(found.plan).all()
    assert np.isfinite(found.targets).all()


@pytest.mark.parametrize("blur", [0.5, 2.0])
def test_scattered_colors_of_which_few_are_in_reach_have_no_more_mass_than_there_is(blur):
    rng = np.random.default_rng(4)
    for n, m in rng.integers(1, 60, (10, 2)):
        source, target = (palette(rng.normal(0, 80, (k, 3)), np.full(k, 1 / k)) for k in (n, m))
        plan = couple(source, target, blur=blur, reach=5.0).plan
        assert np.isfinite(plan).all()
        assert plan.sum() < 1.01


def test_an_unbalanced_plan_is_settled_at_the_reach_that_is_usual(cloud):
    source, target = palette_of(cloud, nodes=20), palette_of(cloud + np.float32([4, -6, 3]), nodes=20)
    expected = plain_sinkhorn(source, target, 2.0, 10.0)
    np.testing.assert_allclose(couple(source, target, reach=10.0).plan, expected, atol=5e-5)


@pytest.mark.parametrize("spread", [10, 100])
def test_colors_are_carried_by_the_mean_of_the_displacements_nearby(cloud, spread):
    rng = np.random.default_rng(5)
    nodes, lab = palette_of(cloud, nodes=24), rng.normal(40, spread, (300, 3)).astype(np.float32)
    moves = rng.normal(0, 8, nodes.colors.shape)
    square = ((lab[:, None].astype(float) - nodes.colors) ** 2).sum(-1)
    shares = np.log(nodes.weights) - square / (2 * 4.0**2)
    shares = np.exp(shares - shares.max(1, keepdims=True))
    expected = lab + shares @ moves / shares.sum(1, keepdims=True)
    np.testing.assert_allclose(carried(lab, nodes, moves, width=4.0), expected, atol=2e-3)


def test_nearness_agrees_with_its_float64_twin():
    rng = np.random.default_rng(2)
    lab, centers = rng.normal(50, 20, (1100, 3)), rng.normal(50, 20, (4, 3))
    log_mass = np.log(rng.dirichlet(np.ones(4)))
    near = log_mass - 0.5 / 11**2 * ((lab[:, None] - centers) ** 2).sum(-1)
    share = np.exp(near - near.max(1, keepdims=True))
    found = nearness(lab.astype(np.float32), centers, log_mass, width=11)
    np.testing.assert_allclose(found.T, share / share.sum(1, keepdims=True), atol=1e-4)
