"""Spill outside the garment and a rim of old color inside its edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.errors import NotAligned
from colorfast.masks import erode
from colorfast.records import Photo
from colorfast.verify.rim import rim
from colorfast.verify.spill import spill
from colorfast.verify.view import view


def rimmed(scene, after):
    return rim(view(scene.before, after, scene.garment))


def painted(picture, rows, columns, step):
    """Return the picture with `step` codes added within rows and columns."""
    pixels = picture.pixels.copy()
    pixels[rows, columns] = np.clip(pixels[rows, columns].astype(int) + step, 0, 255)
    return replace(picture, pixels=pixels)


def test_an_untouched_surrounding_has_no_spill(solid):
    outside = np.where((solid.garment.alpha > 0)[..., None], solid.right.pixels, solid.before.pixels)
    assert spill(solid.before, replace(solid.before, pixels=outside), solid.garment.alpha) == 0


@pytest.mark.parametrize(("quality", "most"), [(95, 0.8), (85, 1.0)])
def test_coding_noise_is_no_spill(solid, recoded, quality, most):
    assert 0 < spill(solid.before, recoded(solid.before, quality), solid.garment.alpha) < most


def test_spill_on_a_face_of_one_percent_is_its_full_size(solid):
    after = painted(solid.before, slice(64, 96), slice(128, 160), (20, 0, 0))
    assert spill(solid.before, after, solid.garment.alpha) > 4


def test_a_change_within_the_alpha_is_no_spill(solid):
    after = painted(solid.before, slice(240, 272), slice(128, 160), (60, 0, 0))
    assert spill(solid.before, after, solid.garment.alpha) == 0


def test_spill_is_the_same_at_16_bits(solid):
    after = painted(solid.before, slice(64, 96), slice(128, 160), (20, 0, 0))
    deep = [replace(p, pixels=p.pixels.astype(np.uint16) * 257) for p in (solid.before, after)]
    found = spill(solid.before, after, solid.garment.alpha)
    assert spill(*deep, solid.garment.alpha) == pytest.approx(found, abs=1e-3)


def test_a_lost_bit_depth_is_no_spill(solid):
    deep = replace(solid.before, pixels=solid.before.pixels.astype(np.uint16) * 257)
    assert spill(deep, solid.before, solid.garment.alpha) < 1e-3


def test_transparent_pixels_do_not_count(solid):
    after = painted(solid.before, slice(64, 96), slice(128, 160), (20, 0, 0))
    opacity = np.full(solid.before.size, 255, np.uint8)
    opacity[64:96, 128:160] = 0
    assert spill(solid.before, replace(after, opacity=opacity), solid.garment.alpha) == 0


def test_a_garment_that_fills_the_picture_has_no_spill(solid):
    assert spill(solid.before, solid.right, np.ones(solid.before.size, np.float32)) == 0


def test_pictures_of_two_sizes_are_refused(solid):
    with pytest.raises(NotAligned, match="288x383"):
        spill(solid.before, Photo(id="cut", pixels=solid.right.pixels[1:]), solid.garment.alpha)


def test_a_correct_soft_edge_has_no_rim(scene):
    assert rimmed(scene, scene.right) < 2


def test_a_hard_edge_left_uncorrected_has_a_rim_of_the_whole_error(solid):
    after = solid.where(~solid.garment.core)
    assert rimmed(solid, after) > 4


def test_an_untouched_picture_has_no_rim(solid):
    assert rimmed(solid, solid.before) == pytest.approx(0, abs=1e-3)


def test_white_piping_that_stays_white_is_no_rim(solid):
    edge = (solid.garment.alpha > 0) & ~erode(solid.garment.core, 6)
    white = [replace(p, pixels=np.where(edge[..., None], 245, p.pixels).astype(np.uint8)) for p in
             (solid.before, solid.right)]  # fmt: skip
    assert rim(view(*white, solid.garment)) < 2


def test_a_garment_without_an_inside_has_no_rim(solid):
    garment = replace(solid.garment, alpha=np.zeros(solid.before.size, np.float32))
    assert rim(view(solid.before, solid.right, garment)) == 0


@pytest.mark.parametrize("alpha_is", ["garment", "nearly everything"])
def test_spill_is_the_same_when_nothing_is_looked_at_where_pictures_are_equal(solid, alpha_is):
    alpha = solid.garment.alpha
    if alpha_is == "nearly everything":  # the fullest tile, of 7 rows, lies where the pictures are equal
        alpha = np.ones_like(alpha)
        alpha[:7], alpha[61:66, 125:150] = 0, 0
    after = painted(solid.before, slice(61, 99), slice(125, 163), (20, 0, 0))
    touched = slice(61, 99), slice(125, 163)
    found = spill(solid.before, after, alpha, touched)
    assert found == spill(solid.before, after, alpha)
    assert found > 4 or alpha_is != "garment"


def test_where_nothing_was_touched_there_is_no_spill(solid):
    nowhere = slice(0, 0), slice(0, 0)
    assert spill(solid.before, solid.before, solid.garment.alpha, nowhere) == 0
