"""The distribution match finds the map that was applied, and its linear start is the published one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.correct.sliced import NOISE, directions, fit, monge_kantorovitch
from colorfast.correct.trust import trust


@pytest.fixture
def cloud():
    rng = np.random.default_rng(6)
    return (rng.normal(size=(20000, 3)) @ np.diag([12, 7, 5]) + [50, 20, -10]).astype(np.float32)


def test_linear_transport_carries_mean_and_covariance_beyond_the_noise(cloud):
    goal = cloud @ np.float32([[1.1, 0.1, 0], [0.1, 0.8, -0.1], [0, -0.1, 1.3]]) + np.float32([4, -6, 9])
    weights = np.full(len(cloud), 1 / len(cloud))
    matrix, mean = monge_kantorovitch((cloud, weights), (goal, weights))
    before, after = (np.cov(each.T, bias=True) + NOISE**2 * np.eye(3) for each in (cloud, goal))
    np.testing.assert_allclose(mean, goal.mean(0), atol=1e-2)
    np.testing.assert_allclose(matrix.T @ before @ matrix, after, atol=1e-2)


def test_linear_transport_of_equal_distributions_is_the_identity(cloud):
    weights = np.full(len(cloud), 1 / len(cloud))
    matrix, _ = monge_kantorovitch((cloud, weights), (cloud, weights))
    np.testing.assert_allclose(matrix, np.eye(3), atol=1e-6)


def test_a_bent_map_is_found(cloud):
    bent = cloud + np.float32([0.004, 0, 0]) * (cloud[:, :1] - 50) ** 2 + np.float32([3, -5, 4])
    found = fit(palette_of(cloud), palette_of(bent))
    assert np.abs(found.color_map(cloud) - bent).mean() < 0.4
    assert found.residual < found.affine_residual


def test_beyond_the_garments_colors_the_map_goes_on_without_bending(cloud):
    found = fit(palette_of(cloud), palette_of(cloud + np.float32([3, -5, 4])))
    far = np.float32([[100, 120, 120], [0, -120, -120]])
    np.testing.assert_allclose(found.color_map(far) - far, [[3, -5, 4]] * 2, atol=2.5)


def test_trust_is_high_for_the_same_light_and_low_for_another(cloud):
    same = palette_of(cloud + np.float32([3, -5, 4]))
    lit = cloud.copy()
    lit[:, 0] = np.where(lit[:, 0] > 50, lit[:, 0] + 9, lit[:, 0])  # a hard shadow that the photo lacks
    source, other = palette_of(cloud), palette_of(lit)
    assert trust(fit(source, same), source, same) > 0.95
    assert trust(fit(source, other), source, other) < 0.3


def test_directions_are_unit_vectors_that_cover_space_evenly():
    axes = directions(16)
    np.testing.assert_allclose(np.linalg.norm(axes, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(axes.T @ axes / 16, np.eye(3) / 3, atol=0.05)


def test_a_reference_that_is_worn_is_trusted_more_than_a_product_shot(cloud):
    source, shot = palette_of(cloud), palette_of(cloud * np.float32([1.1, 0.9, 1]) + np.float32([0, 3, 4]))
    worn = replace(shot, on_person=True)
    found = fit(source, shot)
    assert trust(found, source, worn) > trust(found, source, shot)


def test_across_the_line_of_a_gradient_slopes_stay_as_they_are():
    light = np.linspace(20, 60, 4000, dtype=np.float32)
    source, target = (np.stack([light, slope * light, 0 * light], 1) for slope in (0.2, 0.5))
    found = fit(palette_of(source), palette_of(target)).color_map
    beside = np.float32([0, 0, 0.3])
    across = (found(source + beside) - found(source)) / 0.3
    np.testing.assert_allclose(across, np.tile([0, 0, 1], (len(light), 1)), atol=0.1)
