"""At the edge the old color is unmixed: the background's part of a pixel stays."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.correct.blend import apply, put_in
from colorfast.records import Garment

OLD, NEW, GROUND = np.float32([45, 50, 25]), np.float32([60, -25, 15]), np.float32([90, 0, 3])


def disc(color, alpha):
    """A disc of one color on the ground, mixed in linear light."""
    mixed = alpha[..., None] * lab_to_linear(color) + (1 - alpha[..., None]) * lab_to_linear(GROUND)
    return linear_to_lab(mixed.astype(np.float32))


@pytest.fixture
def alpha():
    y, x = np.mgrid[:96, :96] - 47.5
    return np.clip(30.5 - np.hypot(x, y), 0, 1).astype(np.float32)


def garment(alpha):
    box = (slice(0, alpha.shape[0]), slice(0, alpha.shape[1]))
    return Garment(core=alpha >= 1, alpha=alpha, way="mask", confidence=1.0, box=box)


def to_new(lab):
    return lab + (NEW - OLD)


def test_the_rim_has_the_new_color_in_the_old_mixture(alpha):
    found = apply(disc(OLD, alpha), garment(alpha), to_new, edge_width=3, height=1024)
    rim = (alpha > 0) & (alpha < 1)
    assert delta_e_2000(found[rim], disc(NEW, alpha)[rim]).max() < 0.5


def test_pixels_without_alpha_are_bit_identical(alpha):
    before = disc(OLD, alpha)
    found = apply(before, garment(alpha), to_new, edge_width=3, height=1024)
    np.testing.assert_array_equal(found[alpha == 0], before[alpha == 0])


def test_a_strap_without_any_solid_pixel_is_corrected_too():
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, 20] = 0.6
    strap = garment(alpha)
    strap = Garment(core=alpha > 0.5, alpha=alpha, way="mask", confidence=1.0, box=strap.box)
    found = apply(disc(OLD, alpha), strap, to_new, edge_width=3, height=1024)
    assert np.isfinite(found).all()
    assert delta_e_2000(found[:, 20], disc(OLD, alpha)[:, 20]).min() > 5


def test_an_edge_far_from_any_solid_pixel_finds_the_nearest(alpha):
    far = alpha.copy()
    far[5, 5] = 0.5
    found = apply(disc(OLD, far), garment(far), to_new, edge_width=3, height=1024)
    assert delta_e_2000(found[5, 5], disc(NEW, far)[5, 5]) < 3


def test_pixels_are_put_in_where_alpha_is_above_zero(alpha):
    pixels = np.zeros((96, 96, 3), np.uint16)
    put_in(pixels[8:88, 8:88], np.full((80, 80, 3), 65535, np.uint16), alpha[8:88, 8:88])
    np.testing.assert_array_equal(pixels == 65535, np.repeat(alpha[..., None] > 0, 3, axis=2))


def test_an_edge_takes_the_gaussian_mean_of_the_change_beside_it(alpha):
    before = disc(OLD, alpha)
    before[..., 0] += np.linspace(0, 10, 96, dtype=np.float32)[:, None]
    found = apply(
        before, garment(alpha), lambda lab: lab * np.float32([1.1, 0.5, 1]), edge_width=3, height=1024
    )
    y, x = 47, int(np.flatnonzero((alpha[47] > 0.2) & (alpha[47] < 1))[0])
    rows, columns = np.mgrid[y - 6 : y + 7, x - 6 : x + 7]
    share = np.exp(-0.5 * ((rows - y) ** 2 + (columns - x) ** 2) / 9) * (alpha[rows, columns] >= 0.999)
    change = lab_to_linear(found[rows, columns]) - lab_to_linear(before[rows, columns])
    mean = (share[..., None] * change).sum((0, 1)) / share.sum()
    expected = linear_to_lab((lab_to_linear(before[y, x]) + alpha[y, x] * mean).astype(np.float32))
    np.testing.assert_allclose(found[y, x], expected, atol=0.02)


def test_a_large_picture_is_blended_as_a_small_one(alpha):
    large = np.kron(alpha, np.ones((4, 4), np.float32))
    found = [
        apply(disc(OLD, each), garment(each), to_new, edge_width=3, height=height)
        for each, height in ((alpha, 1024), (large, 4096))
    ]
    np.testing.assert_allclose(found[1][2::4, 2::4], found[0], atol=0.05)
