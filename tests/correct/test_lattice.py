"""A map applied by a lattice is the map: near, smooth, and exact where nothing moves."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import palette_of
from colorfast.color.spaces import lab_to_rgb
from colorfast.correct import hybrid, transport
from colorfast.correct.lattice import EXACT, map_pixels
from colorfast.correct.settings import CorrectSettings

SIDE = 160


@pytest.fixture
def shaded():
    """Red, white and navy stripes whose light falls off to one side, as a picture."""
    rng = np.random.default_rng(8)
    colors = np.float32([[52, 45, 22], [88, 0, 4], [30, 6, -26]])
    lab = colors[np.arange(SIDE) // 20 % 3][None] * np.linspace(0.7, 1, SIDE)[:, None, None]
    lab = lab + rng.normal(0, 0.8, (SIDE, SIDE, 3))
    return np.ascontiguousarray(lab.transpose(2, 0, 1), np.float32).transpose(1, 2, 0)


def everywhere(lab):
    return np.ones(lab.shape[:2], bool)


@pytest.mark.parametrize("method", [hybrid, transport])
def test_pixels_come_out_as_the_map_has_them(method, shaded):
    target = palette_of(shaded * np.float32([0.9, 0.8, 0.9]) + np.float32([6, -4, 5]))
    color_map, _ = method.find_map(palette_of(shaded), target, CorrectSettings())
    found = map_pixels(shaded, everywhere(shaded), color_map)
    error = delta_e_2000(found, color_map(shaded))
    assert np.median(error) <= 0.05
    assert error.max() <= 0.5


def test_a_map_that_no_lattice_holds_is_applied_itself(shaded):
    def jagged(lab):
        return lab + np.float32(8) * np.sin(9 * lab)

    np.testing.assert_array_equal(map_pixels(shaded, everywhere(shaded), jagged), jagged(shaded))


def test_pixels_that_are_not_chosen_stay(shaded):
    chosen = everywhere(shaded)
    chosen[:, :40] = False
    found = map_pixels(shaded, chosen, lambda lab: lab + np.float32(3))
    np.testing.assert_array_equal(found[~chosen], shaded[~chosen])
    np.testing.assert_allclose(found[chosen], shaded[chosen] + 3, atol=1e-4)


def test_a_map_that_moves_nothing_changes_no_bit(shaded):
    np.testing.assert_array_equal(map_pixels(shaded, everywhere(shaded), np.array), shaded)


def test_a_small_garment_is_mapped_exactly(shaded):
    small = shaded[: int(EXACT**0.5), : int(EXACT**0.5)]
    np.testing.assert_array_equal(map_pixels(small, everywhere(small), np.exp), np.exp(small))


def test_the_picture_that_came_in_is_not_written_to(shaded):
    kept = shaded.copy()
    map_pixels(shaded, everywhere(shaded), lambda lab: lab + np.float32(3))
    np.testing.assert_array_equal(shaded, kept)


def test_a_smooth_gradient_keeps_its_levels():
    light = np.tile(np.linspace(20, 80, 4000, dtype=np.float32), (4, 1))
    lab = np.stack([light, 0.3 * light, 10 - 0.2 * light], axis=-1)

    def brighter(colors):
        out = np.array(colors)
        out[..., 0] = colors[..., 0] + 6 * np.sin(colors[..., 0] / 15)
        return out

    found, exact = map_pixels(lab, everywhere(lab), brighter), brighter(lab)
    levels = [len(np.unique(lab_to_rgb(each)[0], axis=0)) for each in (found, exact)]
    assert levels[0] >= 0.98 * levels[1]
    assert (np.diff(found[0, :, 0]) > 0).all()
    assert len(np.unique(found[0, :, 0])) >= 0.98 * len(np.unique(lab[0, :, 0]))
