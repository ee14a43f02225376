"""A polynomial map equals its formula in float64, and moments are those of NumPy."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

from colorfast.correct.polynomial import BLOCK, CUBIC, LINEAR, frame_of, moments, polynomial, terms_of


@pytest.fixture
def cloud():
    rng = np.random.default_rng(3)
    return (rng.normal(size=(2 * BLOCK + 7, 3)) @ [[9, 4, 0], [0, 6, 2], [0, 0, 1]]).astype(np.float32)


def weights_of(cloud):
    weights = np.random.default_rng(4).random(len(cloud)).astype(np.float32)
    return weights / weights.sum()


def test_moments_are_those_of_numpy(cloud):
    weights = weights_of(cloud)
    mean, covariance = moments(cloud, weights)
    np.testing.assert_allclose(mean, np.average(cloud, axis=0, weights=weights), atol=1e-5)
    np.testing.assert_allclose(covariance, np.cov(cloud.T, aweights=weights, ddof=0), rtol=1e-5, atol=1e-5)


def test_a_frame_begins_with_the_longest_axis_and_holds_all_colors(cloud):
    frame, places = frame_of(cloud, weights_of(cloud))
    assert (np.diff(places.std(axis=1)) < 0).all()
    np.testing.assert_array_equal(places.min(axis=1), frame.low)
    np.testing.assert_array_equal(places.max(axis=1), frame.high)


def test_the_monomials_are_all_products_of_up_to_three_coordinates(cloud):
    frame, places = frame_of(cloud, weights_of(cloud))
    scaled = places.astype(np.float64) * frame.scale[:, None]
    chosen = [group for degree in range(4) for group in combinations_with_replacement(range(3), degree)]
    wanted = np.array([np.prod(scaled[list(group)], axis=0) for group in chosen])
    found = terms_of(frame, places)
    np.testing.assert_allclose(np.sort(found, axis=0), np.sort(wanted, axis=0), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("count", [LINEAR, CUBIC])
def test_a_map_is_the_sum_of_its_terms_inside_and_goes_on_straight_outside(cloud, count):
    frame, _ = frame_of(cloud, weights_of(cloud))
    factors = np.random.default_rng(5).normal(size=(count, 3))
    far = 3 * cloud
    places = frame.places(far)
    inside = np.clip(places, frame.low[:, None], frame.high[:, None])
    wanted = (
        terms_of(frame, inside)[:count].T.astype(np.float64) @ factors + (places - inside).T @ frame.axes.T
    )
    np.testing.assert_allclose(polynomial(frame, factors)(far), wanted, rtol=1e-3, atol=2e-2)
