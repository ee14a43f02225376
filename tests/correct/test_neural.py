"""The neural method: exact where it must be, whatever its network says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.color.distribution import palette_of, single_color
from colorfast.correct import hybrid, neural
from colorfast.correct.analogy import GIVEN, MAPS, PLANES, SIDE, analogy, map_of
from colorfast.correct.settings import CorrectSettings

SETTINGS = CorrectSettings()


@pytest.fixture
def any_answer() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(GIVEN * SIDE, SIDE, SIDE)).astype(np.float32)


def wrong(lab):
    return (lab * np.float32([0.9, 0.8, 0.85]) + np.float32([0, -4, 5])).astype(np.float32)


def test_equal_colors_stay_whatever_the_network_says(stripes, any_answer):
    pair = analogy(palette_of(stripes), palette_of(stripes))
    assert pair.apart == 0
    np.testing.assert_allclose(map_of(pair, any_answer)(stripes), stripes, atol=1e-4)


def test_a_right_garment_is_left_as_it_is(solid):
    color_map, _ = neural.find_map(palette_of(solid), palette_of(solid), SETTINGS)
    np.testing.assert_allclose(color_map(solid), solid, atol=1e-3)


def test_what_the_network_sees_is_finite_and_near_one(stripes):
    planes = analogy(palette_of(wrong(stripes)), palette_of(stripes)).planes
    assert planes.shape == (PLANES, SIDE, SIDE)
    assert np.isfinite(planes).all()
    assert np.abs(planes).max() < 10


def test_histograms_hold_every_color_once(stripes):
    planes = analogy(palette_of(wrong(stripes)), palette_of(stripes)).planes[: 3 * SIDE]
    shares = (planes.reshape(3, -1) / 8) ** 2
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-4)


@pytest.mark.parametrize("number", range(len(MAPS)))
def test_a_network_that_names_one_map_gets_that_map(stripes, number):
    pair = analogy(palette_of(wrong(stripes)), palette_of(stripes))
    answer = np.zeros((GIVEN, SIDE, SIDE, SIDE), np.float32)
    answer[number] = 50
    found = map_of(pair, answer.reshape(GIVEN * SIDE, SIDE, SIDE))(wrong(stripes))
    np.testing.assert_allclose(found, pair.mapped(wrong(stripes))[number], atol=1e-3)


def test_the_lattice_is_read_without_steps_in_its_slopes(stripes, any_answer):
    pair = analogy(palette_of(wrong(stripes)), palette_of(stripes))
    answer = any_answer.reshape(GIVEN, -1).copy()
    answer[: len(MAPS)] = np.float32([50, 0, 0, 0, 0])[:, None]
    line = pair.center + np.linspace(-0.9, 0.9, 2001)[:, None] * pair.width
    residual = map_of(pair, answer.reshape(any_answer.shape))(line.astype(np.float32)) - line
    bends = np.abs(np.diff(residual, 2, axis=0)).max(0)
    assert (bends < 0.05 * np.abs(np.diff(residual, axis=0)).max(0)).all()


def test_colors_of_any_shape_and_outside_the_lattice_are_mapped(stripes, any_answer):
    color_map = map_of(analogy(palette_of(wrong(stripes)), palette_of(stripes)), any_answer)
    picture = np.zeros((4, 5, 3), np.float32) + np.float32([100, 120, -120])
    assert color_map(picture).shape == (4, 5, 3)
    assert np.isfinite(color_map(picture)).all()


def test_a_swatch_is_met_as_hybrid_meets_it(solid):
    source, target = palette_of(solid), single_color([30, 20, -40])
    found, steps = neural.find_map(source, target, SETTINGS)
    np.testing.assert_array_equal(found(solid), hybrid.find_map(source, target, SETTINGS)[0](solid))
    assert steps[-1].name == "one color, as hybrid"


def test_the_network_knows_a_product_shot_from_a_worn_garment(stripes):
    source, target = palette_of(wrong(stripes)), palette_of(stripes)
    told = [analogy(source, replace(target, on_person=worn)).planes for worn in (False, True)]
    assert np.abs(told[0] - told[1]).max() == 1
