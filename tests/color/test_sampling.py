"""The core's colors, all of them or evenly taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.color import sampling
from colorfast.color.profiles import to_lab
from colorfast.color.sampling import core_colors
from colorfast.records import Garment, Photo

BOX = slice(5, 50), slice(8, 70)


def made():
    rng = np.random.default_rng(1)
    core = np.zeros((60, 80), bool)
    core[BOX] = rng.random((45, 62)) < 0.8
    garment = Garment(core=core, alpha=core.astype(np.float32), way="mask", confidence=1.0, box=BOX)
    return Photo(id="noise", pixels=rng.integers(0, 256, (60, 80, 3), np.uint8)), garment


def test_they_are_those_of_the_core_row_by_row():
    photo, garment = made()
    np.testing.assert_array_equal(core_colors(photo, garment), to_lab(photo.pixels[garment.core]))


def test_of_very_many_some_are_taken_in_their_order(monkeypatch):
    photo, garment = made()
    whole, most = core_colors(photo, garment), np.count_nonzero(garment.core) // 3
    monkeypatch.setattr(sampling, "MOST", most)
    taken = core_colors(photo, garment)
    rest = iter(whole.tolist())
    assert abs(len(taken) - most) <= 4
    assert all(color in rest for color in taken.tolist())  # each is found behind the one before


@pytest.mark.parametrize("every", [2, 3, 5, 7])
def test_stripes_keep_their_share_whatever_their_width(monkeypatch, every):
    photo, garment = made()
    pixels = np.zeros((60, 80, 3), np.uint8)
    pixels[:, ::every] = 255
    garment.core[BOX] = True
    monkeypatch.setattr(sampling, "MOST", np.count_nonzero(garment.core) // every)
    light = core_colors(replace(photo, pixels=pixels), garment)[:, 0] > 50
    assert abs(light.mean() - (pixels[BOX][..., 0] > 0).mean()) < 0.03
