"""The seed's definitions, faults included."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.records import Garment, Photo
from colorfast.verify import seed


@pytest.fixture(scope="module")
def grays():
    rng = np.random.default_rng(9)
    first = rng.integers(0, 256, (60, 50)).astype(np.uint8)
    return first, np.clip(first.astype(int) + rng.integers(-40, 40, first.shape), 0, 255).astype(np.uint8)


def test_ssim_agrees_with_scikit_images_default_on_8_bit_gray(grays):
    wanted = structural_similarity(*grays, data_range=255)
    assert seed.mean_ssim(*grays) == pytest.approx(wanted, abs=1e-4)


def test_ssim_of_every_fourth_row_of_windows_is_that_of_all(solid):
    box = slice(0, 384), slice(0, 288)
    pictures = [seed.gray(photo.pixels, box) for photo in (solid.before, solid.right)]
    assert seed.mean_ssim(*pictures, every=4) == pytest.approx(seed.mean_ssim(*pictures), abs=1e-3)


def test_ssim_of_pictures_smaller_than_a_window_is_one_window(grays):
    assert seed.mean_ssim(grays[0][:3, :4], grays[0][:3, :4]) == pytest.approx(1)


def test_ssim_takes_16_bit_pictures_at_8(solid):
    codes, core = solid.right.pixels, solid.garment.core
    found = seed.ssim(solid.before.pixels.astype(np.uint16) * 257, codes.astype(np.uint16) * 257, core)
    assert found == pytest.approx(seed.ssim(solid.before.pixels, codes, core))


def test_p95_punishes_a_right_print(stripes):
    assert stripes.measure(stripes.right).seed.delta_e_p95 > 20


def test_one_pixel_in_four_of_a_large_garment_tells_what_all_do():
    shades = np.random.default_rng(10).integers(60, 190, (20, 10, 1)).repeat(32, axis=0).repeat(32, axis=1)
    codes = np.clip(shades + np.random.default_rng(11).normal(0, 3, (640, 320, 3)), 0, 255).astype(np.uint8)
    core, box = np.ones((640, 320), bool), (slice(0, 640), slice(0, 320))
    garment = Garment(core=core, alpha=core.astype(np.float32), way="mask", confidence=1.0, box=box)
    median = np.array([50, 50, 50], np.float32)
    found = seed.sampled_spread(median, Photo(id="made", pixels=codes), garment)
    every = seed.spread_of(delta_e_2000(to_lab(codes, None), median).reshape(-1), core)
    assert found == pytest.approx(every, rel=1e-2)


def test_sci_gives_plastic_fill_full_marks():
    errors = np.full(100 * 100, 12, np.float32)
    assert seed.sci(errors, np.ones((100, 100), bool)) == pytest.approx(1)


def test_sci_gives_a_right_ombre_hardly_any():
    errors = np.repeat(np.linspace(0, 30, 256, dtype=np.float32), 100)
    assert seed.sci(errors, np.ones((256, 100), bool)) < 0.05


def test_sci_of_a_garment_smaller_than_two_patches_is_one():
    assert seed.sci(np.arange(100, dtype=np.float32), np.ones((10, 10), bool)) == 1


def test_spill_sees_only_its_ring():
    alpha = np.zeros((60, 60), np.float32)
    alpha[20:40, 20:40] = 1
    before, box = Photo(id="a", pixels=np.full((60, 60, 3), 120, np.uint8)), (slice(0, 60), slice(0, 60))
    pixels = before.pixels.copy()
    pixels[:10] = 0
    assert seed.spill(before, Photo(id="b", pixels=pixels), box, alpha) == 0
    pixels[18:42, 18:42] = 200
    assert seed.spill(before, Photo(id="b", pixels=pixels), box, alpha) > 20
