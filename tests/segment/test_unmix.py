"""The unmixing kernels against a float64 twin in NumPy."""

from __future__ import annotations

import cv2
import numpy as np

from colorfast.masks import signed_distance
from colorfast.records import Array
from colorfast.segment import unmix as module
from colorfast.segment.unmix import linear_light, unmix


def twin(pixels: Array, distance: Array, inner: float, outer: float) -> Array:
    """The formulas of the module's header, pixel by pixel averages instead of blocks, in float64."""
    light = linear_light(255).astype(np.float64)[pixels]
    sigma = module.REACH * (inner + outer) / 2
    sides = []
    for side in (distance > inner, distance < -outer):
        weight = side.astype(np.float64)
        stack = np.dstack([light * weight[..., None], (light**2).sum(-1) * weight, weight])
        smooth = cv2.GaussianBlur(stack, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        sides.append(smooth[..., :4] / np.maximum(smooth[..., 4:], 1e-6))
    (f, ff), (b, bb) = ((side[..., :3], side[..., 3]) for side in sides)
    gap = ((f - b) ** 2).sum(-1)
    variance = np.maximum(ff + bb - (f**2).sum(-1) - (b**2).sum(-1), 0) / 3 + 2 * module.NOISE**2
    trust = gap / (gap + module.APART**2 * variance)
    free = np.clip(((light - b) * (f - b)).sum(-1) / np.maximum(gap, 1e-12), 0, 1)
    alpha = trust * free + (1 - trust) * np.clip(0.5 + distance / 2, 0, 1)
    return np.where(distance > inner, 1, np.where(distance < -outer, 0, alpha))


def test_the_kernels_agree_with_their_float64_twin(make_disc):
    disc = make_disc((200, 30, 60), (120, 160, 90), 2.0)
    distance = signed_distance(disc.mask)
    found, expected = (
        unmix(disc.photo.pixels, distance, 1.5, 1.5),
        twin(disc.photo.pixels, distance, 1.5, 1.5),
    )
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_blocks_change_alpha_by_less_than_a_fiftieth(make_disc):
    disc = make_disc((200, 30, 60), (120, 160, 90), 2.0)
    distance = signed_distance(disc.mask)
    found, expected = (
        unmix(disc.photo.pixels, distance, 5.0, 4.0),
        twin(disc.photo.pixels, distance, 5.0, 4.0),
    )
    np.testing.assert_allclose(found, expected, atol=0.02)
