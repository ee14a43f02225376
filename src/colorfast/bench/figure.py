"""The figure in the made pictures: studio, hair, head, arms and legs, everything but the garment.

Pictures here are linear sRGB (h, w, 3) float32, painted from back to front; places are in picture heights.
"""

from __future__ import annotations

import cv2
import numpy as np

from colorfast.bench.cloth import ink, relief, shading, smooth_noise, weave
from colorfast.bench.shapes import Points, curve, ellipse, filled, mirrored, stroked
from colorfast.records import Alpha, Array

SKIN, HAIR, TROUSERS, WALL, LIPS = "#c4896b", "#3f2a20", "#303a4c", "#dddad5", "#a8544c"

HEAD = [
    (0.0, 0.052), (0.034, 0.060), (0.054, 0.090), (0.058, 0.130), (0.053, 0.168), (0.036, 0.203),
    (0.014, 0.221), (0.0, 0.223),
]  # fmt: skip
HAIR_BEHIND = [
    (0.0, 0.024), (0.052, 0.038), (0.079, 0.084), (0.085, 0.150), (0.090, 0.220), (0.087, 0.268),
    (0.070, 0.286), (0.046, 0.282), (0.0, 0.240),
]  # fmt: skip
FRINGE = [
    (-0.012, 0.030), (0.040, 0.036), (0.066, 0.070), (0.069, 0.120), (0.066, 0.175), (0.060, 0.190),
    (0.056, 0.150), (0.050, 0.112), (0.030, 0.088), (-0.002, 0.078), (-0.030, 0.098), (-0.050, 0.128),
    (-0.058, 0.165), (-0.062, 0.190), (-0.068, 0.160), (-0.070, 0.105), (-0.058, 0.058),
]  # fmt: skip
NECK = [
    (0.0, 0.180), (0.029, 0.185), (0.030, 0.230), (0.040, 0.258), (0.088, 0.284), (0.100, 0.340),
    (0.0, 0.380),
]  # fmt: skip
LEGS = [
    (0.0, 0.690), (0.110, 0.690), (0.143, 0.740), (0.157, 0.830), (0.158, 0.930), (0.150, 1.060),
    (0.020, 1.060), (0.012, 0.930), (0.006, 0.890), (0.0, 0.885),
]  # fmt: skip
ARM = [
    (0.166, 0.420), (0.190, 0.490), (0.206, 0.560), (0.209, 0.620), (0.203, 0.690), (0.198, 0.735),
    (0.196, 0.765), (0.190, 0.795), (0.184, 0.822),
]  # fmt: skip
ARM_WIDTHS = (0.068, 0.062, 0.053, 0.054, 0.044, 0.035, 0.043, 0.036, 0.015)
THUMB = [(0.188, 0.752), (0.178, 0.772), (0.175, 0.790)]
THUMB_WIDTHS = (0.020, 0.015, 0.010)


def studio(size: tuple[int, int]) -> Array:
    """Return an empty studio: a pale wall, lighter where the lamp is."""
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) / h
    glow = np.exp(-(((x - 0.28 * w / h) / 0.55) ** 2 + ((y - 0.30) / 0.7) ** 2))
    return np.asarray(ink(WALL) * (0.84 + 0.22 * glow[..., None]), dtype=np.float32)


def painted(picture: Array, coverage: Alpha, colors: Array) -> Array:
    """Return the picture with colors laid over it."""
    return np.asarray(picture + coverage[..., None] * (colors - picture), dtype=np.float32)


def shadowed(picture: Array, coverage: Alpha, *, blur: float, depth: float, drop: float = 0.0) -> Array:
    """Return the picture with the soft shadow of a shape on it.

    blur, drop   picture heights; the shadow falls to the lower right
    """
    h = coverage.shape[0]
    move = np.array([[1, 0, drop * h * 0.7], [0, 1, drop * h]], np.float32)
    fallen = cv2.warpAffine(coverage, move, (coverage.shape[1], h))
    shade = depth * cv2.GaussianBlur(fallen, (0, 0), max(blur * h, 0.5))
    return np.asarray(picture * (1 - shade)[..., None], dtype=np.float32)


