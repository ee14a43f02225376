"""A mask is doubted where nothing is seen along its outline, and where it is worn on chest and legs at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.color.spaces import rgb_to_lab
from colorfast.segment import find_garment
from colorfast.segment.confidence import confidence, edge_share
from colorfast.segment.scene import look_at

GRAY, JEANS = (120, 118, 116), (60, 80, 130)


def test_the_outline_of_a_shirt_is_an_edge_all_around(make_figure):
    figure = make_figure()
    assert edge_share(rgb_to_lab(figure.photo.pixels), figure.shirt) > 0.95


def test_half_a_shirt_has_an_outline_through_plain_cloth(make_figure):
    figure = make_figure(fold=0.0)
    half = figure.shirt.copy()
    half[:, :120] = False
    half[140:] = False
    assert 0.3 < edge_share(rgb_to_lab(figure.photo.pixels), half) < 0.85


def test_a_piece_of_backdrop_is_worth_nothing(make_figure, make_target):
    figure = make_figure()
    scene, region = look_at(rgb_to_lab(figure.photo.pixels)), np.zeros(figure.shirt.shape, bool)
    region[200:300, 10:60] = True
    chance = np.ones(region.shape, np.float32)
    assert confidence(scene, chance, region, make_target((225, 226, 224)), "auto") == 0


def test_the_whole_picture_has_no_outline_to_doubt(make_figure):
    figure = make_figure()
    assert edge_share(rgb_to_lab(figure.photo.pixels), np.ones(figure.shirt.shape, bool)) == 1


@pytest.mark.parametrize("wanted", ["auto", "upper", "lower"])
def test_a_top_and_trousers_of_one_color_are_less_sure_together(make_figure, make_target, wanted):
    figure = make_figure(GRAY, GRAY)
    scene, both = look_at(rgb_to_lab(figure.photo.pixels)), figure.shirt | figure.jeans
    chance, target = np.ones(both.shape, np.float32), make_target(GRAY)
    assert confidence(scene, chance, both, target, wanted) < 0.75 * confidence(
        scene, chance, both, target, "dress"
    )


def test_a_picture_without_legs_shows_what_is_worn_above(make_figure, make_target):
    figure = make_figure((44, 36, 60), (30, 30, 32))  # a black shirt, its color off, above black trousers
    photo = replace(figure.photo, pixels=figure.photo.pixels[:235])
    assert find_garment(photo, make_target((30, 30, 32))).alpha[100:180, 110:130].mean() > 0.9
