import numpy as np
import pytest
import pyvips

from colorfast.errors import SettingsError
from colorfast.records import Photo
from colorfast.report.canvas import (
    SHOW_THROUGH,
    ReportSettings,
    blend,
    desaturated,
    display,
    lettered,
    resized,
    text_width,
    to_jpeg,
)


def test_a_small_srgb_photo_is_shown_as_it_is():
    pixels = np.random.default_rng(1).integers(0, 256, (20, 10, 3), np.uint8)
    np.testing.assert_array_equal(display(Photo(id="1", pixels=pixels), 100), pixels)


def test_a_large_photo_is_shown_smaller_in_its_own_shape():
    assert display(Photo(id="1", pixels=np.zeros((400, 200, 3), np.uint8)), 100).shape == (100, 50, 3)


def test_a_16_bit_photo_is_shown_in_8_bits():
    pixels = np.full((4, 4, 3), 0x8080, np.uint16)
    np.testing.assert_array_equal(display(Photo(id="1", pixels=pixels), 4), 0x80)


def test_transparent_pixels_show_neutral_gray():
    pixels, opacity = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8)
    opacity[0] = 255
    shown = display(Photo(id="1", pixels=pixels, opacity=opacity), 4)
    assert (shown[0] == 0).all()
    assert (shown[1:] == SHOW_THROUGH).all()


def test_resizing_to_the_same_height_changes_nothing():
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    np.testing.assert_array_equal(resized(pixels, 2), pixels)


def test_blending_keeps_what_is_below_where_alpha_is_zero():
    below, above = np.full((1, 2, 3), 10, np.uint8), np.full((1, 2, 3), 200, np.uint8)
    assert blend(below, above, np.float32([[0, 1]]))[0, :, 0].tolist() == [10, 200]


def test_a_desaturated_picture_is_neutral():
    gray = desaturated(np.random.default_rng(1).integers(0, 256, (8, 8, 3), np.uint8))
    assert (gray == gray[..., :1]).all()


def test_lettering_draws_on_a_copy():
    picture = np.zeros((40, 200, 3), np.uint8)
    drawn = lettered(picture, "ΔE 0.41 → pass", (5, 30), 20, bold=True)
    assert picture.max() == 0
    assert drawn.max() > 200


@pytest.mark.parametrize("letter", "Δ≤→·")
def test_the_typeface_has_the_letters_of_our_captions(letter):
    blank = np.zeros((40, 40, 3), np.uint8)
    drawn, missing = lettered(blank, letter, (5, 30), 20), lettered(blank, "?", (5, 30), 20)
    assert (drawn != missing).any()
    assert drawn.any()


def test_longer_text_is_wider():
    assert 0 < text_width("After", 20) < text_width("After correction", 20)


def test_a_jpeg_has_the_size_of_its_picture_and_no_metadata():
    image = pyvips.Image.jpegload_buffer(to_jpeg(np.zeros((30, 20, 3), np.uint8), 80))
    assert (image.width, image.height, image.bands) == (20, 30, 3)
    assert not [name for name in image.get_fields() if name.startswith(("exif", "xmp", "icc"))]


@pytest.mark.parametrize("wrong", [{"height": 10}, {"quality": 0}, {"quality": 101}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(SettingsError, match=f"report.{next(iter(wrong))}"):
        ReportSettings(**wrong)
