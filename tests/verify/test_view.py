"""The pixels of a box that are measured, and the rim's band: compiled loops against NumPy twins in float64."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.profiles import to_lab
from colorfast.verify import rim
from colorfast.verify.view import Picture, places_of, spread_out

SHAPE = (45, 38)
STEPS = 2, 4  # every second pixel within four


@pytest.fixture(scope="module")
def core():
    return np.random.default_rng(21).random(SHAPE) < 0.4


@pytest.fixture(scope="module")
def shapes():
    """Return a garment that touches the picture's edge, and its inside."""
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    far = np.hypot(y - 20, x - 30)
    return far < 17, far < 13


def test_places_are_numpys(core):
    np.testing.assert_array_equal(places_of(core), np.flatnonzero(core))


@pytest.mark.parametrize("core", [np.zeros(SHAPE, bool), np.ones(SHAPE, bool)])
def test_nothing_and_everything_have_places(core):
    np.testing.assert_array_equal(places_of(core), np.flatnonzero(core))


def test_places_of_a_part_of_a_mask_are_counted_in_the_part(core):
    np.testing.assert_array_equal(places_of(core[3:30, 5:20]), np.flatnonzero(core[3:30, 5:20]))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colors_of_some_pixels_are_those_of_the_whole_box(core, dtype):
    codes = np.random.default_rng(22).integers(0, np.iinfo(dtype).max, (*SHAPE, 3)).astype(dtype)
    found = Picture(codes.reshape(-1, 3), None).colors(places_of(core))
    np.testing.assert_array_equal(found, to_lab(codes, None)[core])


def test_values_return_to_their_places(core):
    values = np.random.default_rng(23).random(core.sum())
    plane = np.zeros(SHAPE)
    plane[core] = values
    np.testing.assert_allclose(spread_out(values, places_of(core), SHAPE), plane, rtol=1e-7)


def band_twin(garment, inside):
    """Return the edge, as on a chess board, and which inside pixels lie on the grid around one of it."""
    y, x = np.nonzero(garment & ~inside)
    edge = np.stack([y, x], axis=1)[(y + x) % 2 == 0]
    asked = np.zeros(garment.shape, bool)
    for row, column in edge:  # the grid starts where the picture does, if that is nearer than the reach
        rows = np.arange(max(row - STEPS[1], 0), min(row + STEPS[1] + 1, SHAPE[0]), STEPS[0])
        columns = np.arange(max(column - STEPS[1], 0), min(column + STEPS[1] + 1, SHAPE[1]), STEPS[0])
        asked[np.ix_(rows, columns)] = True
    return edge @ (garment.shape[1], 1), asked & inside


def test_the_rims_band_is_its_twins(shapes):
    edge, donors, slots = rim._found(*(mask.view(np.uint8) for mask in shapes), STEPS)
    wanted_edge, asked = band_twin(*shapes)
    np.testing.assert_array_equal(edge, wanted_edge)
    np.testing.assert_array_equal(np.sort(donors), np.flatnonzero(asked))
    np.testing.assert_array_equal(slots.reshape(-1)[donors], len(edge) + 1 + np.arange(len(donors)))
    assert np.count_nonzero(slots) == len(donors)


def moves_twin(colors, slots, place, own):
    """Return the weighted mean (6,) of how donors moved, and its weight: float64, all of them at once."""
    y, x = place
    v, u = (
        span.reshape(-1)
        for span in np.mgrid[max(y - STEPS[1], 0) : y + STEPS[1] + 1, max(x - STEPS[1], 0) : x + STEPS[1] + 1]
    )
    asked = ((v - max(y - STEPS[1], 0)) % STEPS[0] == 0) & ((u - max(x - STEPS[1], 0)) % STEPS[0] == 0)
    asked &= (v < slots.shape[0]) & (u < slots.shape[1])
    v, u = v[asked], u[asked]
    v, u, k = (part[slots[v, u] > 0] for part in (v, u, slots[v, u] - 1))
    far = 4 * ((v - y) ** 2 + (u - x) ** 2) / STEPS[1] ** 2
    unlike = ((colors[k, :3] - colors[own, :3]) ** 2).sum(axis=1) * rim.KIN
    weight = 1 / ((1 + far) * (1 + unlike)) ** 2
    return weight @ (colors[k, 6:] - colors[k, :6]) / max(weight.sum(), 1e-12), weight.sum()


def test_sums_over_the_rim_are_their_twins(shapes):
    edge, donors, slots = rim._found(*(mask.view(np.uint8) for mask in shapes), STEPS)
    rng, tile = np.random.default_rng(24), 16
    colors = rng.normal(0, 6, (len(edge) + len(donors), 12)).astype(np.float32)
    alpha = rng.random(SHAPE).astype(np.float32)
    wanted = np.zeros((-(-SHAPE[0] // tile), -(-SHAPE[1] // tile), 13))
    for own, (y, x) in enumerate(zip(*np.divmod(edge, SHAPE[1]), strict=True)):
        move, weight = moves_twin(colors.astype(np.float64), slots, (y, x), own)
        if weight > 0:
            expected = colors[own, :6] + alpha[y, x] * move
            wanted[y // tile, x // tile] += np.concatenate([[1], expected, colors[own, 6:]])
    found = rim._rim_sums(rim.Band(edge, colors, slots), alpha, STEPS, tile)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
