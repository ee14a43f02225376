"""Scenarios in which color transfers fail, made from a photo and the mask of its garment.

In: a photo as it should be, the garment's mask (h, w) bool, a generator. A scenario says what the truth is, how
the photo before correction differs from it, which colors the reference shows (n, 3) Lab, and which mask the
methods get. Light is changed in linear light, on the garment's share of each pixel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from colorfast.bench.degrade import CORE, soft_edge
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.spaces import lab_to_linear, linear_to_lab
from colorfast.masks import bounding_box, dilate, erode, scaled
from colorfast.records import Array, Lab, Mask, Photo

Change: TypeAlias = Callable[[Photo, Mask, np.random.Generator], Photo]
Show: TypeAlias = Callable[[Photo, Mask, np.random.Generator], Lab]

EXPOSURE = (0.8, 1.2)  # linear gain of a reference that shows half of the garment
DARK = 0.7
LIGHT = (0.7, 1.3)  # gain at the two ends of a garment in uneven light
SHOWN = 0.2  # share of one color's pixels that a reference with other shares still shows
SLIP = 2.0  # pixels of the photo by which a mask is drawn too wide or too narrow
FINE, NEAR = (2.0, 4.0), 6.0  # pixels a stripe and its gap; how many times nearer the reference was taken
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # IEC 61966-2-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a photo and its mask become a problem. Each part gets a generator in the same state."""

    truth: Change | None = None
    """From the photo to the truth; None: the photo is the truth."""
    wrong: Change | None = None
    """From the truth with its color error to the photo before correction."""
    error: Literal["bounded", "any", "none"] = "bounded"
    """The drawn color error: of CIEDE2000 5 to 15, as it is drawn, or none."""
    shown: Show | None = None
    """From the photo to the colors of the reference; None: all of its core."""
    given: Callable[[Mask], Mask] | None = None
    """From the true mask to the one that the methods get."""


def core_colors(photo: Photo, mask: Mask) -> Lab:
    """Return the Lab colors (n, 3) of a photo inside the mask's core."""
    return to_lab(photo.pixels[erode(mask, scaled(CORE, mask.shape[0]))], photo.profile)


def darkened(photo: Photo, mask: Mask, _rng: np.random.Generator) -> Photo:
    """Return the photo with its garment in less light."""
    return in_light(photo, mask, np.full(mask.shape, DARK, np.float32))


def unevenly_lit(photo: Photo, mask: Mask, rng: np.random.Generator) -> Photo:
    """Return the photo with light that falls off across the garment, in a drawn direction.

    Light that would burn out the garment is dimmed all over.
    """
    rows, columns = bounding_box(mask)
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]].astype(np.float32)
    along = np.cos(angle) * _centered(x, columns) + np.sin(angle) * _centered(y, rows)
    share = np.clip(along / (abs(np.cos(angle)) + abs(np.sin(angle))) + 0.5, 0, 1)
    gain = LIGHT[0] * (LIGHT[1] / LIGHT[0]) ** share
    brightest = (_linear(photo).max(axis=2) * gain)[mask]
    return in_light(photo, mask, gain / max(float(np.percentile(brightest, 99)), 1.0))


def in_light(photo: Photo, mask: Mask, gain: Array) -> Photo:
    """Return the photo with the linear light of its garment multiplied by `gain` (h, w)."""
    change = 1 + soft_edge(mask) * (gain - 1)
    return _developed(photo, _linear(photo) * change[..., None], mask)


def half(photo: Photo, mask: Mask, rng: np.random.Generator) -> Lab:
    """Return the colors of the garment's left or right half, exposed too much or too little."""
    core = erode(mask, scaled(CORE, mask.shape[0]))
    x = np.nonzero(core)[1]
    kept = x <= np.median(x) if rng.integers(2) else x >= np.median(x)
    lab = to_lab(photo.pixels[core][kept], photo.profile)
    lit = linear_to_lab(np.clip(lab_to_linear(lab) * rng.uniform(*EXPOSURE), 0, 1))
    return to_lab(from_lab(lit, photo.profile, photo.pixels.dtype), photo.profile)


