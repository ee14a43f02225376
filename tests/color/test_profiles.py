"""Pixels to Lab and back through ICC profiles, against a float64 reference and Little CMS."""

from __future__ import annotations

import numpy as np
import pytest
import pyvips

from colorfast.color import exact
from colorfast.color.difference import delta_e_2000
from colorfast.color.icc import adaptation
from colorfast.color.profiles import from_lab, is_srgb, to_lab
from colorfast.color.spaces import rgb_to_lab
from colorfast.color.tables import table_lab

LAB = 5e-4
CURVES = {
    "srgb": exact.rgb_to_linear,
    "p3": exact.rgb_to_linear,
    "adobe": lambda v: v ** (563 / 256),
    "prophoto": lambda v: v**1.8,
}
XY = {  # Display P3: SMPTE EG 432-1; Adobe RGB: 1998 encoding, 4.3.1; ProPhoto: ISO 22028-2
    "srgb": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "p3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "adobe": ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
}


@pytest.fixture(scope="module", params=[np.uint8, np.uint16])
def codes(request):
    full = np.iinfo(request.param).max
    edges = np.array([[0, 0, 0], [full] * 3, [full, 0, 0], [0, full, 0], [0, 0, full]])
    return np.r_[edges, np.random.default_rng(8).integers(0, full + 1, (50_000, 3))].astype(request.param)


def reference(codes, name):
    """Lab of codes from chromaticities alone, without a profile, in float64."""
    xy = np.array(XY[name])
    columns = np.stack([xy[:, 0] / xy[:, 1], np.ones(3), (1 - xy.sum(1)) / xy[:, 1]])
    matrix = columns * np.linalg.solve(columns, exact.WHITE)
    linear = CURVES[name](codes / np.iinfo(codes.dtype).max)
    return exact.xyz_to_lab(linear @ matrix.T)


@pytest.mark.parametrize("name", ["srgb", "p3", "adobe"])
def test_lab_is_that_of_the_spaces_chromaticities(codes, profiles, name):
    """Colorants in a profile have a step of 1/65536, which is 0.05 in Lab near black."""
    found, truth = to_lab(codes, profiles[name]), reference(codes, name)
    np.testing.assert_allclose(found, truth, rtol=0, atol=0.06)


@pytest.mark.parametrize("name", ["srgb", "p3", "sampled"])
def test_codes_come_back_exactly(codes, profiles, name):
    lab = to_lab(codes, profiles[name])
    back = from_lab(lab, profiles[name], codes.dtype)
    np.testing.assert_array_equal(back, codes)


@pytest.mark.parametrize("name", ["adobe", "prophoto"])
def test_codes_of_a_plain_gamma_curve_come_back_but_for_the_darkest(codes, profiles, name):
    """The curve is infinitely steep at black: beside a vivid channel, float32 Lab holds 1e-8 of light."""
    back = from_lab(to_lab(codes, profiles[name]), profiles[name], codes.dtype)
    if codes.dtype == np.uint8:
        np.testing.assert_array_equal(back, codes)
        return
    far = np.abs(back.astype(int) - codes)
    assert far[codes >= 256].max() <= 1
    assert far.max() <= 32  # of 65535


@pytest.mark.parametrize("name", ["srgb", "p3", "adobe", "prophoto", "sampled"])
def test_grays_are_neutral_and_white_is_100(profiles, name):
    gray = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    lab = to_lab(gray, profiles[name])
    assert not lab[:, 1:].any()
    assert lab[-1, 0] == pytest.approx(100, abs=1e-4)
    np.testing.assert_array_equal(from_lab(lab, profiles[name]), gray)


@pytest.mark.parametrize("name", ["p3", "srgb"])
def test_the_profiles_that_libvips_brings_agree_with_little_cms(codes, name):
    profile = builtin(name)
    far = delta_e_2000(to_lab(codes, profile), table_lab(codes, profile))
    assert np.median(far) < 0.02
    assert far.max() < 1  # Little CMS rounds dark colors


def builtin(name: str) -> bytes:
    source = "srgb" if name == "p3" else "p3"
    picture = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb")
    return bytes(picture.icc_transform(name, input_profile=source).get("icc-profile-data"))


def test_an_srgb_profile_is_known_as_such(profiles):
    assert is_srgb(None)
    assert is_srgb(profiles["srgb"])
    assert is_srgb(builtin("srgb"))
    assert not any(is_srgb(profiles[name]) for name in ("p3", "adobe", "prophoto", "sampled"))


def test_the_fast_kernel_serves_every_srgb_profile(codes, profiles):
    np.testing.assert_array_equal(to_lab(codes, profiles["srgb"]), rgb_to_lab(codes))
    np.testing.assert_array_equal(to_lab(codes), rgb_to_lab(codes))


def test_colors_outside_srgb_are_not_clipped_to_it(profiles):
    vivid = np.array([[255, 0, 0]], np.uint8)
    linear = exact.lab_to_linear(to_lab(vivid, profiles["p3"]))
    assert linear.max() > 1.1
    assert linear.min() < -0.01


@pytest.mark.parametrize("name", ["p3", "adobe"])
def test_dither_leaves_exact_codes_and_gray_alone(profiles, name):
    bright = np.random.default_rng(10).integers(5, 256, (50_000, 3), dtype=np.uint8)
    back = from_lab(to_lab(bright, profiles[name]), profiles[name], dither=True)
    np.testing.assert_array_equal(back, bright)
    gray = np.stack([np.linspace(30, 33, 999), np.zeros(999), np.zeros(999)], axis=-1)
    assert not np.diff(from_lab(gray, profiles[name], dither=True).astype(int), axis=1).any()


def test_a_profile_of_tables_gives_the_lab_of_its_tables(table_profile):
    codes = np.random.default_rng(9).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    far = delta_e_2000(to_lab(codes, table_profile), rgb_to_lab(codes))
    assert not is_srgb(table_profile)
    assert np.median(far) < 0.6  # 9 nodes a side, no curves: the table's own error
    white = to_lab(np.full((1, 3), 255, np.uint8), table_profile)
    np.testing.assert_allclose(white, [[100, 0, 0]], atol=0.05)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("dither", [False, True])
def test_colors_go_back_through_a_profile_of_tables(table_profile, dtype, dither):
    lab = np.array([[[55, 20, 15], [70, -10, 5], [50, 0, 0]]], np.float32)
    codes = from_lab(lab, table_profile, dtype, dither=dither)
    assert codes.shape == lab.shape
    assert codes.dtype == dtype
    wanted = exact.lab_to_rgb(lab, dtype).astype(float)
    np.testing.assert_allclose(codes, wanted, atol=0.02 * np.iinfo(dtype).max)


def test_adaptation_keeps_white_and_gray():
    np.testing.assert_allclose(adaptation().sum(axis=1), 1, atol=1e-12)
