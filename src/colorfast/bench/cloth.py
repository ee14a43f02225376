"""Cloth of the made pictures: patterns, folds, light and weave.

Colors are linear sRGB 0..1 (h, w, 3). `u` and `v` say where on the cloth a pixel lies, in garment heights,
v from the shoulder (0) to the hem (1).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from colorfast.color.spaces import lab_to_linear, rgb_to_lab
from colorfast.records import Alpha, Array

Pattern = Callable[[Array, Array], Array]

LIGHT = np.array([-0.45, -0.5, 0.74])  # towards a soft box at the upper left, unit length
AMBIENT = 0.42  # share of light that comes from everywhere


def ink(text: str) -> Array:
    """Return a color '#rrggbb' as linear sRGB (3,)."""
    return np.clip(lab_to_linear(rgb_to_lab(np.frombuffer(bytes.fromhex(text[1:]), np.uint8))), 0, 1)


def _plain(color: str) -> Pattern:
    return lambda u, _v: np.broadcast_to(ink(color), (*u.shape, 3))


def _stripes(u: Array, v: Array) -> Array:
    """Navy stripes on cream, a red one between every third."""
    phase = v * 15
    edge = 15 / u.shape[0]  # one pixel, so that stripes do not flicker
    bands = _smooth(np.abs((phase % 1) - 0.5) - 0.22, edge)[..., None]
    thin = _smooth(np.abs((phase / 3 % 1) - 1 / 6) - 0.02, edge)[..., None]
    colors = ink("#24345e") + bands * (ink("#efe6d2") - ink("#24345e"))
    return np.asarray(ink("#b3392f") + thin * (colors - ink("#b3392f")))


def _ombre(_u: Array, v: Array) -> Array:
    """From apricot at the shoulder to violet at the hem."""
    share = np.clip(v, 0, 1)[..., None] ** 1.2
    return np.asarray(ink("#f0a36b") + share * (ink("#5b3a86") - ink("#f0a36b")))


def _print(u: Array, v: Array) -> Array:
    """Flowers of three colors with yellow hearts, scattered on a dark green ground."""
    colors = np.broadcast_to(ink("#1f4436"), (*u.shape, 3))
    for number, petal in enumerate(("#d9536f", "#e9e2d0", "#5f86c4")):
        row = np.floor(v * 6 + number / 3)
        x = (u * 6 + 1.17 * row - 0.39 * number) % 1 - 0.5  # each third of a row 0.39 further
        y = (v * 6 + number / 3) % 1 - 0.5
        radius, angle = np.hypot(x, y), np.arctan2(y, x) + number
        edge = 6 / u.shape[0] * 1.5
        flower = _smooth(radius - 0.17 * (1 + 0.35 * np.cos(5 * angle)), edge)[..., None]
        heart = _smooth(radius - 0.055, edge)[..., None]
        colors = ink(petal) + flower * (colors - ink(petal))
        colors = ink("#e8b93c") + heart * (colors - ink("#e8b93c"))
    return colors


PATTERNS: dict[str, Pattern] = {
    "solid": _plain("#1f7a78"),
    "stripes": _stripes,
    "print": _print,
    "ombre": _ombre,
    "black": _plain("#1b1a1d"),  # its texture is nearly all there is to see
    "white": _plain("#e4e1dc"),  # hardly darker than the ground
}


def relief(coverage: Alpha, rng: np.random.Generator, *, roundness: float, folds: float) -> Array:
    """Return the cloth's height (h, w) in pixels: rounded towards its edge, with folds.

    roundness   how far it bulges, in picture heights; a garment that lies flat has little
    folds       depth of the folds, in picture heights
    """
    h = coverage.shape[0]
    inside = cv2.distanceTransform((coverage > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / h
    bulge = np.sqrt(np.clip(1 - (1 - np.clip(inside / 0.11, 0, 1)) ** 2, 0, 1)) * roundness
    bulge = cv2.GaussianBlur(bulge.astype(np.float32), (0, 0), h * 0.008)
    size = (h, coverage.shape[1])
    long, short = (smooth_noise(size, rng, across=n, down=m) for n, m in ((9, 3), (18, 7)))
    ridges = 1 - np.abs(long + 0.5 * short)  # creases are sharper than the cloth between them
    return np.asarray((bulge + folds * ridges) * h, dtype=np.float32)


def shading(height: Array) -> Array:
    """Return the light (h, w) that falls on a relief, about 1 where it is flat.

    Lambert's cosine law with an ambient share.
    """
    size = height.shape[0]
    smooth = cv2.GaussianBlur(height, (0, 0), max(size / 500, 0.6))
    dy, dx = np.gradient(smooth)
    cosine = (LIGHT[2] - dx * LIGHT[0] - dy * LIGHT[1]) / np.sqrt(1 + dx**2 + dy**2)
    return np.asarray(AMBIENT + (1 - AMBIENT) * np.clip(cosine, 0, None) / LIGHT[2], dtype=np.float32)


def weave(size: tuple[int, int], rng: np.random.Generator, *, depth: float = 0.035) -> Array:
    """Return the factor (h, w) of a knitted texture: threads 3.4 pixels apart, none quite like the next."""
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    wander = 1.2 * smooth_noise(size, rng, across=40, down=40)
    threads = np.sin((x + wander) * 2 * np.pi / 3.4) * np.cos((y + wander) * 2 * np.pi / 3.4)
    grain = cv2.GaussianBlur(rng.standard_normal(size).astype(np.float32), (0, 0), 0.7)
    return np.asarray(1 + depth * (0.5 * threads + 1.1 * grain), dtype=np.float32)


def smooth_noise(size: tuple[int, int], rng: np.random.Generator, *, across: int, down: int) -> Array:
    """Return noise (h, w) of standard deviation about 1 with so many swells across and down, at any size."""
    coarse = rng.standard_normal((down + 3, across + 3)).astype(np.float32)
    return cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)


def _smooth(distance: Array, edge: float) -> Array:
    """Return 0 inside, 1 outside, with a ramp of `edge` between."""
    return np.asarray(np.clip(0.5 + distance / max(edge, 1e-6), 0, 1))
