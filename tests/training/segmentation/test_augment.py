"""Variations of a photo: labels move with the pixels, and every draw comes from the generator."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import numpy as np

from colorfast.training.segmentation.augment import Augmentation, augment
from colorfast.training.segmentation.batches import Sampling, batches
from colorfast.training.segmentation.classes import label
from colorfast.training.segmentation.pictures import open_pictures
from colorfast.training.segmentation.readers import find_labeled

PLAIN = Augmentation(recolored=0, dyed=0, studio=0, gray=0, noisy=0, blurred=0)


def _red_shirt() -> tuple[np.ndarray, np.ndarray]:
    labels = np.full((96, 64), label("background"), np.uint16)
    labels[20:80, 10:50] = label("upper")
    photo = np.where((labels == label("upper"))[..., None], (200, 20, 20), (20, 20, 200)).astype(np.uint8)
    return photo, labels


def test_labels_move_with_the_pixels():
    for seed in range(8):
        pixels, labels = augment(*_red_shirt(), (64, 64), PLAIN, np.random.default_rng(seed))
        agree = (pixels[..., 0] > 0.43) == (labels == label("upper"))
        assert agree.mean() > 0.97


def test_a_plain_wall_leaves_the_garment_as_it_was():
    how = Augmentation(recolored=0, dyed=0, studio=1, gray=0, noisy=0, blurred=0)
    pixels, labels = augment(*_red_shirt(), (64, 64), how, np.random.default_rng(1))
    inner = np.median(pixels[labels == label("upper")], axis=0)
    wall = np.median(pixels[labels == label("background")], axis=0)
    np.testing.assert_allclose(inner, np.array([200, 20, 20]) / 255, atol=0.01)
    assert np.abs(wall - np.array([20, 20, 200]) / 255).max() > 0.1


def test_dye_leaves_the_background_as_it_was():
    how = Augmentation(recolored=0, dyed=1, studio=0, gray=0, noisy=0, blurred=0)
    pixels, labels = augment(*_red_shirt(), (64, 64), how, np.random.default_rng(2))
    wall = np.median(pixels[labels == label("background")], axis=0)
    np.testing.assert_allclose(wall, np.array([20, 20, 200]) / 255, atol=0.01)


def test_photos_in_the_cache_are_not_written_to():
    photo, labels = _red_shirt()
    kept = photo.copy()
    augment(photo, labels, (64, 64), Augmentation(), np.random.default_rng(3))
    np.testing.assert_array_equal(photo, kept)


def test_a_step_sees_the_same_batch_every_time_and_an_epoch_every_photo(make_labeled, tmp_path):
    pictures = open_pictures(find_labeled(make_labeled(count=4), "all"), tmp_path / "cache")
    how = Sampling(batch=2, steps=4, shapes=((64, 32), (32, 64)))
    one, two = batches(pictures, how), batches(pictures, how)
    for step in (3, 0):
        assert all(bool((a == b).all()) for a, b in zip(one(step), two(step), strict=True))
    assert not np.array_equal(one(0)[0].numpy(), one(2)[0].numpy())
