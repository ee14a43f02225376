"""A map applied by a lattice is the map: near, smooth, and exact where nothing moves."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.color.profiles import from_lab, to_lab
from colorfast.correct import classical, hybrid, transport
from colorfast.correct.lattice import EXACT, recolor
from colorfast.correct.settings import CorrectSettings

SIDE = 160
ROUNDED = {np.uint8: 1, np.uint16: 257}  # codes by which rounding to 8 bits may differ
MEAN = {np.uint8: 0.05, np.uint16: 0.1 * 257}


@pytest.fixture
def shaded():
    """Red, white and navy stripes whose light falls off to one side, (h, w, 3) Lab."""
    rng = np.random.default_rng(8)
    colors = np.float32([[52, 45, 22], [88, 0, 4], [30, 6, -26]])
    lab = colors[np.arange(SIDE) // 20 % 3][None] * np.linspace(0.7, 1, SIDE)[:, None, None]
    return (lab + rng.normal(0, 0.8, (SIDE, SIDE, 3))).astype(np.float32)


def everywhere(pixels):
    return np.ones(pixels.shape[:2], bool)


def through(color_map):
    """A map of Lab as one of codes."""
    return lambda codes, dtype: from_lab(color_map(to_lab(codes)), None, dtype)


def both(color_map, pixels):
    """New codes by the lattice and by the map itself, as signed numbers."""
    found = pixels.copy()
    recolor(found, everywhere(pixels), through(color_map))
    return found.astype(int), through(color_map)(pixels, pixels.dtype).astype(int)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("method", [hybrid, transport, classical])
def test_codes_differ_from_those_of_the_map_by_rounding_alone(method, dtype, shaded):
    target = palette_of(shaded * np.float32([0.9, 0.8, 0.9]) + np.float32([6, -4, 5]))
    color_map, _ = method.find_map(palette_of(shaded), target, CorrectSettings())
    found, exact = both(color_map, from_lab(shaded, None, dtype))
    assert np.abs(found - exact).max() <= ROUNDED[dtype]
    assert np.abs(found - exact).mean() <= MEAN[dtype]


def test_at_the_limits_of_the_rgb_space_codes_are_those_of_the_map(shaded):
    found, exact = both(lambda lab: lab * np.float32([1.1, 2.2, 2.2]), from_lab(shaded))
    assert (exact == 0).mean() > 0.1
    assert np.abs(found - exact).max() <= 1


def test_a_map_that_no_lattice_holds_is_applied_itself(shaded):
    found, exact = both(lambda lab: lab + np.float32(8) * np.sin(9 * lab), from_lab(shaded))
    assert np.abs(found - exact).mean() <= 0.1


def test_pixels_that_are_not_chosen_stay(shaded):
    pixels = from_lab(shaded)
    chosen = everywhere(pixels)
    chosen[:, :40] = False
    found = pixels.copy()
    recolor(found, chosen, through(lambda lab: lab + np.float32(3)))
    np.testing.assert_array_equal(found[~chosen], pixels[~chosen])
    assert (found[chosen] != pixels[chosen]).any(axis=1).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_map_that_moves_nothing_changes_no_bit(dtype, shaded):
    pixels = from_lab(shaded, None, dtype)
    np.testing.assert_array_equal(both(np.array, pixels)[0], pixels)


def test_a_small_garment_is_mapped_exactly(shaded):
    small = from_lab(shaded)[: int(EXACT**0.5), : int(EXACT**0.5)].copy()
    np.testing.assert_array_equal(*both(lambda lab: 100 * np.sin(lab), small))


def test_a_picture_of_noise_is_mapped_exactly():
    noise = np.random.default_rng(2).integers(0, 256, (80, 80, 3), np.uint8)
    found, exact = both(lambda lab: lab * np.float32(0.9), noise)
    assert np.abs(found - exact).max() <= 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_smooth_gradient_keeps_its_levels(dtype):
    light = np.tile(np.linspace(20, 80, 4000, dtype=np.float32), (4, 1))
    pixels = from_lab(np.stack([light, 0.3 * light, 10 - 0.2 * light], axis=-1), None, dtype)

    def brighter(colors):
        out = np.array(colors)
        out[..., 0] = colors[..., 0] + 6 * np.sin(colors[..., 0] / 15)
        return out

    found, exact = both(brighter, pixels)
    levels = [len(np.unique(to_lab(each.astype(dtype))[0, :, 0])) for each in (found, exact)]
    assert levels[0] >= 0.98 * levels[1]
    assert np.abs(np.diff(found[0], axis=0) - np.diff(exact[0], axis=0)).max() <= ROUNDED[dtype]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_map_is_asked_once_for_each_code(dtype, shaded):
    pixels = np.tile(from_lab(shaded, None, dtype)[:30, :30], (2, 2, 1))
    asked = []
    recolor(pixels.copy(), everywhere(pixels), lambda codes, kind: asked.append(codes) or codes.astype(kind))
    assert len(asked) == 1
    np.testing.assert_array_equal(np.unique(pixels.reshape(-1, 3), axis=0), np.unique(asked[0], axis=0))
    assert len(np.unique(asked[0], axis=0)) == len(asked[0])
