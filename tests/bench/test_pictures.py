import numpy as np
import pytest

from colorfast.bench.pictures import KINDS, made_pair
from colorfast.color.spaces import rgb_to_lab

SMALL = (256, 192)


@pytest.mark.parametrize("kind", KINDS)
def test_a_made_pair_is_the_same_each_time(kind):
    first, again = made_pair(kind, SMALL), made_pair(kind, SMALL)
    np.testing.assert_array_equal(first.worn, again.worn)
    np.testing.assert_array_equal(first.flat, again.flat)


@pytest.mark.parametrize("size", [(128, 96), (256, 192), (300, 260)])
def test_pictures_and_masks_have_the_size_asked_for(size):
    made = made_pair("stripes", size)
    assert made.worn.shape == made.flat.shape == (*size, 3)
    assert made.worn_mask.shape == made.flat_mask.shape == size


def test_the_garment_covers_a_fifth_of_the_worn_picture():
    made = made_pair("solid", SMALL)
    assert 0.15 < made.worn_mask.mean() < 0.3
    assert 0.3 < made.flat_mask.mean() < 0.5


def test_the_mask_lies_on_the_garment():
    made = made_pair("solid", SMALL)
    lab = rgb_to_lab(made.worn)
    assert np.median(lab[..., 1][made.worn_mask]) < -15  # teal
    assert (lab[..., 1][~made.worn_mask] < -15).mean() < 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_worn_and_flat_garments_have_the_same_color_apart_from_light(kind):
    made = made_pair(kind, SMALL)
    worn, flat = rgb_to_lab(made.worn)[made.worn_mask], rgb_to_lab(made.flat)[made.flat_mask]
    assert np.abs(np.median(worn, axis=0) - np.median(flat, axis=0)).max() < 16


def test_another_seed_drapes_the_cloth_differently():
    assert (made_pair("print", SMALL, seed=1).worn != made_pair("print", SMALL, seed=2).worn).mean() > 0.1


def test_black_cloth_keeps_a_texture():
    made = made_pair("black", SMALL)
    assert rgb_to_lab(made.worn)[..., 0][made.worn_mask].std() > 0.5
