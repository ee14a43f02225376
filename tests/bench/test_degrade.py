from dataclasses import replace

import numpy as np
import pytest

from colorfast.bench.degrade import degrade, degrade_photo, generator, soft_edge
from colorfast.bench.distort import DegradeParameters, recolor
from colorfast.bench.pictures import made_pair
from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import MaskTooSmall
from colorfast.masks import dilate, erode, scaled
from colorfast.records import Photo

SIZE = (256, 192)
NONE = DegradeParameters(
    hue=0, saturation=1, value=1, red=1, green=1, blue=1, shift_a=0, shift_b=0
)  # no error at all


@pytest.fixture(scope="module")
def made():
    return made_pair("stripes", SIZE)


@pytest.fixture(scope="module")
def photo(made):
    return Photo(id="t1", pixels=made.worn)


def median_error(before, after, mask):
    moved = delta_e_2000(rgb_to_lab(before), rgb_to_lab(after))
    return float(np.median(moved[erode(mask, scaled(2, SIZE[0]))]))


@pytest.mark.parametrize("number", range(12))
def test_the_error_is_between_5_and_15_and_recorded(photo, made, number):
    degraded, parameters = degrade_photo(replace(photo, id=str(number)), made.worn_mask, seed=1)
    found = median_error(photo.pixels, degraded.pixels, made.worn_mask)
    assert 5 <= parameters.delta_e <= 15
    assert abs(found - parameters.delta_e) < 0.3  # 8-bit rounding


@pytest.mark.parametrize("kind", ["black", "white"])
def test_black_and_white_garments_get_an_error_too(kind):
    made = made_pair(kind, SIZE)
    _, parameters = degrade_photo(Photo(id=kind, pixels=made.worn), made.worn_mask, seed=3)
    assert 5 <= parameters.delta_e <= 15


def test_seed_and_id_alone_decide_the_error(photo):
    first = degrade_photo(photo, None, seed=1)
    degrade_photo(replace(photo, id="another"), None, seed=1)
    again = degrade_photo(photo, None, seed=1)
    np.testing.assert_array_equal(first[0].pixels, again[0].pixels)
    assert first[1] == again[1]


def test_another_seed_or_id_gives_another_error(photo):
    errors = {degrade_photo(replace(photo, id=name), None, seed=seed)[1] for name in "ab" for seed in (1, 2)}
    assert len(errors) == 4


def test_pixels_outside_the_garment_keep_their_code_values(photo, made):
    degraded, _ = degrade_photo(photo, made.worn_mask, seed=1)
    outside = ~dilate(made.worn_mask, 2)
    np.testing.assert_array_equal(degraded.pixels[outside], photo.pixels[outside])


def test_the_whole_picture_changes_without_a_mask(photo):
    degraded, parameters = degrade_photo(photo, None, seed=1)
    assert (degraded.pixels != photo.pixels).any(axis=-1).mean() > 0.9
    assert 5 <= parameters.delta_e <= 15


def test_the_inside_of_the_garment_gets_exactly_the_recorded_error(made):
    picture = made.worn / np.float32(255)
    degraded = degrade(picture, made.worn_mask, generator(1, "x"))
    inside = soft_edge(made.worn_mask) == 1
    expected = recolor(picture, degraded.parameters)
    np.testing.assert_allclose(degraded.picture[inside], expected[inside], atol=1e-6)


def test_edge_pixels_change_by_their_share_of_garment():
    picture = np.full((64, 48, 3), 0.9, np.float32)
    mask = np.zeros((64, 48), bool)
    mask[16:48, 12:36] = True
    alpha = soft_edge(mask)[..., None]
    cloth = np.array([0.2, 0.4, 0.6], np.float32)
    degraded = degrade(picture + alpha * (cloth - picture), mask, generator(1, "edge"))
    new = recolor(cloth[None, None], degraded.parameters)
    np.testing.assert_allclose(degraded.picture, picture + alpha * (new - picture), atol=0.03)


def test_the_input_is_left_alone(made):
    picture = made.worn / np.float32(255)
    kept = picture.copy()
    degrade(picture, made.worn_mask, generator(1, "x"))
    np.testing.assert_array_equal(picture, kept)


def test_no_error_leaves_the_colors_as_they_are(made):
    picture = made.worn / np.float32(255)
    np.testing.assert_allclose(recolor(picture, NONE), picture, atol=1e-4)


def test_sixteen_bit_photos_stay_sixteen_bit(photo, made):
    wide = replace(photo, pixels=photo.pixels.astype(np.uint16) * 257)
    degraded, _ = degrade_photo(wide, made.worn_mask, seed=1)
    assert degraded.pixels.dtype == np.uint16
    assert len(np.unique(degraded.pixels[made.worn_mask])) > 256


def test_a_mask_of_a_few_pixels_is_refused(photo):
    mask = np.zeros(SIZE, bool)
    mask[5, 5:7] = True
    with pytest.raises(MaskTooSmall, match="16 are needed"):
        degrade_photo(photo, mask, seed=1)
