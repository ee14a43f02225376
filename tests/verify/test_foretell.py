"""Limits that will be missed are told from palettes; right corrections are let through."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import palette_of, single_color
from colorfast.verify.foretell import foretell
from colorfast.verify.verdict import PRESETS, Limits

OFF = np.float32([4, 8, -6])


@pytest.fixture
def cloth():
    """Red cloth with folds and a cream print, (n, 3) Lab."""
    rng = np.random.default_rng(0)
    lab = np.repeat(np.float32([[42, 45, 22], [85, 2, 12]]), [3000, 1500], axis=0)
    lab[:, 0] += 6 * np.sin(np.arange(len(lab)) / 30)
    return (lab + rng.normal(0, 0.5, lab.shape)).astype(np.float32)


def told(source, target, color_map, limits=None):
    sentences = foretell(palette_of(source), palette_of(target), color_map, limits or Limits())
    return {sentence.split(":")[0] for sentence in sentences}


def test_a_right_correction_is_let_through(cloth):
    assert told(cloth + OFF, cloth, lambda lab: lab - OFF) == set()


def test_a_color_that_stays_wrong_is_told(cloth):
    assert "color" in told(cloth + OFF, cloth, lambda lab: lab)


def test_light_and_shade_moved_unevenly_are_told(cloth):
    def uneven(lab):
        return lab - OFF + np.float32([6, 0, 0]) * np.sin(lab[..., :1])

    assert "texture" in told(cloth + OFF, cloth, uneven)


def test_one_color_of_two_that_goes_wrong_is_told(cloth):
    def half(lab):
        return lab - OFF + np.where(lab[..., :1] > 65, np.float32([0, 14, 14]), np.float32(0))

    assert {"palette", "coherence"} & told(cloth + OFF, cloth, half)


def test_a_reference_of_another_garment_is_told(cloth):
    other = cloth + np.float32([10, -50, 20])
    assert "reference" in told(cloth, other, lambda lab: lab + np.float32([10, -50, 20]))


def test_a_color_that_was_given_is_not_of_another_garment(cloth):
    green = single_color(np.float32([45, -40, 30]))
    sentences = foretell(palette_of(cloth), green, lambda lab: lab, Limits())
    assert not any(sentence.startswith("reference") for sentence in sentences)


def test_under_the_seeds_limits_nothing_is_told(cloth):
    assert told(cloth + OFF, cloth, lambda lab: lab, PRESETS["seed"]) == set()
