"""The fast conversions against their float64 twins, and what must hold exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from colorfast.color import exact
from colorfast.color.spaces import (
    lab_to_lch,
    lab_to_linear,
    lab_to_rgb,
    lch_to_lab,
    linear_to_lab,
    rgb_to_lab,
)

LAB = 5e-4  # a four-hundredth of what an eye can tell


def lab_colors() -> st.SearchStrategy[np.ndarray]:
    row = st.tuples(st.floats(0, 100, width=32), *[st.floats(-128, 128, width=32)] * 2)
    return st.lists(row, min_size=1, max_size=20).map(lambda rows: np.array(rows, np.float32))


def test_lab_of_8_bit_codes_agrees_with_the_twin(grid):
    np.testing.assert_allclose(rgb_to_lab(grid), exact.rgb_to_lab(grid), rtol=0, atol=LAB)


def test_lab_of_16_bit_codes_agrees_with_the_twin(fine):
    np.testing.assert_allclose(rgb_to_lab(fine), exact.rgb_to_lab(fine), rtol=0, atol=LAB)


def test_8_bit_codes_survive_lab_exactly(grid):
    np.testing.assert_array_equal(lab_to_rgb(rgb_to_lab(grid)), grid)


def test_16_bit_codes_survive_lab_exactly(fine):
    np.testing.assert_array_equal(lab_to_rgb(rgb_to_lab(fine), np.uint16), fine)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_gray_is_neutral_to_the_last_bit_and_comes_back(dtype):
    codes = np.arange(np.iinfo(dtype).max + 1, dtype=dtype)
    gray = np.repeat(codes[:, None], 3, axis=1)
    lab = rgb_to_lab(gray)
    assert not lab[:, 1:].any()
    assert (np.diff(lab[:, 0]) > 0).all()
    np.testing.assert_array_equal(lab_to_rgb(lab, dtype), gray)


def test_white_is_100_and_black_is_0():
    ends = np.array([[255, 255, 255], [0, 0, 0]], np.uint8)
    np.testing.assert_allclose(rgb_to_lab(ends), [[100, 0, 0], [0, 0, 0]], atol=1e-5)


def test_red_green_and_blue_have_their_published_lab():
    """Values of B. Lindbloom's calculator for sRGB under D65, two decimals; his matrix is rounded."""
    lab = rgb_to_lab(255 * np.eye(3, dtype=np.uint8))
    published = [[53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86]]
    np.testing.assert_allclose(lab, published, atol=0.02)


@given(lab_colors())
def test_rgb_of_any_lab_is_the_twins_but_for_ties(lab):
    found, truth = lab_to_rgb(lab, np.uint16).astype(int), exact.lab_to_rgb(lab, np.uint16).astype(int)
    assert np.abs(found - truth).max() <= 1


def test_float_rgb_goes_there_and_back():
    rgb = np.random.default_rng(0).random((500, 3))
    np.testing.assert_allclose(rgb_to_lab(rgb), exact.rgb_to_lab(rgb), atol=LAB)
    np.testing.assert_allclose(lab_to_rgb(rgb_to_lab(rgb), np.float32), rgb, atol=2e-5)


@given(hnp.arrays(np.float32, (9, 3), elements=st.floats(-0.5, 2, width=32)))
def test_linear_rgb_outside_the_gamut_survives_lab(linear):
    lab = linear_to_lab(linear)
    np.testing.assert_allclose(lab, exact.linear_to_lab(linear), atol=2e-3)
    np.testing.assert_allclose(lab_to_linear(lab), linear, atol=2e-5)


@given(lab_colors())
def test_lch_agrees_with_the_twin_and_comes_back(lab):
    lch = lab_to_lch(lab)
    np.testing.assert_allclose(lch[:, 1], exact.lab_to_lch(lab)[:, 1], rtol=1e-6, atol=1e-6)
    assert ((lch[:, 2] >= 0) & (lch[:, 2] < 360)).all()
    np.testing.assert_allclose(lch_to_lab(lch), lab, atol=1e-4)


def test_hue_of_gray_is_0_and_of_yellow_90():
    lch = lab_to_lch(np.array([[50, 0, 0], [50, -0.0, 0], [80, 0, 60]], np.float32))
    np.testing.assert_array_equal(lch, [[50, 0, 0], [50, 0, 0], [80, 60, 90]])


@pytest.mark.parametrize("shape", [(3,), (0, 3), (5, 3), (4, 5, 3), (2, 3, 4, 3)])
def test_any_leading_shape_is_kept(shape):
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    lab = rgb_to_lab(pixels)
    assert lab.shape == shape
    assert lab.dtype == np.float32
    np.testing.assert_array_equal(lab_to_rgb(np.ascontiguousarray(lab)), pixels)


def test_lab_lies_in_memory_plane_by_plane():
    lab = rgb_to_lab(np.zeros((6, 7, 3), np.uint8))
    assert all(lab[..., k].flags.c_contiguous for k in range(3))


def test_a_cut_out_region_gives_what_the_whole_gives():
    pixels = np.random.default_rng(2).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    cut = np.s_[3:17, 5:29:2]
    lab = rgb_to_lab(pixels)
    np.testing.assert_array_equal(rgb_to_lab(pixels[cut]), lab[cut])
    np.testing.assert_array_equal(lab_to_rgb(lab[cut]), pixels[cut])


def test_dither_leaves_exact_codes_and_gray_alone(grid):
    np.testing.assert_array_equal(lab_to_rgb(rgb_to_lab(grid), dither=True), grid)
    ramp = np.zeros((4000, 3), np.float32)
    ramp[:, 0] = np.linspace(40, 42, 4000)
    assert not np.diff(lab_to_rgb(ramp, dither=True).astype(int), axis=1).any()


def test_dither_keeps_the_mean_of_a_smooth_shade():
    lab = np.tile(np.array([50.3, 5.2, 7.7], np.float32), (100_000, 1))
    wanted = 255 * exact.linear_to_rgb(exact.lab_to_linear(lab[0]))
    dithered = lab_to_rgb(lab, dither=True)
    np.testing.assert_allclose(dithered.mean(axis=0), wanted, atol=0.03)
    np.testing.assert_array_equal(dithered, lab_to_rgb(lab, dither=True))


def test_pixels_that_cannot_be_written_to_are_read():
    pixels = np.frombuffer(bytes(range(12)), np.uint8).reshape(2, 2, 3)
    lab = rgb_to_lab(pixels)
    lab.flags.writeable = False
    np.testing.assert_array_equal(lab_to_rgb(lab), pixels)
    assert lab_to_rgb(lab, np.float32).max() < 0.05
