"""Made pictures: a rendered figure in a garment, and the same garment as a still life, with exact masks.

They may be shown and shipped, and cover what a single photograph cannot: stripes, a print, an ombre, black
and white. Nothing in them is a photograph. The same kind, size and seed give the same picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from colorfast.bench.cloth import PATTERNS, ink, relief, shading, smooth_noise, weave
from colorfast.bench.figure import figure, painted, shadowed, studio
from colorfast.bench.shapes import curve, ellipse, filled, mirrored
from colorfast.color.spaces import lab_to_rgb, linear_to_lab
from colorfast.records import Alpha, Array, Mask

KINDS = tuple(PATTERNS)
"""solid, stripes, print, ombre, black, white."""

TABLE = "#f1f0ee"
GRAIN = 0.0025  # standard deviation of the camera's noise, linear light

BODY = [
    (0.0, 0.318), (0.040, 0.306), (0.066, 0.282), (0.072, 0.277), (0.110, 0.290), (0.150, 0.315),
    (0.160, 0.345), (0.146, 0.390), (0.136, 0.430), (0.126, 0.520), (0.128, 0.600), (0.146, 0.700),
    (0.153, 0.772), (0.153, 0.772), (0.080, 0.784), (0.0, 0.787),
]  # fmt: skip
SLEEVE = [
    (0.112, 0.291), (0.148, 0.305), (0.183, 0.345), (0.206, 0.410), (0.230, 0.480), (0.230, 0.480),
    (0.194, 0.500), (0.150, 0.510), (0.150, 0.510), (0.142, 0.440), (0.128, 0.390), (0.110, 0.340),
]  # fmt: skip
LAID = [
    (0.0, 0.222), (0.052, 0.206), (0.084, 0.168), (0.096, 0.148), (0.100, 0.147), (0.160, 0.166),
    (0.225, 0.205), (0.280, 0.275), (0.338, 0.360), (0.338, 0.360), (0.258, 0.413), (0.258, 0.413),
    (0.216, 0.350), (0.216, 0.350), (0.209, 0.560), (0.214, 0.700), (0.220, 0.845), (0.220, 0.845),
    (0.120, 0.858), (0.0, 0.861),
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePair:
    """A worn garment and its still life, both (h, w, 3) uint8 sRGB, and where the garment is in them."""

    kind: str
    worn: Array
    worn_mask: Mask
    flat: Array
    flat_mask: Mask


def made_pair(kind: str, size: tuple[int, int] = (1024, 768), *, seed: int = 1) -> MadePair:
    """Render a garment of one of KINDS, worn and laid flat.

    size   height and width in pixels, upright, about 4:3
    """
    number = KINDS.index(kind)
    worn, worn_mask = _worn(kind, size, np.random.default_rng((seed, number, 0)))
    flat, flat_mask = _flat(kind, size, np.random.default_rng((seed, number, 1)))
    return MadePair(kind=kind, worn=worn, worn_mask=worn_mask, flat=flat, flat_mask=flat_mask)


def _worn(kind: str, size: tuple[int, int], rng: np.random.Generator) -> tuple[Array, Mask]:
    """Return the on-model picture and the garment's mask."""
    body = filled(curve(mirrored(BODY)), size)
    sleeves = {side: filled(curve(SLEEVE) * (side, 1), size) for side in (-1, 1)}
    picture = figure(studio(size), rng)
    covered = np.maximum(body, np.maximum(sleeves[-1], sleeves[1]))
    picture = shadowed(picture, covered, blur=0.007, depth=0.30, drop=0.006)
    for side, sleeve in sleeves.items():
        u, v = _places(size, rng, turn=-0.42 * side, around=(0.135 * side, 0.30))
        picture = _clothed(picture, sleeve, PATTERNS[kind](u, v), rng, roundness=0.035, folds=0.005)
    picture = shadowed(picture, body, blur=0.006, depth=0.22, drop=0.0)
    u, v = _places(size, rng)
    picture = _clothed(picture, body, PATTERNS[kind](u, v), rng, roundness=0.045, folds=0.0055)
    return _developed(picture, rng), covered >= 0.5


def _flat(kind: str, size: tuple[int, int], rng: np.random.Generator) -> tuple[Array, Mask]:
    """Return the still life on a light ground and the garment's mask."""
    fall = np.linspace(1.01, 0.96, size[0], dtype=np.float32)[:, None, None]
    picture = (np.broadcast_to(ink(TABLE), (*size, 3)) * fall).astype(np.float32)
    front, back = filled(curve(mirrored(LAID)), size), ellipse((0.0, 0.165), (0.088, 0.023), size)
    covered = np.maximum(front, back)
    picture = shadowed(picture, covered, blur=0.010, depth=0.30, drop=0.006)
    u, v = _places(size, rng, top=0.145, height=0.715)
    colors = PATTERNS[kind](u, v)
    picture = _clothed(picture, covered, colors * 0.62, rng, roundness=0.004, folds=0.0)
    picture = shadowed(picture, front, blur=0.004, depth=0.15)
    picture = _clothed(picture, front, colors, rng, roundness=0.012, folds=0.002)
    return _developed(picture, rng), covered >= 0.5


def _places(
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    top: float = 0.28,
    height: float = 0.50,
    turn: float = 0.0,
    around: tuple[float, float] = (0.0, 0.0),
) -> tuple[Array, Array]:
    """Return where on the cloth each pixel lies: u across and v down, in garment heights.

    turn   radians that the cloth is turned `around` a place, as a sleeve is
    """
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) / h
    x = x - w / h / 2
    dx, dy = x - around[0], y - around[1]
    x = around[0] + np.cos(turn) * dx - np.sin(turn) * dy
    y = around[1] + np.sin(turn) * dx + np.cos(turn) * dy
    drape = 0.010 * smooth_noise(size, rng, across=5, down=4) + 0.9 * x**2  # hangs lower at the sides
    wander = 0.008 * smooth_noise(size, rng, across=5, down=4)
    return (x + wander) / height, (y - top - drape * height) / height


def _clothed(
    picture: Array,
    coverage: Alpha,
    colors: Array,
    rng: np.random.Generator,
    *,
    roundness: float,
    folds: float,
) -> Array:
    """Lay cloth of some colors over the picture, in its folds, light and weave."""
    light = shading(relief(coverage, rng, roundness=roundness, folds=folds)) * weave(coverage.shape, rng)
    gloss = 0.004 * np.clip(light - 1, 0, None)  # even black cloth returns a little of the lamp
    return painted(picture, coverage, colors * light[..., None] + gloss[..., None])


def _developed(picture: Array, rng: np.random.Generator) -> Array:
    """Return linear light as 8-bit sRGB, with a camera's noise."""
    noise = rng.standard_normal(picture.shape).astype(np.float32) * GRAIN * np.sqrt(np.clip(picture, 0.02, 1))
    soft = cv2.GaussianBlur(picture + noise, (0, 0), 0.5)
    return lab_to_rgb(linear_to_lab(np.clip(soft, 0, 1)), np.uint8)