def other_shares(photo: Photo, mask: Mask, rng: np.random.Generator) -> Lab:
    """Return the garment's colors with most of one color left out, as another crop of a print shows them.

    The colors are parted in two at the mean along their principal axis; one of the two parts is thinned.
    """
    colors = core_colors(photo, mask)
    centered = colors - colors.mean(axis=0)
    axis = np.linalg.eigh(np.cov(centered, rowvar=False))[1][:, -1]
    part = (centered @ axis > 0) == bool(rng.integers(2))
    return np.asarray(colors[~part | (rng.random(len(colors)) < SHOWN)])


def fine_stripes(photo: Photo, mask: Mask, rng: np.random.Generator) -> Photo:
    """Return the photo with stripes of a second color on its garment, at the limit of its resolution."""
    return _striped(photo, mask, rng, wider=1.0)


def stripes_from_near(photo: Photo, mask: Mask, rng: np.random.Generator) -> Lab:
    """Return the colors of the same stripes photographed from nearer, where they are parted."""
    return core_colors(_striped(photo, mask, rng, wider=NEAR), mask)


def too_wide(mask: Mask) -> Mask:
    """Return a mask with what lies beside the garment in it."""
    return dilate(mask, SLIP)


def too_narrow(mask: Mask) -> Mask:
    """Return a mask that leaves the garment's edge out."""
    return erode(mask, SLIP)


SCENARIOS: dict[str, Scenario] = {
    "whole": Scenario(error="any"),
    "half": Scenario(error="any", shown=half),
    "darkened": Scenario(wrong=darkened, error="none"),
    "uneven": Scenario(wrong=unevenly_lit),
    "lit": Scenario(truth=unevenly_lit),
    "shares": Scenario(shown=other_shares),
    "stripes": Scenario(truth=fine_stripes, shown=stripes_from_near),
    "neutral": Scenario(),
    "gamut": Scenario(),
    "wide": Scenario(given=too_wide),
    "narrow": Scenario(given=too_narrow),
}


def _striped(photo: Photo, mask: Mask, rng: np.random.Generator, *, wider: float) -> Photo:
    """Return the photo with stripes of a drawn color, width and direction, `wider` times as wide as drawn.

    The second color lies in the light that falls on the first.
    """
    angle, period = rng.uniform(0, np.pi), wider * rng.uniform(*FINE)
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    along = np.cos(angle) * x + np.sin(angle) * y
    from_middle = np.abs((along / period) % 1 - 0.5) * period - period / 4
    share = soft_edge(mask) * np.clip(0.5 + from_middle, 0, 1)  # the ramp is one pixel wide
    linear = _linear(photo)
    luminance = linear @ LUMINANCE
    light = np.clip(luminance / max(float(np.median(luminance[mask])), 0.01), 0.3, 2)
    color = _second_color(np.median(core_colors(photo, mask), axis=0), rng)
    striped = linear + share[..., None] * (np.clip(color * light[..., None], 0, 1) - linear)
    return _developed(photo, striped, mask)


def _second_color(first: Lab, rng: np.random.Generator) -> Array:
    """Return a drawn color, linear RGB (3,), that differs from the first in lightness."""
    apart = rng.uniform(20, 40)
    lightness = first[0] + (apart if first[0] < 50 else -apart)
    hue, chroma = rng.uniform(0, 2 * np.pi), rng.uniform(0, 40)
    return np.clip(lab_to_linear(np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])), 0, 1)


def _linear(photo: Photo) -> Array:
    """Return a photo in linear sRGB (h, w, 3)."""
    return lab_to_linear(to_lab(photo.pixels, photo.profile))


def _developed(photo: Photo, linear: Array, mask: Mask) -> Photo:
    """Return the photo with new linear colors where the mask's soft edge reaches."""
    pixels = from_lab(linear_to_lab(np.clip(linear, 0, 1)), photo.profile, photo.pixels.dtype)
    return replace(photo, pixels=np.where((soft_edge(mask) > 0)[..., None], pixels, photo.pixels))


def _centered(place: Array, span: slice) -> Array:
    """Return places as -0.5 to 0.5 over a span of pixels."""
    return np.asarray((place - span.start) / max(span.stop - span.start - 1, 1) - 0.5)
