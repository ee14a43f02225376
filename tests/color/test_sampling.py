"""The core's colors, all of them or evenly taken."""

from __future__ import annotations

import numpy as np

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


def test_of_very_many_every_few_are_taken(monkeypatch):
    photo, garment = made()
    monkeypatch.setattr(sampling, "MOST", np.count_nonzero(garment.core) // 3)
    np.testing.assert_array_equal(core_colors(photo, garment), to_lab(photo.pixels[garment.core][::3]))
