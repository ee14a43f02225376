"""At the edge the old color is unmixed: the background's part of a pixel stays."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.correct.blend import apply
from colorfast.records import Garment, Photo

OLD, NEW, GROUND = np.float32([45, 50, 25]), np.float32([60, -25, 15]), np.float32([90, 0, 3])


def disc(color, alpha):
    """A disc of one color on the ground, mixed in linear light, in Lab."""
    mixed = alpha[..., None] * lab_to_linear(color) + (1 - alpha[..., None]) * lab_to_linear(GROUND)
    return linear_to_lab(mixed.astype(np.float32))


@pytest.fixture
def alpha():
    y, x = np.mgrid[:96, :96] - 47.5
    return np.clip(30.5 - np.hypot(x, y), 0, 1).astype(np.float32)


def garment(alpha):
    box = (slice(0, alpha.shape[0]), slice(0, alpha.shape[1]))
    return Garment(core=alpha >= 1, alpha=alpha, way="mask", confidence=1.0, box=box)


def photo(lab, dtype=np.uint16):
    return Photo(id="disc", pixels=from_lab(lab, None, dtype))


def to_new(lab):
    return lab + (NEW - OLD)


def applied(lab, alpha, color_map=to_new, width=3.0):
    """The picture with its garment recolored, in Lab."""
    return to_lab(apply(photo(lab), garment(alpha), color_map, edge_width=width))


@pytest.mark.parametrize(("dtype", "most"), [(np.uint8, 1.0), (np.uint16, 0.3)])
def test_the_rim_has_the_new_color_in_the_old_mixture(dtype, most, alpha):
    found = to_lab(apply(photo(disc(OLD, alpha), dtype), garment(alpha), to_new, edge_width=3))
    rim = (alpha > 0) & (alpha < 1)
    assert delta_e_2000(found[rim], disc(NEW, alpha)[rim]).max() < most


def test_pixels_without_alpha_are_bit_identical(alpha):
    before = photo(disc(OLD, alpha), np.uint8)
    found = apply(before, garment(alpha), to_new, edge_width=3)
    np.testing.assert_array_equal(found[alpha == 0], before.pixels[alpha == 0])
    np.testing.assert_array_equal(before.pixels, photo(disc(OLD, alpha), np.uint8).pixels)


def test_a_box_is_recolored_as_the_whole_picture(alpha):
    before, whole = photo(disc(OLD, alpha), np.uint8), garment(alpha)
    box = (slice(10, 90), slice(12, 88))
    boxed = Garment(core=whole.core, alpha=alpha, way="mask", confidence=1.0, box=box)
    found = [apply(before, each, to_new, edge_width=3) for each in (whole, boxed)]
    np.testing.assert_array_equal(found[1], found[0][box])


def test_a_strap_without_any_solid_pixel_is_corrected_too():
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, 20] = 0.6
    strap = garment(alpha)
    strap = Garment(core=alpha > 0.5, alpha=alpha, way="mask", confidence=1.0, box=strap.box)
    found = to_lab(apply(photo(disc(OLD, alpha)), strap, to_new, edge_width=3))
    assert delta_e_2000(found[:, 20], disc(OLD, alpha)[:, 20]).min() > 5


def test_a_garment_without_any_trusted_pixel_is_left_as_it_is():
    alpha = np.full((20, 20), 0.5, np.float32)
    before = photo(disc(OLD, alpha))
    np.testing.assert_array_equal(apply(before, garment(alpha), to_new, edge_width=3), before.pixels)


def test_an_edge_far_from_any_solid_pixel_finds_the_nearest(alpha):
    far = alpha.copy()
    far[5, 5] = 0.5
    assert delta_e_2000(applied(disc(OLD, far), far)[5, 5], disc(NEW, far)[5, 5]) < 3


def test_an_edge_takes_the_mean_of_the_change_beside_it(alpha):
    before = disc(OLD, alpha)
    before[..., 0] += np.linspace(0, 10, 96, dtype=np.float32)[:, None]
    found = applied(before, alpha, lambda lab: lab * np.float32([1.1, 0.5, 1]))
    y, x = 47, int(np.flatnonzero((alpha[47] > 0.2) & (alpha[47] < 1))[0])
    rows, columns = np.mgrid[y - 6 : y + 7, x - 6 : x + 7]
    share = np.exp(-0.5 * ((rows - y) ** 2 + (columns - x) ** 2) / 9) * (alpha[rows, columns] >= 0.999)
    change = lab_to_linear(found[rows, columns]) - lab_to_linear(before[rows, columns])
    mean = (share[..., None] * change).sum((0, 1)) / share.sum()
    expected = linear_to_lab((lab_to_linear(before[y, x]) + alpha[y, x] * mean).astype(np.float32))
    np.testing.assert_allclose(found[y, x], expected, atol=0.03)


def test_piping_at_the_edge_follows_piping_and_not_the_cloth(alpha):
    piping = (np.hypot(*(np.mgrid[:96, :96] - 47.5)) > 25)[..., None]
    before = np.where(piping, disc(np.float32([85, 0, 4]), alpha), disc(OLD, alpha))
    found = applied(before, alpha, lambda lab: np.where(lab[..., :1] > 70, lab, lab + (NEW - OLD)))
    rim = (alpha > 0.3) & (alpha < 1)
    assert np.percentile(delta_e_2000(found[rim], before[rim]), 90) < 2.5


def test_a_large_picture_is_blended_as_a_small_one(alpha):
    large = np.kron(alpha, np.ones((4, 4), np.float32))
    found = [
        apply(
            photo(np.pad(disc(OLD, each), ((0, 1024 * k - 96 * k), (0, 0), (0, 0)))),
            whole,
            to_new,
            edge_width=3,
        )
        for k, each, whole in ((1, alpha, garment(alpha)), (4, large, garment(large)))
    ]
    np.testing.assert_allclose(to_lab(found[1])[2::4, 2::4], to_lab(found[0]), atol=0.05)
