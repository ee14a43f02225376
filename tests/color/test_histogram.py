"""Cells and medians of planes are those that plain NumPy finds."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.histogram import fill_cells, limits, medians, merge_cells


@pytest.fixture
def planes():
    rng = np.random.default_rng(11)
    return (rng.normal(size=(3, 5000)) * [[12], [7], [5]] + [[50], [20], [-10]]).astype(np.float32)


@pytest.fixture
def chosen():
    return np.random.default_rng(12).random(5000) < 0.7


def sides_of(bounds, edge):
    return ((bounds[1] - bounds[0]) / edge).astype(np.int64) + 1


def plain_cells(planes, chosen, low, edge, sides):
    """Numbers, pixels and sums of Lab of the occupied cells, by np.unique."""
    place = ((planes[:, chosen].T - low) / np.float32(edge)).astype(np.int64)
    numbers, which = np.unique(np.ravel_multi_index(tuple(place.T), tuple(sides)), return_inverse=True)
    weights = [None, *planes[:, chosen].astype(float)]
    return numbers, np.stack([np.bincount(which, each) for each in weights], axis=1)


def test_limits_are_those_of_the_chosen_pixels(planes, chosen):
    found = limits(planes, chosen)
    np.testing.assert_array_equal(found, [planes[:, chosen].min(1), planes[:, chosen].max(1)])


@pytest.mark.parametrize("edge", [1.0, 2.0, 8.0])
def test_cells_hold_the_pixels_that_numpy_counts(planes, chosen, edge):
    bounds = limits(planes, chosen)
    sides = sides_of(bounds, edge)
    numbers, sums = fill_cells(planes, chosen, bounds[0], edge, sides)
    order = np.argsort(numbers)
    expected = plain_cells(planes, chosen, bounds[0], edge, sides)
    np.testing.assert_array_equal(numbers[order], expected[0])
    np.testing.assert_allclose(sums[order], expected[1])


def test_of_every_third_pixel_cells_hold_just_those(planes, chosen):
    bounds, third = limits(planes, chosen), np.zeros(5000, bool)
    third[np.flatnonzero(chosen)[::3]] = True
    found = fill_cells(planes, chosen, bounds[0], 2.0, sides_of(bounds, 2), 3)
    expected = fill_cells(planes, third, bounds[0], 2.0, sides_of(bounds, 2))
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_merged_cells_are_the_cells_of_twice_the_edge(planes, chosen):
    bounds = limits(planes, chosen)
    merged, sums, sides = merge_cells(
        *fill_cells(planes, chosen, bounds[0], 1.0, sides_of(bounds, 1)), sides_of(bounds, 1)
    )
    order = np.argsort(merged)
    numbers, expected = plain_cells(planes, chosen, bounds[0], 2, sides)
    np.testing.assert_array_equal(merged[order], numbers)
    np.testing.assert_allclose(sums[order], expected)


@pytest.mark.parametrize("count", [1, 2, 3, 100, 4999, 5000])
def test_medians_are_exact(planes, count):
    chosen = np.arange(5000) < count
    found = medians(planes, chosen, limits(planes, chosen))
    np.testing.assert_array_equal(found, np.median(planes[:, :count], axis=1))


def test_the_median_of_one_flat_color_is_that_color():
    planes, chosen = np.full((3, 40), 42.125, np.float32), np.ones(40, bool)
    np.testing.assert_array_equal(medians(planes, chosen, limits(planes, chosen)), [42.125] * 3)
