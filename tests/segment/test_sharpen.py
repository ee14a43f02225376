"""From coarse shares to the picture's own edges, on made pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.records import Array, Mask
from colorfast.segment import sharpen as module
from colorfast.segment.sharpen import sharpen, sharpen_classes

SIZE = 400, 300


@pytest.fixture
def shirt() -> Mask:
    """A disc with a sleeve."""
    mask = np.zeros(SIZE, np.uint8)
    cv2.circle(mask, (150, 220), 80, 1, -1)
    cv2.rectangle(mask, (30, 180), (110, 210), 1, -1)
    return mask > 0


def painted(mask: Mask, inside: tuple[int, ...], outside: tuple[int, ...]) -> Array:
    """A noisy picture of two colors, 8 bits."""
    noise = np.random.default_rng(1).normal(0, 6, (*mask.shape, 3))
    clean = np.where(mask[..., None], inside, outside)
    return np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)


def blurred(mask: Mask) -> Array:
    """What a network may say about it: a tenth of the resolution."""
    small = cv2.resize(mask.astype(np.float32), (30, 40), interpolation=cv2.INTER_AREA)
    return 0.1 + 0.8 * cv2.GaussianBlur(small, (0, 0), 1.0)


def overlap(one: Mask, two: Mask) -> float:
    return float((one & two).sum() / (one | two).sum())


def test_the_edge_is_the_pictures_not_the_networks(shirt):
    share = blurred(shirt)
    coarse = cv2.resize(share, SIZE[::-1]) > 0.5
    found = sharpen(painted(shirt, (160, 40, 60), (200, 200, 190)), share)
    assert overlap(coarse, shirt) < 0.975
    assert overlap(found, shirt) > 0.985


def test_between_like_and_like_the_network_decides(shirt):
    share = blurred(shirt)
    coarse = cv2.resize(share, SIZE[::-1]) > 0.5
    found = sharpen(painted(shirt, (120, 120, 120), (120, 120, 120)), share)
    assert overlap(found, coarse) > 0.8  # a sleeve that nothing shows is cut short


def test_a_print_stays_in_the_garment(shirt):
    picture = painted(shirt, (160, 40, 60), (200, 200, 190))
    picture[200:240, 130:170] = (30, 160, 90)
    assert sharpen(picture, blurred(shirt))[200:240, 130:170].all()


@pytest.mark.parametrize("everywhere", [0.0, 1.0])
def test_where_a_network_sees_one_thing_alone_there_is_no_edge(shirt, everywhere):
    found = sharpen(painted(shirt, (9, 9, 9), (9, 9, 9)), np.full((40, 30), everywhere, np.float32))
    assert (found == bool(everywhere)).all()


def test_16_bits_give_the_mask_of_8(shirt):
    picture = painted(shirt, (160, 40, 60), (200, 200, 190))
    found = sharpen(picture.astype(np.uint16) * 257, blurred(shirt))
    assert overlap(found, sharpen(picture, blurred(shirt))) > 0.999


def test_each_pixel_gets_the_class_of_the_best_region(shirt):
    share = blurred(shirt)
    picture = painted(shirt, (160, 40, 60), (200, 200, 190))
    found = sharpen_classes(picture, np.stack([1 - share, np.zeros_like(share), share]))
    assert set(np.unique(found)) == {0, 2}
    assert overlap(found == 2, shirt) > 0.985


def test_two_classes_that_share_a_garment_do_not_lose_it_to_the_background(shirt):
    share = blurred(shirt)
    picture = painted(shirt, (160, 40, 60), (200, 200, 190))
    found = sharpen_classes(picture, np.stack([1 - share, 0.45 * share, 0.55 * share]))
    assert overlap(found > 0, shirt) > 0.95
    assert (found[found > 0] == 2).all()


def test_a_single_class_is_everywhere(shirt):
    found = sharpen_classes(painted(shirt, (9, 9, 9), (99, 99, 99)), np.ones((1, 40, 30), np.float32))
    assert (found == 0).all()


def test_a_picture_of_one_row_is_sharpened_too():
    share = np.array([[0.1, 0.1, 0.9, 0.9]], np.float32)
    row = np.repeat(np.uint8([[[200, 200, 200]], [[10, 10, 10]]]), 8, axis=0).reshape(1, 16, 3)
    assert sharpen(row, share)[0, -1]


def test_the_solver_agrees_with_its_float64_twin():
    random = np.random.default_rng(2)
    cost, right, down = random.normal(0, 1, (3, 12, 9)).astype(np.float32)
    right, down = abs(right), abs(down)
    right[:, -1], down[-1] = 0, 0
    start = np.full((12, 9), 0.5, np.float32)
    found = module._cheapest(cost, right, down, start, 40)
    np.testing.assert_allclose(found, twin(cost, right, down, start, 40), atol=1e-4)


def twin(cost: Array, right: Array, down: Array, start: Array, steps: int) -> Array:
    """The steps of the module's header, in float64."""
    u = ahead = start.astype(float)
    across, along = np.zeros(u.shape), np.zeros(u.shape)
    for _ in range(steps):
        across = np.clip(across + module.DUAL * np.diff(ahead, axis=1, append=0), -right, right)
        along = np.clip(along + module.DUAL * np.diff(ahead, axis=0, append=0), -down, down)
        flow = np.diff(across, axis=1, prepend=0) + np.diff(along, axis=0, prepend=0)
        new = np.clip(u + module.PRIMAL * (flow - cost), 0, 1)
        u, ahead = new, 2 * new - u
    return u


def test_white_is_told_from_nearly_white(shirt):
    picture = cv2.GaussianBlur(painted(shirt, (247, 247, 249), (242, 240, 236)), (0, 0), 1.5)
    assert overlap(sharpen(picture, blurred(shirt)), shirt) > 0.95
