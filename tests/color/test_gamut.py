"""What fit_gamut keeps, what it gives up, and how much of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorfast.color import exact
from colorfast.color.gamut import fit_gamut
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.spaces import rgb_to_lab

FACE = 3e-5  # linear RGB; what the kernel takes for inside


def lab_colors() -> st.SearchStrategy[np.ndarray]:
    row = st.tuples(st.floats(-20, 120, width=32), *[st.floats(-150, 150, width=32)] * 2)
    return st.lists(row, min_size=1, max_size=20).map(lambda rows: np.array(rows, np.float32))


def test_every_srgb_color_is_left_as_it_is(grid):
    lab = rgb_to_lab(grid)
    np.testing.assert_array_equal(fit_gamut(lab), lab)


@given(lab_colors())
def test_a_fitted_color_is_inside_the_rgb_cube(lab):
    linear = exact.lab_to_linear(fit_gamut(lab))
    assert linear.min() >= -FACE
    assert linear.max() <= 1 + FACE


@given(lab_colors())
def test_lightness_and_hue_are_kept_and_chroma_never_grows(lab):
    fitted = fit_gamut(lab)
    np.testing.assert_array_equal(fitted[:, 0], np.clip(lab[:, 0], 0, 100))
    before, after = exact.lab_to_lch(lab), exact.lab_to_lch(fitted)
    assert (after[:, 1] <= before[:, 1] + 1e-5).all()
    turned = np.radians(after[:, 2] - before[:, 2])
    np.testing.assert_allclose(after[:, 1] * np.sin(turned), 0, atol=2e-4)


def test_no_more_chroma_is_given_up_than_needed():
    hue = np.radians(np.arange(0, 360, 10))
    lab = np.stack([np.full(36, 60), 140 * np.cos(hue), 140 * np.sin(hue)], axis=-1).astype(np.float32)
    more = fit_gamut(lab) * np.float32([1, 1.004, 1.004])
    linear = exact.lab_to_linear(more)
    assert ((linear.min(axis=-1) < 0) | (linear.max(axis=-1) > 1)).all()


def test_a_wider_space_keeps_colors_that_srgb_cannot_show(profiles):
    green = to_lab(np.array([[0, 255, 0]], np.uint8), profiles["p3"])
    np.testing.assert_array_equal(fit_gamut(green, profiles["p3"]), green)
    assert exact.lab_to_lch(fit_gamut(green))[0, 1] < exact.lab_to_lch(green)[0, 1] - 5


@pytest.mark.parametrize("name", ["srgb", "p3", "adobe", "prophoto"])
def test_a_delivered_color_has_the_lightness_and_hue_that_were_wanted(profiles, name):
    wanted = np.array([[60, 120, -90], [40, -120, 40], [80, 10, 130]], np.float32)
    codes = from_lab(wanted, profiles[name], np.uint16)
    got, wanted = exact.lab_to_lch(to_lab(codes, profiles[name])), exact.lab_to_lch(wanted)
    np.testing.assert_allclose(got[:, [0, 2]], wanted[:, [0, 2]], atol=0.05)


def test_a_picture_keeps_its_shape_and_is_not_written_to():
    lab = np.full((4, 5, 3), 120, np.float32)
    assert fit_gamut(lab).shape == (4, 5, 3)
    assert (lab == 120).all()
