"""Photos of patches that were never taken: spectra and a generator in, planes and true Lab out.

A patch and what surrounds it lie in the light of two lamps; a camera meters, exposes, adds noise, balances the
light about right, takes it to sRGB by the matrix that suits 190 reflectances, bends it by a tone curve and stores
8 bits. What it says of its exposure is what it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from colorfast.color.exact import WHITE, linear_to_rgb, xyz_to_lab, xyz_to_linear
from colorfast.records import Array, Lab
from colorfast.swatch.patch_inputs import (
    BRIGHTNESS_MIDDLE,
    ISO_MIDDLE,
    PLANES,
    RIM,
    SIDE,
    STOPS,
    UNKNOWN,
    VALUE_MIDDLE,
)
from colorfast.swatch.spectra import tables
from colorfast.training.patch.spectra import NM

GRAY = 0.18  # share of light that a meter takes the world to reflect
BEND, BEND_TURN = (
    0.015,
    2.4,
)  # code values, 0..1, of tone curves from none to twice that, and how cameras differ
SHARES = (
    0.9,
    0.7,
    0.2,
)  # of photos that say their exposure, that say what was metered, that show nothing around
METERED = 0.4  # stops that phones render it brighter than it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How photos are taken."""

    balance: float
    """Deviation of the logarithms of red and blue after the camera's balance."""
    exposure: float
    """Stops, deviation of what is set from what is metered."""
    backdrop: float
    """Deviation of the backdrop's reflectance as a share of it; above 1 it may be any color."""
    shade: float
    """Most that light grows from one side to the other, as a share."""
    daylight: bool = False
    """Whether all lamps are daylight, as a flash is; else any two are mixed, fluorescent ones too."""


STUDIO = Conditions(balance=0.02, exposure=0.3, backdrop=0.01, shade=0.03, daylight=True)
HARSH = Conditions(balance=0.06, exposure=1.0, backdrop=0.03, shade=0.1)
WILD = Conditions(balance=0.12, exposure=0.8, backdrop=9.0, shade=0.1)
CONDITIONS = {"studio": STUDIO, "harsh": HARSH, "wild": WILD}
BACKDROP = 0.45  # reflectance of the gray one


class Shots(NamedTuple):
    """Simulated photos."""

    planes: Array
    """(n, PLANES, SIDE, SIDE) float32."""
    true: Lab
    """(n, 3)."""


@dataclass(frozen=True)
class Studio:
    """What photos are taken of, in which light, with which cameras."""

    reflectances: Array
    """(n, 31)."""
    lamps: Array
    """(n, 31)."""
    daylights: Array
    """(n, 31)."""
    cameras: Sequence[Array]
    """(31, 3) each; known to the network by their order."""
    references: Array
    """(n, 31) reflectances that cameras are matched to sRGB by."""
    named: bool = True
    """Whether photos name their camera."""
    complete: bool = False
    """Whether all show surroundings and say how they were exposed; else some do not, as in life."""

    @cached_property
    def matrices(self) -> Array:
        """(cameras, 3, 3) from balanced light to linear sRGB, least squares under D65, white to white."""
        _, lamps = _observer()
        wanted = xyz_to_linear(reflected_xyz(self.references))
        return np.stack(
            [_matched((self.references * lamps) @ one / (lamps @ one), wanted) for one in self.cameras]
        )

    def take(self, rng: np.random.Generator, count: int, conditions: Conditions) -> Shots:
        """Return so many photos."""
        patch = self.reflectances[rng.integers(len(self.reflectances), size=count)]
        around = _backdrops(rng, count, conditions, self.reflectances)
        light = _light(rng, count, self.daylights if conditions.daylight else self.lamps)
        camera = rng.integers(len(self.cameras), size=count)
        sensitivity = np.stack(self.cameras)[camera]  # (n, 31, 3)
        white = np.einsum("nw,nwc->nc", light, sensitivity)
        seen, beside = (np.einsum("nw,nwc->nc", one * light, sensitivity) / white for one in (patch, around))
        said = _expose(rng, seen[:, 1], beside[:, 1], conditions)
        gains = (
            np.exp(rng.normal(0, conditions.balance, (count, 3)) * [1, 0, 1]) * 2.0 ** said.offset[:, None]
        )
        picture = _scene(rng, seen * gains, beside * gains, conditions, said.iso)
        linear = np.einsum("nhwc,ncd->nhwd", np.minimum(picture, 1.0), self.matrices[camera])
        coded = np.round(255 * np.clip(_toned(camera, np.clip(linear, 0, 1)), 0, 1)) / 255
        known = camera + UNKNOWN + 1 if self.named else np.full(count, UNKNOWN)
        return Shots(
            self._planes(rng, coded, said, known), xyz_to_lab(reflected_xyz(patch)).astype(np.float32)
        )

    def _planes(self, rng: np.random.Generator, coded: Array, said: Said, camera: Array) -> Array:
        """Return what a network sees; now and then a photo without surroundings or without words."""
        count = len(coded)
        planes = np.empty((count, PLANES, SIDE, SIDE), np.float32)
        planes[:, :3] = coded.transpose(0, 3, 1, 2)
        heard, metered, bare = (rng.random(count) < share for share in SHARES)
        if self.complete:
            heard, metered, bare = np.array([[True], [True], [False]]).repeat(count, axis=1)
        words = (
            np.ones(count),
            heard * (said.value - VALUE_MIDDLE) / STOPS,
            heard,
            heard * (np.log2(said.iso) - ISO_MIDDLE) / STOPS,
            heard * metered * (said.brightness - BRIGHTNESS_MIDDLE) / STOPS,
            heard * metered,
            camera,
        )
        planes[:, 3:] = np.stack(words, 1)[:, :, None, None]
        middle = planes[bare, :3, RIM:-RIM, RIM:-RIM].mean(axis=(2, 3), keepdims=True)
        planes[bare, :3] = np.where(_frame(), middle, planes[bare, :3])
        planes[bare, 3] = 0
        return planes


