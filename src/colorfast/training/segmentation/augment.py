"""The same photo as another photographer might have taken it: turned, scaled, relit, dyed, before a plain wall.

Photos come in as sRGB code values (h, w, 3) uint8 with labels (h, w) uint16, and go out as float32 0..1 with
labels at the size asked for. Every draw comes from the generator that is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from colorfast.records import Array
from colorfast.training.segmentation.classes import five_label

YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])  # NTSC 1953, rounded
CLOTHES = five_label("clothes")
BACKGROUND = five_label("background")


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far pictures are varied; shares of pictures are 0..1."""

    scale: tuple[float, float] = (0.75, 2.2)
    """Size of the figure against its size in the whole photo, drawn evenly in octaves."""
    turn: float = 12.0
    """Degrees to either side."""
    stretch: float = 0.12
    """Natural logarithm of the change of width against height."""
    recolored: float = 0.9
    """Share of pictures whose light and color change."""
    wild: float = 0.1
    """Share of those whose hues turn all the way round."""
    dyed: float = 0.3
    """Share of pictures whose clothes alone take another color."""
    studio: float = 0.2
    """Share of pictures put before a plain backdrop."""
    gray: float = 0.03
    noisy: float = 0.25
    blurred: float = 0.15


def augment(
    photo: Array, labels: Array, size: tuple[int, int], how: Augmentation, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return a variation of a photo (*size, 3) float32 0..1 with its labels (*size) uint16."""
    pixels, labels = _moved(photo, labels, size, how, rng)
    pixels = pixels.astype(np.float32) / 255
    if rng.random() < how.dyed:
        pixels = _dyed(pixels, labels, rng)
    if rng.random() < how.studio:
        pixels = _before_a_backdrop(pixels, labels, rng)
    if rng.random() < how.recolored:
        pixels = _relit(pixels, rng, wild=rng.random() < how.wild)
    if rng.random() < how.gray:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < how.noisy:
        pixels += rng.standard_normal(pixels.shape, np.float32) * np.float32(rng.uniform(0, 0.05))
    if rng.random() < how.blurred:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.4))
    return np.clip(pixels, 0, 1), labels


def _moved(
    photo: Array, labels: Array, size: tuple[int, int], how: Augmentation, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Turn, scale, stretch, mirror and shift; beyond the photo's border its edge goes on."""
    height, width = size
    rows, columns = labels.shape
    fits = min(height / rows, width / columns)  # the whole photo is seen at scale 1
    scale = fits * math.exp(rng.uniform(*np.log(how.scale)))
    stretch = math.exp(rng.uniform(-how.stretch, how.stretch))
    turn = math.radians(rng.uniform(-how.turn, how.turn))
    across, down = scale * stretch * (1 if rng.random() < 0.5 else -1), scale / stretch
    cos, sin = math.cos(turn), math.sin(turn)
    linear = np.array([[cos * across, -sin * down], [sin * across, cos * down]])
    room = np.array([max(0.0, abs(across) * columns - width), max(0.0, down * rows - height)]) / 2
    center = np.array([width, height]) / 2 + rng.uniform(-1, 1, 2) * (room + 0.06 * width)
    matrix = np.column_stack([linear, center - linear @ (np.array([columns, rows]) / 2)])
    pixels = cv2.warpAffine(photo, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    moved = cv2.warpAffine(
        labels, matrix, (width, height), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    return pixels, moved


def _turned(hue: float, saturation: float) -> Array:
    """Return the matrix (3, 3) that turns hues by an angle in radians and scales saturation."""
    cos, sin = math.cos(hue) * saturation, math.sin(hue) * saturation
    return np.asarray(np.linalg.inv(YIQ) @ np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]]) @ YIQ)


def _relit(pixels: Array, rng: np.random.Generator, *, wild: bool) -> Array:
    """Change hue, saturation, white balance, exposure, black level and contrast of the whole picture."""
    reach = math.pi if wild else 0.3
    matrix = _turned(rng.uniform(-reach, reach), rng.uniform(0.5, 1.5))
    matrix = np.diag(rng.uniform(0.85, 1.15, 3)) @ matrix * rng.uniform(0.7, 1.3)
    changed = cv2.transform(pixels, matrix.astype(np.float32)) + np.float32(rng.uniform(-0.1, 0.1))
    np.clip(changed, 0, 1, out=changed)
    return cv2.pow(changed, math.exp(rng.uniform(-0.35, 0.35))) if rng.random() < 0.5 else changed


def _dyed(pixels: Array, labels: Array, rng: np.random.Generator) -> Array:
    """Give the clothes alone another hue, saturation and lightness."""
    matrix = _turned(rng.uniform(-math.pi, math.pi), rng.uniform(0.3, 2.0)) * rng.uniform(0.6, 1.5)
    other = np.clip(cv2.transform(pixels, matrix.astype(np.float32)), 0, 1)
    return _blend(pixels, other, (labels & ~np.uint16(CLOTHES)) == 0, 0.7)


def _before_a_backdrop(pixels: Array, labels: Array, rng: np.random.Generator) -> Array:
    """Replace the background by a wall as in a studio: mostly near white or gray, a little uneven."""
    height, width = labels.shape
    level = rng.uniform(0.75, 1.0) if rng.random() < 0.7 else rng.uniform(0.05, 0.75)
    tint = rng.uniform(-0.03, 0.03, 3) if rng.random() < 0.8 else rng.uniform(-0.3, 0.3, 3)
    corners = (level + rng.uniform(-0.06, 0.06, (2, 2, 1)) + tint).astype(np.float32)
    wall = np.clip(cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1)
    return _blend(pixels, wall, labels == BACKGROUND, rng.uniform(0.5, 1.0))


def _blend(pixels: Array, other: Array, where: Array, softness: float) -> Array:
    """Return `other` where a mask is set, with an edge as soft as a lens draws it."""
    alpha = cv2.GaussianBlur(where.astype(np.float32), (0, 0), softness)[..., None]
    return np.asarray(pixels + alpha * (other - pixels))