def figure(picture: Array, rng: np.random.Generator) -> Array:
    """Return the picture with the figure in it, dressed up to the waist."""
    size = picture.shape[:2]
    parts = {name: filled(curve(mirrored(points)), size) for name, points in _SYMMETRIC.items()}
    everyone = np.maximum(parts["legs"], parts["hair"])
    picture = shadowed(picture, everyone, blur=0.035, depth=0.16, drop=0.02)
    picture = _hair(picture, parts["hair"], rng)
    picture = _trousers(picture, parts["legs"], rng)
    for limb in _limbs(size):
        picture = _skin(picture, limb, rng)
    picture = _skin(picture, parts["neck"], rng)
    picture = shadowed(picture, parts["head"] * 1.0, blur=0.010, depth=0.35, drop=0.012)
    picture = _face(_skin(picture, parts["head"], rng), size)
    return _hair(picture, filled(curve(FRINGE), size), rng)


_SYMMETRIC: dict[str, Points] = {
    "legs": LEGS,
    "hair": HAIR_BEHIND,
    "neck": NECK,
    "head": HEAD,
}


def _limbs(size: tuple[int, int]) -> list[Alpha]:
    """Return the coverage of each arm with its hand."""
    limbs = []
    for side in (-1, 1):
        arm = stroked(curve(ARM, closed=False) * (side, 1), ARM_WIDTHS, size)
        thumb = stroked(curve(THUMB, closed=False) * (side, 1), THUMB_WIDTHS, size)
        limbs.append(np.maximum(arm, thumb))
    return limbs


def _skin(picture: Array, coverage: Alpha, rng: np.random.Generator) -> Array:
    """Paint skin: round, a little redder in its shadows."""
    light = shading(relief(coverage, rng, roundness=0.030, folds=0.0))[..., None]
    colors = ink(SKIN) * light ** np.array([0.85, 1.05, 1.15], np.float32)
    tone = 1 + 0.02 * smooth_noise(coverage.shape, rng, across=20, down=26)[..., None]
    return painted(picture, coverage, colors * tone)


def _hair(picture: Array, coverage: Alpha, rng: np.random.Generator) -> Array:
    """Paint hair: fine strands that run down, with a band of gloss."""
    strands = smooth_noise(coverage.shape, rng, across=150, down=6)
    locks = smooth_noise(coverage.shape, rng, across=26, down=4)
    y = np.linspace(0, 1, coverage.shape[0], dtype=np.float32)[:, None]
    gloss = 0.55 * np.exp(-(((y - 0.075) / 0.028) ** 2))
    light = shading(relief(coverage, rng, roundness=0.035, folds=0.0))
    light = light * (1 + 0.16 * strands + 0.14 * locks + gloss * (1 + 0.5 * strands))
    return painted(picture, coverage, ink(HAIR) * np.clip(light, 0.2, None)[..., None])


def _trousers(picture: Array, coverage: Alpha, rng: np.random.Generator) -> Array:
    """Paint trousers of dark twill."""
    light = shading(relief(coverage, rng, roundness=0.045, folds=0.003)) * weave(
        coverage.shape, rng, depth=0.05
    )
    return painted(picture, coverage, ink(TROUSERS) * light[..., None])


def _face(picture: Array, size: tuple[int, int]) -> Array:
    """Draw brows, lowered lids, nose and mouth, as a fashion drawing would: few strokes."""
    strokes: list[tuple[Points, tuple[float, ...], str, float]] = [  # line, widths, color, share
        ([(0.012, 0.151), (0.009, 0.166), (0.003, 0.170)], (0.002, 0.004, 0.003), "#8a5540", 0.55),
        ([(-0.019, 0.188), (-0.006, 0.185), (0.006, 0.185), (0.019, 0.188)], (0.001, 0.006, 0.0), LIPS, 0.9),
        ([(-0.017, 0.189), (0.0, 0.192), (0.017, 0.189)], (0.001, 0.008, 0.001), LIPS, 0.8),
    ]  # fmt: skip
    for side in (-1, 1):
        brow = [(side * 0.012, 0.117), (side * 0.024, 0.112), (side * 0.040, 0.118)]
        lid = [(side * 0.013, 0.134), (side * 0.025, 0.138), (side * 0.038, 0.133)]
        strokes += [(brow, (0.005, 0.005, 0.001), HAIR, 0.8), (lid, (0.002, 0.004, 0.002), "#2a1a14", 0.9)]
    for points, widths, color, share in strokes:
        mark = stroked(curve(points, closed=False), widths, size)
        picture = painted(
            picture, cv2.GaussianBlur(mark, (0, 0), max(size[0] * 0.0008, 0.3)) * share, ink(color)
        )
    for side in (-1, 1):
        cheek = cv2.GaussianBlur(
            ellipse((side * 0.032, 0.165), (0.014, 0.011), size), (0, 0), size[0] * 0.008
        )
        picture = painted(picture, cheek * 0.25, ink("#c9705c"))
    return picture
