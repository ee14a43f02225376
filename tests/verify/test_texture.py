"""SSIM on L* and the structure term: against scikit-image, a float64 twin, and what each should not mind."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from colorfast.verify.texture import STRIP, texture

TAPS = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)


@pytest.fixture(scope="module")
def cloth():
    """L* (h, w) of a weave under folds."""
    y, x = np.mgrid[0:90, 0:70]
    noise = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 5, x.shape), (0, 0), 0.8)
    return (55 + 9 * np.sin(x / 7 + y / 30) + noise).astype(np.float32)


@pytest.fixture(scope="module")
def core():
    mask = np.zeros((90, 70), np.uint8)
    cv2.ellipse(mask, (35, 45), (22, 38), 20, 0, 360, 1, -1)
    return mask > 0


def everywhere(plane):
    return np.ones(plane.shape, bool)


def windowed(plane, core):
    """Return Gaussian means of a plane over the core pixels of each window, float64."""
    taps = np.outer(TAPS, TAPS)
    weights = cv2.filter2D(core.astype(float), -1, taps, borderType=cv2.BORDER_CONSTANT)
    return cv2.filter2D(plane * core, -1, taps, borderType=cv2.BORDER_CONSTANT) / np.maximum(weights, 1e-12)


def exact_texture(x, y, core, contrast=1.0, noise=0.1):
    """The float64 twin, at one scale: the windows of every second row from the first with core."""
    x, y = x.astype(float), y.astype(float)
    mx, my = windowed(x, core), windowed(y, core)
    sxx, syy = (np.maximum(windowed(p * p, core) - m * m, 0) for p, m in ((x, mx), (y, my)))
    sxy = windowed(x * y, core) - mx * my
    ssim = (2 * mx * my + 1) * (2 * sxy + 9) / ((mx * mx + my * my + 1) * (sxx + syy + 9))
    light = (my + 16) / (mx + 16)
    g = np.clip(np.sqrt(syy / (sxx + 1e-12)), np.minimum(light, 1), np.maximum(light, 1))
    lost = np.maximum(g * g * sxx + syy - 2 * g * sxy - noise, 0)
    structure = 1 - lost / (g * g * sxx + syy + contrast)
    counted = core.copy()
    counted[np.flatnonzero(core.any(axis=1))[0] + 1 :: 2] = False
    return ssim[counted].mean(), structure[counted].mean()


def exact_folds(x, y, core):
    """The same of means over the core of 4x4 pixels."""
    height, width = (side // 4 * 4 for side in core.shape)
    m, first, second = (
        plane[:height, :width].reshape(height // 4, 4, width // 4, 4).sum(axis=(1, 3))
        for plane in (core.astype(float), x * core, y * core)
    )
    share = np.maximum(m, 1)
    return exact_texture(first / share, second / share, m >= 8, 0.5, 0.05)[1]


def test_the_twins_ssim_is_scikit_images_where_windows_are_whole(cloth):
    other = cloth * 0.8 + np.random.default_rng(4).normal(3, 2, cloth.shape).astype(np.float32)
    options = {"data_range": 100, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    _, wanted = structural_similarity(cloth, other, full=True, **options)
    found = texture(cloth, other, everywhere(cloth))
    assert found.ssim == pytest.approx(exact_texture(cloth, other, everywhere(cloth))[0], abs=1e-5)
    assert found.ssim == pytest.approx(
        wanted[5:-5, 5:-5].mean(), abs=5e-3
    )  # the rest are the border's windows


def test_both_terms_agree_with_the_float64_twin_inside_a_mask(cloth, core):
    other = cloth * 0.7 + np.random.default_rng(5).normal(3, 2, cloth.shape).astype(np.float32)
    ssim, weave = exact_texture(cloth, other, core)
    wanted = ssim, min(weave, exact_folds(cloth, other, core))
    assert texture(cloth, other, core) == pytest.approx(wanted, abs=1e-4)


def test_a_picture_of_several_strips_agrees_with_the_float64_twin():
    rng = np.random.default_rng(6)
    x = cv2.GaussianBlur(rng.normal(55, 20, (24, 2 * STRIP + 37)), (0, 0), 2).astype(np.float32)
    y = x * 0.8 + rng.normal(3, 1, x.shape).astype(np.float32)
    core = rng.random(x.shape) < 0.9
    ssim, weave = exact_texture(x, y, core)
    assert texture(x, y, core) == pytest.approx((ssim, min(weave, exact_folds(x, y, core))), abs=1e-4)


def test_equal_pictures_have_all_of_their_texture(cloth, core):
    assert texture(cloth, cloth, core) == pytest.approx((1, 1), abs=1e-6)


def test_what_lies_outside_the_core_is_not_seen(cloth, core):
    assert texture(cloth, np.where(core, cloth, 0), core) == pytest.approx((1, 1), abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(0.3, 2.0))
def test_a_gain_in_linear_light_keeps_the_structure(cloth, core, gain):
    lit = (cloth + 16) * np.float32(gain ** (1 / 3)) - 16
    assert texture(cloth, lit, core).structure > 0.999


def test_a_shift_of_lightness_keeps_the_structure_and_lowers_ssim(cloth, core):
    found = texture(cloth, cloth + 25, core)
    assert found.structure > 0.97
    assert found.ssim < 0.95


@pytest.mark.parametrize("sigma", [1.2, 2.0, 4.0])
def test_blur_loses_structure(cloth, core, sigma):
    assert texture(cloth, cv2.GaussianBlur(cloth, (0, 0), sigma), core).structure < 0.9


def test_half_the_contrast_is_lost_structure(cloth, core):
    assert texture(cloth, 55 + (cloth - 55) / 2, core).structure < 0.9


def test_the_mask_may_be_one_pixel(cloth):
    core = np.zeros(cloth.shape, bool)
    core[0, 0] = True
    assert texture(cloth, cloth + 5, core).structure == pytest.approx(1)


def test_coding_noise_on_smooth_cloth_is_no_lost_texture(core):
    x = np.arange(70)[None].repeat(90, axis=0)
    smooth = (30 + 2 * np.sin(x / 20)).astype(np.float32)
    noise = np.random.default_rng(6).normal(0, 0.25, (2, 90, 70)).astype(np.float32)
    assert texture(smooth + noise[0], smooth + noise[1], core).structure > 0.9


def test_flat_fill_of_smooth_cloth_loses_its_folds(core):
    x = np.arange(70)[None].repeat(90, axis=0)
    smooth = (30 + 4 * np.sin(x / 9)).astype(np.float32)
    assert texture(smooth, np.full_like(smooth, 30), core).structure < 0.5
