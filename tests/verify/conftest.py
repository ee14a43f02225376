"""Made garments with folds, and what a careless tool does to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.color.profiles import from_lab, to_lab
from colorfast.masks import bounding_box, erode
from colorfast.records import Array, Garment, Measures, Palette, Photo
from colorfast.verify.measure import measure

HEIGHT, WIDTH = 384, 288
SKIN, WALL = (68.0, 18.0, 20.0), (88.0, 0.0, 3.0)
SHIFT = np.array([5.0, 13.0, -11.0], np.float32)  # the color error: ΔE00 6 to 10
REAL, REAL_FILES, FACE = "r001729", ("model.jpg", "parse.png", "cloth.jpg", "clothmask.png"), 13
COLORS = {
    "solid": [(52.0, -28.0, -18.0)],
    "stripes": [(42.0, 52.0, 30.0), (38.0, 12.0, -46.0)],
    "print": [(84.0, 2.0, 8.0), (45.0, 55.0, 25.0), (40.0, -5.0, -32.0)],
}


@dataclass(frozen=True)
class Scene:
    """A person in a garment of a wrong color, the same in the right one, and where the garment is."""

    before: Photo
    right: Photo
    garment: Garment
    face: Array
    target: Palette

    def measure(self, after: Photo) -> Measures:
        return measure(self.before, after, self.garment, self.target)

    def on_garment(self, pixels: Array) -> Photo:
        """Return the right picture with the garment's share of each pixel replaced."""
        alpha = self.garment.alpha[..., None]
        return photo(np.rint(self.right.pixels * (1 - alpha) + pixels * alpha).astype(np.uint8))

    def where(self, wrong: Array) -> Photo:
        """Return the right picture with the old colors where `wrong` is true."""
        return photo(np.where(wrong[..., None], self.before.pixels, self.right.pixels))


def photo(pixels: Array) -> Photo:
    return Photo(id="made", pixels=pixels)


def pattern(kind: str) -> Array:
    """Return the cloth's own colors (h, w, 3) in Lab, without light."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    if kind == "stripes":
        index = y // 5 % 2
    elif kind == "print":
        index = (np.hypot(x % 40 - 20, y % 40 - 20) < 12) + ((x // 40 + y // 40) % 2 == 1) * (x % 40 < 8)
    else:
        index = np.zeros_like(x)
    return np.array(COLORS[kind])[np.clip(index, 0, len(COLORS[kind]) - 1)]


def lit(lab: Array) -> Array:
    """Return Lab under folds and with a weave."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 4, (HEIGHT, WIDTH)), (0, 0), 0.8)
    light = 1 + 0.16 * np.sin(x / 9 + y / 40) + 0.05 * np.sin(y / 13)
    return np.concatenate([lab[..., :1] * light[..., None] + noise[..., None], lab[..., 1:]], axis=2)


def make_scene(kind: str) -> Scene:
    body, face = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(body, (144, 250), (95, 110), 0, 0, 360, 1, -1)
    cv2.ellipse(face, (144, 80), (38, 48), 0, 0, 360, 1, -1)
    alpha = cv2.GaussianBlur(body.astype(np.float32), (5, 5), 1.0)
    alpha[alpha < 0.02] = 0
    ground = np.where(face[..., None] > 0, SKIN, WALL) + np.random.default_rng(2).normal(
        0, 1, (HEIGHT, WIDTH, 1)
    )
    cloth = lit(pattern(kind)).astype(np.float32)
    right, before = (over(lab, ground, alpha) for lab in (cloth, cloth + SHIFT))
    core = erode(body > 0, 2)
    garment = Garment(core=core, alpha=alpha, way="mask", confidence=1.0, box=bounding_box(alpha, 16))
    return Scene(before, right, garment, face > 0, palette_of(to_lab(right.pixels, None)[core]))


def over(cloth: Array, ground: Array, alpha: Array) -> Photo:
    codes = [from_lab(lab.astype(np.float32), None, np.uint8).astype(np.float32) for lab in (cloth, ground)]
    mixed = codes[0] * alpha[..., None] + codes[1] * (1 - alpha[..., None])
    return photo(np.rint(mixed).astype(np.uint8))


def real_scene(folder: Path) -> Scene:
    """Return a real on-model photo, a color error on its garment, and the real still life as the target."""
    image = pytest.importorskip("PIL.Image")  # label files hold their numbers as palette entries
    codes = {name: np.array(image.open(folder / f"{REAL}_{name}")) for name in REAL_FILES}
    labels, right = codes["parse.png"], photo(codes["model.jpg"])
    mask = np.isin(labels, (5, 6, 7))
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (3, 3), 0.7)
    wrong = photo(from_lab(to_lab(right.pixels, None) + SHIFT, None, np.uint8))
    before = right.pixels * (1 - alpha[..., None]) + wrong.pixels * alpha[..., None]
    core = erode(mask, 1)
    garment = Garment(core=core, alpha=alpha, way="mask", confidence=1.0, box=bounding_box(alpha, 16))
    target = palette_of(to_lab(codes["cloth.jpg"], None)[erode(codes["clothmask.png"] > 0, 2)])
    return Scene(photo(np.rint(before).astype(np.uint8)), right, garment, labels == FACE, target)


@pytest.fixture(scope="session", params=[*sorted(COLORS), "real"])
def scene(request: pytest.FixtureRequest) -> Scene:
    """A made garment of each pattern, and a real one where the data is there."""
    if request.param == "real":
        return real_scene(request.getfixturevalue("data_dir") / "viton_pairs" / "pairs")
    return make_scene(request.param)


@pytest.fixture(scope="session")
def solid() -> Scene:
    return make_scene("solid")


@pytest.fixture(scope="session")
def stripes() -> Scene:
    return make_scene("stripes")


@pytest.fixture(scope="session")
def recoded() -> Callable[[Photo, int], Photo]:
    """Return a picture as a JPEG of some quality leaves it."""

    def code(picture: Photo, quality: int) -> Photo:
        flags = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111]
        _, data = cv2.imencode(".jpg", picture.pixels[..., ::-1], flags)
        decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
        return replace(picture, pixels=np.ascontiguousarray(decoded[..., ::-1]))

    return code
