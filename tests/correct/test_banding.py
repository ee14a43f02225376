"""A smooth gradient stays smooth, and the rim takes the new color, in what is delivered."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.color.profiles import from_lab, to_lab
from colorfast.correct import CORRECTORS
from colorfast.pipeline import correct
from colorfast.read.image import decode
from colorfast.read.write import encode, with_part
from colorfast.records import Photo
from colorfast.segment import find_garment
from colorfast.settings import Settings
from colorfast.verify.rim import rim
from colorfast.verify.view import view

SIZE = 200, 480
KEPT = 0.98
WIDER, NARROWER = 1, -1
ROUNDED = 0.02  # L*: the lattice's error and a 16-bit code


def scene(dtype):
    """A garment whose light rises from left to right, on a white ground, and where it is."""
    light = np.linspace(25, 75, SIZE[1], dtype=np.float32)
    cloth = np.stack([light, 12 + 0.25 * light, 0.2 * light - 4], axis=-1)
    lab = np.tile(cloth, (SIZE[0], 1, 1))
    mask = np.zeros(SIZE, bool)
    mask[20:-20, 20:-20] = True
    lab[~mask] = 96, 0, 0
    return Photo(id="ombre", pixels=from_lab(lab, None, dtype)), mask


def delivered(photo, mask, method):
    """The correction of the garment to lighter, grayer cloth, and the delivered picture, coded and decoded."""
    wanted = to_lab(photo.pixels)[mask] * np.float32([0.85, 0.7, 0.9]) + np.float32([14, -2, 6])
    garment = find_garment(photo, None, mask=mask)
    found = correct(photo, garment, palette_of(wanted), Settings(), method=method)
    pixels = with_part(photo, garment.box, found.pixels)
    return garment, found, decode(encode(photo, pixels), "ombre")


def levels(pixels):
    return len(np.unique(to_lab(pixels)[..., 0].round(3)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_a_gradient_keeps_its_levels_of_lightness(method, dtype):
    photo, mask = scene(dtype)
    garment, found, after = delivered(photo, mask, method)
    exact = from_lab(found.color_map(to_lab(photo.pixels[garment.core])), None, dtype)
    assert levels(after.pixels[garment.core]) >= KEPT * levels(exact)


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_no_step_of_a_gradient_is_another_than_the_map_makes(method):
    photo, mask = scene(np.uint16)
    garment, found, after = delivered(photo, mask, method)
    row, solid = SIZE[0] // 2, garment.alpha[SIZE[0] // 2] == 1
    steps = np.diff(to_lab(after.pixels[row])[solid, 0])
    exact = np.diff(found.color_map(to_lab(photo.pixels[row]))[solid, 0])
    np.testing.assert_allclose(steps, exact, atol=ROUNDED)


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_the_rim_is_within_one_delta_e(method):
    photo, mask = scene(np.uint8)
    garment, _, after = delivered(photo, mask, method)
    assert rim(view(photo, after, garment)) <= 1.0


@pytest.mark.parametrize("drawn", [WIDER, NARROWER])
def test_a_mask_drawn_two_pixels_off_changes_no_ground_and_leaves_no_old_color(drawn):
    photo, mask = scene(np.uint8)
    off = np.zeros(SIZE, bool)
    off[20 - 2 * drawn : -20 + 2 * drawn, 20 - 2 * drawn : -20 + 2 * drawn] = True
    right, wrong = (delivered(photo, each, "classical")[2].pixels for each in (mask, off))
    away = np.abs(to_lab(right) - to_lab(wrong)).max(axis=-1)
    assert (away[~mask] > 1.0).sum() <= 4  # the four corners
    assert np.percentile(away[mask], 99) <= 1.5
