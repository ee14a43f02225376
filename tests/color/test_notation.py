"""Colors as people write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorfast.color.notation import parse_color
from colorfast.color.spaces import lab_to_rgb
from colorfast.errors import ColorError


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_hexadecimal_color_is_its_srgb_codes(codes):
    text = "#{:02x}{:02X}{:02x}".format(*codes)
    np.testing.assert_array_equal(lab_to_rgb(parse_color(text)), codes)


def test_three_digits_are_each_written_twice():
    np.testing.assert_array_equal(parse_color("#aBc"), parse_color("#AABBCC"))


@pytest.mark.parametrize(
    "text", ["lab(32 33 22)", " LAB( 32, 33,22 ) ", "lab(32.0 +33. 22.00)", "lab(32,33,22)"]
)
def test_lab_is_taken_as_written(text):
    found = parse_color(text)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [32, 33, 22])


def test_negative_and_fractional_numbers_are_read():
    np.testing.assert_allclose(parse_color("lab(0.5 -.25 -10.125)"), [0.5, -0.25, -10.125])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "neither"),
        ("burgundy", "neither"),
        ("7b2d26", "neither"),
        ("#", "0 digits"),
        ("#7b2d2", "5 digits"),
        ("#7b2d26ff", "8 digits"),
        ("#7b2dxx", "not one of 0-9"),
        ("#１２３", "not one of 0-9"),
        ("lab(32 33)", "three numbers"),
        ("lab(32 33 22 1)", "three numbers"),
        ("lab(nan 0 0)", "three numbers"),
        ("lab 32 33 22", "three numbers"),
        ("lab(101 0 0)", "L\\* is 101"),
        ("lab(-1 0 0)", "L\\* is -1"),
        ("lab(50 0 201)", "from -200 to 200"),
    ],
)
def test_what_is_no_color_is_refused_with_a_reason(text, why):
    with pytest.raises(ColorError, match=why) as caught:
        parse_color(text)
    assert repr(text) in str(caught.value)
