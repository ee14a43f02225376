"""A hem parts two garments of nearly one color; prints, ombres and garments of two colors stay whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.color.spaces import rgb_to_lab
from colorfast.masks import dilate
from colorfast.segment.hem import another_garment
from colorfast.segment.scene import Scene, look_at

BLACK, BLUE_BLACK, RED = (34, 30, 26), (40, 42, 54), (150, 40, 60)


def seen(figure) -> Scene:
    return look_at(rgb_to_lab(figure.photo.pixels))


@pytest.mark.parametrize(("wanted", "kept"), [("auto", "shirt"), ("upper", "shirt"), ("lower", "jeans")])
def test_a_black_shirt_ends_where_blue_black_trousers_begin(make_figure, make_target, wanted, kept):
    figure = make_figure(BLACK, BLUE_BLACK)
    target = make_target(BLACK if kept == "shirt" else BLUE_BLACK)
    other = another_garment(seen(figure), figure.shirt | figure.jeans, target, wanted)
    lost, left = (figure.jeans, figure.shirt) if kept == "shirt" else (figure.shirt, figure.jeans)
    assert (other & lost).sum() > 0.95 * lost.sum()
    assert (other & left).sum() < 0.05 * left.sum()


@pytest.mark.parametrize("wanted", ["dress", "full"])
def test_a_dress_is_never_cut(make_figure, make_target, wanted):
    figure = make_figure(BLACK, BLUE_BLACK)
    region = figure.shirt | figure.jeans
    assert another_garment(seen(figure), region, make_target(BLACK), wanted) is None


def test_one_color_has_no_hem(make_figure, make_target):
    figure = make_figure(BLACK, BLACK)
    region = figure.shirt | figure.jeans
    assert another_garment(seen(figure), region, make_target(BLACK), "auto") is None


def test_a_garment_of_two_colors_stays_whole_when_its_reference_has_both(make_figure, make_target):
    figure = make_figure(RED, BLACK)
    region = figure.shirt | figure.jeans
    assert another_garment(seen(figure), region, make_target(RED, BLACK), "auto") is None
    assert another_garment(seen(figure), region, make_target(RED), "auto") is not None


def test_a_print_on_the_chest_is_no_hem(make_figure, make_target):
    figure = make_figure(BLACK, (190, 190, 185))
    pixels = figure.photo.pixels.copy()
    pixels[120:150, 100:140] = (240, 240, 235)
    scene = look_at(rgb_to_lab(pixels))
    assert another_garment(scene, figure.shirt, make_target(BLACK, (240, 240, 235)), "upper") is None


def test_an_ombre_has_no_hem(make_figure):
    figure = make_figure((200, 120, 60), (200, 120, 60))
    region = dilate(figure.shirt | figure.jeans, 1)
    along = np.linspace(0, 1, 300)[:, None] * (np.array((90, 50, 160)) - (235, 150, 90)) + (235, 150, 90)
    pixels = figure.photo.pixels.copy()
    ramp = np.broadcast_to(along[:, None], (300, 240, 3)).round().astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 5, ramp.shape, dtype=np.uint8)
    pixels[85:385][region[85:385]] = cv2.add(ramp, noise)[region[85:385]]
    lab = rgb_to_lab(pixels)
    assert another_garment(look_at(lab), region, palette_of(lab[region], nodes=24), "auto") is None
