"""CIEDE2000 and CIE76 against the published table, the float64 twin and what the formulas promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import deltaE_ciede2000

from colorfast.color import exact
from colorfast.color.difference import delta_e_76, delta_e_2000
from colorfast.color.spaces import rgb_to_lab

HALF_A_DIGIT = 5e-5  # the table prints four decimals
KERNEL = 1e-4  # what float32 may add to it


@pytest.fixture(scope="module")
def table(tables):
    rows = np.loadtxt(tables / "ciede2000_sharma2005.csv", delimiter=",")
    assert list(rows[:, 0]) == list(range(1, 35))
    return rows


def lab_pairs() -> st.SearchStrategy[np.ndarray]:
    row = st.tuples(st.floats(0, 100, width=32), *[st.floats(-128, 128, width=32)] * 2)
    return st.lists(row, min_size=2, max_size=2).map(lambda rows: np.array(rows, np.float32))


@pytest.mark.parametrize(("delta_e", "within"), [(exact.delta_e_2000, HALF_A_DIGIT), (delta_e_2000, KERNEL)])
def test_ciede2000_agrees_with_table_1_of_sharma_2005(table, delta_e, within):
    table = table[table[:, 0] != 14]  # on the 180 degree step; its own test takes either side
    np.testing.assert_allclose(delta_e(table[:, 1:4], table[:, 4:7]), table[:, 7], rtol=0, atol=within)


@pytest.mark.parametrize(("delta_e", "within"), [(exact.delta_e_2000, HALF_A_DIGIT), (delta_e_2000, KERNEL)])
def test_pair_14_lies_on_one_side_of_the_step_or_the_other(table, delta_e, within):
    """Its hues are half a turn apart: the last bit decides whether the mean hue is 180 or 0 degrees.

    The table prints the value of pair 13 for it, from the one side; pair 15 is just beyond, on the other.
    """
    pair, this_side, other_side = table[13], table[12, 7], table[14, 7]
    found = float(delta_e(pair[1:4], pair[4:7]))
    assert min(abs(found - this_side), abs(found - other_side)) <= within


def test_pairs_around_the_step_fall_on_their_own_side(table):
    around = table[[8, 9, 10, 11, 12, 14]]
    np.testing.assert_allclose(delta_e_2000(around[:, 1:4], around[:, 4:7]), around[:, 7], atol=KERNEL)


def test_ciede2000_of_random_colors_agrees_with_the_twin(grid):
    rng = np.random.default_rng(3)
    one, two = rgb_to_lab(rng.permutation(grid)), rgb_to_lab(rng.permutation(grid))
    np.testing.assert_allclose(delta_e_2000(one, two), exact.delta_e_2000(one, two), rtol=2e-5, atol=KERNEL)


def test_ciede2000_of_near_colors_agrees_with_the_twin(grid):
    one = rgb_to_lab(grid)
    two = (one + np.random.default_rng(4).normal(0, 2, one.shape)).astype(np.float32)
    np.testing.assert_allclose(delta_e_2000(one, two), exact.delta_e_2000(one, two), rtol=0, atol=KERNEL)


def test_the_twin_agrees_with_scikit_image(grid):
    rng = np.random.default_rng(6)
    one, two = exact.rgb_to_lab(rng.permutation(grid)[:9000]), exact.rgb_to_lab(rng.permutation(grid)[:9000])
    np.testing.assert_allclose(exact.delta_e_2000(one, two), deltaE_ciede2000(one, two), atol=1e-9)


@given(lab_pairs())
def test_ciede2000_is_symmetric(pair):
    assert delta_e_2000(pair[0], pair[1]) == pytest.approx(
        delta_e_2000(pair[1], pair[0]), rel=1e-4, abs=KERNEL
    )


@given(lab_pairs())
def test_differences_are_finite_and_0_only_for_equal_colors(pair):
    for delta_e in (delta_e_76, delta_e_2000):
        assert np.isfinite(delta_e(*pair))
        assert delta_e(pair[0], pair[0]) == 0


@pytest.mark.parametrize("L", [0, 50, 100])
def test_a_gray_differs_from_a_color_by_no_hue(L):
    gray, color = np.array([L, 0, 0], np.float32), np.array([50, -40, 30], np.float32)
    assert delta_e_2000(gray, color) == pytest.approx(float(exact.delta_e_2000(gray, color)), abs=KERNEL)


def test_one_color_is_compared_with_a_whole_picture():
    picture = rgb_to_lab(np.random.default_rng(7).integers(0, 256, (5, 6, 3), dtype=np.uint8))
    target = np.array([50, 10, -10], np.float32)
    found = delta_e_2000(picture, target)
    assert found.shape == (5, 6)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, exact.delta_e_2000(picture, target), atol=KERNEL)


@pytest.mark.parametrize("chroma", [150, 210, 300, 1000])
def test_colors_of_no_gamut_still_differ_by_what_the_formula_says(chroma):
    one = np.array([[50, -chroma, 0], [40, 0, -chroma]], np.float32)
    two = np.array([[52, -chroma, 9], [44, 9, 5 - chroma]], np.float32)
    np.testing.assert_allclose(delta_e_2000(one, two), exact.delta_e_2000(one, two), rtol=1e-4)


def test_cie76_is_the_distance_in_lab():
    assert delta_e_76(np.array([50.0, 3, 4]), np.array([50.0, 0, 0])) == pytest.approx(5)