class Said(NamedTuple):
    """What cameras did, and say, each (n,)."""

    offset: Array
    """Stops by which the picture is brighter than its light, where 1 is a perfect white that just clips."""
    value: Array
    iso: Array
    brightness: Array


def _observer() -> tuple[Array, Array]:
    """Return the matching functions (31, 3) and D65 (31,) at NM."""
    nm, matching, lamps = tables()
    return np.stack([np.interp(NM, nm, one) for one in matching[2].T], 1), np.interp(NM, nm, lamps["D65"])


def reflected_xyz(reflectances: Array) -> Array:
    """Return XYZ (n, 3) under D65; a perfect diffuser is the white of sRGB."""
    matching, daylight = _observer()
    weights = daylight[:, None] * matching
    return reflectances @ (weights / weights.sum(axis=0)) * WHITE


def _matched(seen: Array, wanted: Array) -> Array:
    """Return the (3, 3) matrix of least squares among those that take white to white."""
    white = np.ones(3)
    gray = seen.mean(axis=1, keepdims=True)
    free = np.linalg.lstsq(seen - gray, wanted - gray, rcond=None)[0]
    return np.asarray(free + np.outer(white, (white - white @ free) / 3))


def _backdrops(rng: np.random.Generator, count: int, conditions: Conditions, known: Array) -> Array:
    """Return (n, 31) reflectances of what surrounds patches."""
    if conditions.backdrop > 1:
        return known[rng.integers(len(known), size=count)]
    gray = BACKDROP * (1 + conditions.backdrop * rng.standard_normal((count, 1)))
    return np.asarray(gray * (1 + 0.01 * rng.standard_normal((count, 1)) * (NM - 560) / 160))


def _light(rng: np.random.Generator, count: int, lamps: Array) -> Array:
    """Return (n, 31) of two lamps each, mixed."""
    first, second = (lamps[rng.integers(len(lamps), size=count)] for _ in range(2))
    share = rng.beta(0.6, 0.6, (count, 1))
    return np.asarray(share * first + (1 - share) * second)


def _expose(rng: np.random.Generator, patch: Array, around: Array, conditions: Conditions) -> Said:
    """Return what cameras do that meter patch and surroundings (n,), in light of any strength."""
    count = len(patch)
    light = rng.uniform(
        1, 14, count
    )  # stops that a gray of 18 % would be exposed with, from candles to the sun
    share = rng.uniform(0.2, 0.8, count)
    metered = light + np.log2(np.maximum(share * patch + (1 - share) * around, 0.01) / GRAY)
    value = np.round(3 * (metered + rng.normal(0, conditions.exposure, count))) / 3
    iso = np.clip(100 * 2.0 ** np.clip(7 - value + rng.normal(0, 0.7, count), -1, 6), 25, 6400)
    brightness = metered - 5 + rng.normal(0, 0.1, count)
    return Said(light - value + METERED, value, iso, brightness)


def _scene(
    rng: np.random.Generator, patch: Array, around: Array, conditions: Conditions, iso: Array
) -> Array:
    """Return (n, SIDE, SIDE, 3) of balanced light with shade, weave and noise."""
    inside = np.zeros((SIDE, SIDE, 1), np.bool_)
    inside[RIM:-RIM, RIM:-RIM] = True
    picture = np.where(inside, patch[:, None, None], around[:, None, None])
    across = np.linspace(-1, 1, SIDE)
    slope = rng.uniform(-conditions.shade, conditions.shade, (2, len(patch), 1, 1))
    picture = picture * (1 + slope[0] * across + slope[1] * across[:, None])[..., None]
    picture = picture * (1 + 0.02 * rng.standard_normal((*picture.shape[:3], 1)))
    noise = np.sqrt(np.maximum(picture, 0) * (iso / 100)[:, None, None, None] * 2e-5)
    return np.asarray(np.maximum(picture + noise * rng.standard_normal(picture.shape), 0))


def _toned(camera: Array, linear: Array) -> Array:
    """Return sRGB of linear light, bent by a camera's S, which makes shadows darker and lights lighter."""
    coded = linear_to_rgb(linear)
    bend = (BEND * (1 + np.sin(BEND_TURN * camera)))[:, None, None, None]
    return np.asarray(coded - bend * np.sin(2 * np.pi * coded))


def _frame() -> Array:
    frame = np.ones((SIDE, SIDE), np.bool_)
    frame[RIM:-RIM, RIM:-RIM] = False
    return frame
