"""A reference with skin beside the garment is worn; one without is a product shot."""

from __future__ import annotations

import numpy as np
import pytest
import pyvips

from colorfast.read.image import decode
from colorfast.records import Photo
from colorfast.segment.garment import find_garment, find_reference
from colorfast.segment.person import shows_person

SKIN, CLOTH, GROUND = (205, 150, 120), (40, 60, 140), (245, 245, 245)


@pytest.fixture
def mask():
    """A garment of 40 × 40 pixels in the middle of 128 × 96."""
    mask = np.zeros((128, 96), bool)
    mask[40:80, 28:68] = True
    return mask


def photo_of(mask, skin_rows=0, cloth=CLOTH):
    """A photo of that garment above `skin_rows` rows of skin."""
    pixels = np.full((*mask.shape, 3), GROUND, np.uint8)
    pixels[90 : 90 + skin_rows, 28:68] = SKIN
    pixels[mask] = cloth
    photo = Photo(id="p", pixels=pixels)
    return photo, find_garment(photo, None, mask=mask)


def test_skin_beside_the_garment_is_a_person(mask):
    assert shows_person(*photo_of(mask, skin_rows=20))


def test_a_product_shot_shows_no_person(mask):
    assert not shows_person(*photo_of(mask))


def test_a_patch_of_skin_color_is_no_person(mask):
    assert not shows_person(*photo_of(mask, skin_rows=1))


def test_a_garment_of_the_color_of_skin_is_no_person(mask):
    assert not shows_person(*photo_of(mask, cloth=SKIN))


@pytest.mark.parametrize("skin_rows", [0, 20])
def test_a_jpeg_that_stays_coded_is_not_decoded_for_it(mask, skin_rows):
    photo, _ = photo_of(mask, skin_rows)
    image = pyvips.Image.new_from_array(np.kron(photo.pixels, np.ones((4, 4, 1), np.uint8)))
    coded = decode(image.jpegsave_buffer(Q=95, subsample_mode="off"), "p")
    coded.source.decode = None  # nobody may ask for all pixels
    garment = find_garment(coded, None, mask=np.kron(mask, np.ones((4, 4), bool)))
    assert shows_person(coded, garment) == bool(skin_rows)


def test_large_photos_are_seen_as_small_ones(mask):
    photo, _ = photo_of(mask, skin_rows=20)
    large = Photo(id="p", pixels=np.kron(photo.pixels, np.ones((4, 4, 1), np.uint8)))
    garment = find_garment(large, None, mask=np.kron(mask, np.ones((4, 4), bool)))
    assert shows_person(large, garment)


@pytest.mark.parametrize("wanted", ["upper", "lower"])
def test_of_a_person_before_a_plain_backdrop_a_reference_takes_the_garment_alone(
    make_figure, overlap, wanted
):
    figure = make_figure()
    reference = find_reference(figure.photo, wanted=wanted)
    assert reference.way == "parsing"
    assert overlap(reference.alpha >= 0.5, figure.shirt if wanted == "upper" else figure.jeans) > 0.8


def test_a_product_shot_of_the_color_of_skin_is_taken_off_its_backdrop(make_product, overlap):
    photo, mask = make_product(SKIN)
    reference = find_reference(photo)
    assert reference.way == "backdrop"
    assert overlap(reference.alpha >= 0.5, mask) > 0.95
