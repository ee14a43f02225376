"""The reference photo: what stands out from a plain backdrop."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.errors import GarmentNotFound
from colorfast.records import Photo
from colorfast.segment import find_reference


def gradient() -> np.ndarray:
    y, x = np.mgrid[0:200, 0:200]
    return (205 + y / 10 + x / 20)[..., None] * np.ones(3)


@pytest.mark.parametrize(
    "color", [(40, 60, 150), (20, 20, 20), (150, 150, 150), (230, 200, 170), (238, 238, 236)]
)
def test_a_shirt_is_found_on_an_almost_white_backdrop(make_product, overlap, color):
    photo, mask = make_product(color)
    assert overlap(find_reference(photo).alpha >= 0.5, mask) > 0.97


@pytest.mark.parametrize("color", [(40, 60, 150), (250, 250, 250), (90, 90, 90)])
def test_a_shirt_is_found_on_a_gray_gradient(make_product, overlap, color):
    photo, mask = make_product(color, gradient())
    assert overlap(find_reference(photo).alpha >= 0.5, mask) > 0.97


def test_a_soft_shadow_is_not_garment(make_product, overlap):
    y, x = np.mgrid[0:200, 0:200]
    shadow = 25 * np.exp(-(((y - 172) / 12.0) ** 2) - ((x - 100) / 45.0) ** 2)
    photo, mask = make_product((40, 60, 150), (240 - shadow)[..., None] * np.ones(3))
    assert overlap(find_reference(photo).alpha >= 0.5, mask) > 0.95


def test_a_gray_shirt_is_not_taken_for_a_shadow(make_product, overlap):
    photo, mask = make_product((205, 205, 205), 240)
    assert overlap(find_reference(photo).alpha >= 0.5, mask) > 0.97


def test_a_large_gap_that_shows_the_bare_backdrop_stays_open(make_product):
    photo, _ = make_product((40, 60, 150))
    photo.pixels[90:130, 80:120] = 246
    assert find_reference(photo).alpha[95:125, 85:115].max() == 0


def test_a_confident_answer_is_a_color_far_from_the_backdrop(make_product):
    dark, pale = (
        find_reference(make_product(color)[0]).confidence for color in ((20, 20, 60), (238, 238, 236))
    )
    assert 0 < pale < 0.6 < dark <= 1


def test_the_way_is_recorded(make_product):
    assert find_reference(make_product((40, 60, 150))[0]).way == "backdrop"


def test_the_opacity_of_a_file_is_its_mask(make_product, overlap):
    photo, mask = make_product((40, 60, 150))
    cut = Photo(id="cut", pixels=photo.pixels, opacity=mask.astype(np.uint8) * 255)
    garment = find_reference(cut)
    assert garment.way == "opacity"
    assert overlap(garment.alpha >= 0.5, mask) > 0.97


def test_an_opaque_file_is_looked_at_like_any_other(make_product):
    photo, _ = make_product((40, 60, 150))
    full = Photo(id="full", pixels=photo.pixels, opacity=np.full((200, 200), 255, np.uint8))
    assert find_reference(full).way == "backdrop"


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (64, 64), (1, 400)])
def test_a_reference_equal_to_its_background_is_refused(size):
    photo = Photo(id="blank", pixels=np.full((*size, 3), 244, np.uint8))
    with pytest.raises(GarmentNotFound, match=r"background.*--reference-mask"):
        find_reference(photo)


def test_real_product_shots_are_cut_out(data_dir, overlap):
    cv2 = pytest.importorskip("cv2")
    found = []
    for path in sorted((data_dir / "viton_pairs" / "pairs").glob("*_cloth.jpg"))[::40]:
        pixels = np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
        truth = cv2.imread(str(path).replace("cloth.jpg", "clothmask.png"), 0) > 127
        found.append(overlap(find_reference(Photo(id=path.stem, pixels=pixels)).alpha >= 0.5, truth))
    assert np.median(found) > 0.985
    assert np.mean(np.array(found) > 0.9) >= 0.85
