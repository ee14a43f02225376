"""Made pictures for the segment stage: a disc of known coverage, a figure in shirt and jeans, product shots."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.color.spaces import rgb_to_lab
from colorfast.records import Array, Mask, Palette, Photo

Rgb = tuple[int, int, int]

SKIN, HAIR = (205, 160, 135), (70, 50, 40)
JEANS, SHIRT = (60, 80, 130), (150, 40, 60)
BACKDROP = (225, 226, 224)


class Disc(NamedTuple):
    """An anti-aliased disc mixed in linear light."""

    photo: Photo
    coverage: Array
    mask: Mask


class Figure(NamedTuple):
    """A standing figure and where its clothes are."""

    photo: Photo
    shirt: Mask
    jeans: Mask


def as_photo(picture: Array, noise: float = 1.5, seed: int = 0) -> Photo:
    noisy = picture + np.random.default_rng(seed).normal(0, noise, picture.shape)
    return Photo(id="made", pixels=np.clip(noisy.round(), 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def make_disc() -> Callable[..., Disc]:
    """Draw a disc of 60 pixels radius, eight times oversampled."""

    def draw(front: Rgb, back: Rgb, noise: float = 0.0) -> Disc:
        y, x = np.mgrid[0 : 256 * 8, 0 : 192 * 8] / 8 + 1 / 16
        inside = (y - 128) ** 2 + (x - 96) ** 2 < 60**2
        coverage = inside.reshape(256, 8, 192, 8).mean((1, 3))
        light = [(np.array(color) / 255) ** 2.2 for color in (front, back)]
        mixed = coverage[..., None] * light[0] + (1 - coverage[..., None]) * light[1]
        return Disc(as_photo(255 * mixed ** (1 / 2.2), noise), coverage, coverage >= 0.5)

    return draw


@pytest.fixture(scope="session")
def make_figure() -> Callable[..., Figure]:
    """Draw a person of 384 pixels in shirt and jeans before a plain backdrop."""

    def draw(shirt: Rgb = SHIRT, jeans: Rgb = JEANS, fold: float = 0.15) -> Figure:
        picture = np.full((400, 240, 3), BACKDROP, np.float64)
        cv2.ellipse(picture, (120, 42), (26, 32), 0, 0, 360, HAIR, -1)
        cv2.ellipse(picture, (120, 48), (19, 26), 0, 0, 360, SKIN, -1)
        cv2.rectangle(picture, (110, 66), (130, 90), SKIN, -1)
        for arm in (70, 157):
            cv2.rectangle(picture, (arm, 120), (arm + 13, 215), SKIN, -1)
        parts = []
        outlines = (
            [(85, 85), (155, 85), (172, 122), (157, 130), (153, 190), (87, 190), (83, 130), (68, 122)],
        )
        outlines += ([(88, 191), (152, 191), (156, 385), (128, 385), (120, 240), (112, 385), (84, 385)],)
        folds = 1 - fold + fold * np.sin(np.arange(240) / 7)
        for outline, color in zip(outlines, (shirt, jeans), strict=True):
            part = cv2.fillPoly(np.zeros((400, 240), np.uint8), [np.array(outline)], 1).astype(bool)
            picture[part] = np.broadcast_to(np.multiply.outer(folds, color), picture.shape)[part]
            parts.append(part)
        return Figure(as_photo(picture), *parts)

    return draw


@pytest.fixture(scope="session")
def make_product() -> Callable[..., tuple[Photo, Mask]]:
    """Draw a shirt lying before a backdrop."""

    def draw(color: Rgb, backdrop: Array | int = 246, size: int = 200) -> tuple[Photo, Mask]:
        outline = np.array(
            [(60, 40), (140, 40), (180, 80), (150, 95), (150, 170), (50, 170), (50, 95), (20, 80)]
        )
        mask = cv2.fillPoly(np.zeros((200, 200), np.uint8), [outline], 1).astype(bool)
        picture = np.broadcast_to(np.asarray(backdrop, np.float64), (200, 200, 3)).copy()
        picture[mask] = color
        soft = cv2.GaussianBlur(picture, (0, 0), 0.5)
        return as_photo(soft, noise=0.4), mask

    return draw


def target_of(*colors: Rgb) -> Palette:
    """The palette of a reference with these sRGB colors in equal shares, folds and noise included."""
    rng = np.random.default_rng(3)
    pixels = np.repeat(np.array(colors, np.float64), 400, axis=0) * rng.uniform(
        0.8, 1.0, (400 * len(colors), 1)
    )
    return palette_of(rgb_to_lab(pixels.round().astype(np.uint8)), nodes=16)


@pytest.fixture(scope="session")
def make_target() -> Callable[..., Palette]:
    """Give the palette of sRGB colors."""
    return target_of


@pytest.fixture(scope="session")
def overlap() -> Callable[[Mask, Mask], float]:
    """Give the intersection over the union of two masks."""
    return lambda one, other: float((one & other).sum() / max(int((one | other).sum()), 1))
