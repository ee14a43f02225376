"""A smooth gradient with a wrong color comes out smooth: every level of lightness, in the right order."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.bench.degrade import degrade_photo
from colorfast.color.distribution import palette_of
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.pipeline import correct
from colorfast.read.image import decode
from colorfast.read.write import encode, with_part
from colorfast.records import Photo
from colorfast.segment import find_garment
from colorfast.settings import Settings

SIZE = 120, 480
KEPT = 0.98
CLOTH = {
    "blue": (45, 10, -45),
    "red": (45, 55, 35),
    "green": (50, -35, 25),
    "gray": (55, 0, 0),
    "black": (14, 0, 0),
    "beige": (75, 4, 15),
}
SEEDS = (1, 2, 3)


def gradient(name):
    """Lab (width, 3) of cloth in light that rises evenly, or of an ombre that grows dark."""
    if name == "ombre":
        share = np.linspace(0, 1, SIZE[1], dtype=np.float32)[:, None]
        return (1 - share) * np.float32([72, 25, 35]) + share * np.float32([35, 30, -35])
    light = np.linspace(0.35, 1.15, SIZE[1], dtype=np.float32)[:, None]
    return linear_to_lab(np.clip(lab_to_linear(np.float32([CLOTH[name]])) * light, 0, 1))


def delivered(name, dtype, seed):
    """The true garment, the one with a drawn error of color, and the delivered one, each (rows, columns, 3)."""
    lab = np.tile(gradient(name).astype(np.float32), (SIZE[0], 1, 1))
    mask = np.zeros(SIZE, bool)
    mask[20:-20, 20:-20] = True
    lab[~mask] = 96, 0, 0
    truth = Photo(id=name, pixels=from_lab(lab, None, dtype))
    photo, _ = degrade_photo(truth, mask, seed=seed)
    garment = find_garment(photo, None, mask=mask)
    found = correct(photo, garment, palette_of(to_lab(truth.pixels)[mask]), Settings())
    after = decode(encode(photo, with_part(photo, garment.box, found.pixels)), name)
    return [each.pixels[30:-30, 30:-30] for each in (truth, photo, after)], found.color_map


def levels(pixels):
    return len(np.unique(to_lab(pixels)[..., 0].round(3)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [*CLOTH, "ombre"])
def test_the_delivered_gradient_has_the_levels_of_the_source(name, seed):
    (_, photo, after), _ = delivered(name, np.uint16, seed)
    assert levels(after) >= KEPT * levels(photo)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [*CLOTH, "ombre"])
def test_the_map_never_steps_back_in_lightness(name, seed):
    (truth, photo, _), color_map = delivered(name, np.uint16, seed)
    before, wanted = (to_lab(each[0])[..., 0] for each in (photo, truth))
    moved = color_map(to_lab(photo[0]))[:, 0]
    rising = np.sign(wanted[-1] - wanted[0])
    assert (rising * np.diff(before) > 0).all()
    assert (rising * np.diff(moved) > 0.1 * np.abs(np.diff(wanted)).mean()).all()


def test_in_8_bits_gradients_keep_the_levels_that_their_codes_can_hold():
    """Codes merge where the true color spans fewer of them, so the poorer of source and truth is the measure.

    In 16 bits nothing is lost; in 8 bits codes that differ in one channel meet where its slope is below one.
    """
    kept = []
    for name in [*CLOTH, "ombre"]:
        for seed in SEEDS:
            (truth, photo, after), _ = delivered(name, np.uint8, seed)
            kept.append(levels(after) / min(levels(photo), levels(truth)))
    assert np.mean(kept) >= 0.97
    assert min(kept) >= 0.87
