import numpy as np
import pytest

from colorfast.bench.peers import PEERS, covariance_of, mkl, monge_kantorovitch, nothing, reinhard, shift
from colorfast.records import Garment

SOURCE = np.array([[90.0, 20, -5], [20, 40, 8], [-5, 8, 25]])
TARGET = np.array([[60.0, -10, 3], [-10, 70, 12], [3, 12, 15]])


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def picture(rng, mean=(50, 10, -20), covariance=SOURCE):
    return rng.multivariate_normal(mean, covariance, (40, 30)).astype(np.float32)


def garment(alpha=None):
    alpha = np.ones((40, 30), np.float32) if alpha is None else alpha
    return Garment(core=alpha == 1, alpha=alpha, way="mask", confidence=1.0, box=np.s_[0:40, 0:30])


def test_the_monge_kantorovitch_map_carries_one_covariance_onto_the_other():
    matrix = monge_kantorovitch(SOURCE, TARGET)
    np.testing.assert_allclose(matrix @ SOURCE @ matrix.T, TARGET, rtol=1e-9, atol=1e-9)


def test_the_monge_kantorovitch_map_is_symmetric_and_positive():
    matrix = monge_kantorovitch(SOURCE, TARGET)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_the_monge_kantorovitch_map_of_commuting_covariances_is_known():
    matrix = monge_kantorovitch(np.diag([4.0, 9, 16]), np.diag([1.0, 36, 4]))
    np.testing.assert_allclose(matrix, np.diag([0.5, 2.0, 0.5]), atol=1e-12)


def test_mkl_gives_the_core_the_mean_and_covariance_of_the_reference(rng):
    reference = picture(rng, (60, -5, 30), TARGET).reshape(-1, 3)
    found = mkl(picture(rng), garment(), reference).reshape(-1, 3)
    np.testing.assert_allclose(found.mean(axis=0), reference.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(covariance_of(found), covariance_of(reference), rtol=2e-3, atol=2e-2)


def test_reinhard_gives_each_channel_the_mean_and_spread_of_the_reference(rng):
    reference = picture(rng, (60, -5, 30), TARGET).reshape(-1, 3)
    found = reinhard(picture(rng), garment(), reference).reshape(-1, 3)
    np.testing.assert_allclose(found.mean(axis=0), reference.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(found.std(axis=0), reference.std(axis=0), rtol=1e-3)


def test_shift_moves_the_medians_together(rng):
    reference = picture(rng, (60, -5, 30), TARGET).reshape(-1, 3)
    found = shift(picture(rng), garment(), reference)
    medians = np.median(found.reshape(-1, 3), axis=0)
    np.testing.assert_allclose(medians, np.median(reference, axis=0), atol=1e-4)


def test_nothing_changes_nothing(rng):
    lab = picture(rng)
    np.testing.assert_array_equal(nothing(lab, garment(), lab.reshape(-1, 3)[:50]), lab)


@pytest.mark.parametrize("name", PEERS)
def test_no_peer_touches_pixels_outside_the_alpha(rng, name):
    alpha = np.ones((40, 30), np.float32)
    alpha[:, :12] = 0
    lab = picture(rng)
    found = PEERS[name](lab, garment(alpha), picture(rng, (60, -5, 30), TARGET).reshape(-1, 3))
    np.testing.assert_array_equal(found[:, :12], lab[:, :12])


@pytest.mark.parametrize("name", PEERS)
def test_a_flat_gray_garment_is_not_stretched_into_noise(name):
    flat = np.full((40, 30, 3), (50, 0, 0), np.float32)
    flat[::2, ::3, 1] += 0.05  # less than 8-bit rounding
    reference = np.random.default_rng(1).normal((50, 0, 0), 5, (500, 3)).astype(np.float32)
    found = PEERS[name](flat, garment(), reference)
    assert found[..., 1].std() < 1.5
