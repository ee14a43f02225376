"""What a camera did to known colors, and its undoing: patches of a chart in, a map from linear light to Lab out.

    seen = light - veil
    light' = (seen / (1 - s seen))^g · (shade by place)
    rgb = M light' + N (roots of its products)

The veil is light that the lens and the air spread over all. The shoulder s, of each channel, and g are of a tone
curve that the file's profile is silent about. The shade is of second degree, as lamps beside and lenses make it.
Cameras for measuring write light itself as code values, without a shoulder; which of the two a camera is, is seen
by which fits better.
The terms of second degree are those of root-polynomials, so that twice the light is twice the color (Finlayson,
Mackiewicz & Hurlbert 2015, doi:10.1109/TIP.2015.2405336). The parameters minimize CIE94 differences by
Levenberg-Marquardt steps, each drawn towards no effect by its prior deviation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.exact import Exact, lab_to_linear, linear_to_lab, linear_to_rgb
from colorfast.records import Array, Lab

SIZES = {"matrix": 9, "gamma": 1, "veil": 3, "shoulder": 3, "shade": 5, "roots": 9}
RENDERED = {"matrix": 20.0, "gamma": 0.33, "veil": 0.01, "shoulder": 1.0, "shade": 0.33, "roots": 2.0}
"""How far from no effect each parameter usually is; of a matrix's elements, from those of the straight fit."""
RAW = {**RENDERED, "gamma": 0.1, "shoulder": 1e-3}
PARAMETERS = sum(SIZES.values())
LEAST_LIGHT = 1e-4  # below it, powers and logarithms have no slope
LEAST_ROOM = 0.05  # that a shoulder leaves below its end, where light would be infinite
STEPS, TRIES = 40, 8  # at most; of damping within a step
WITHIN = 0.68  # share of true values that lie within one deviation
CHANGE = 1e-5  # of the sum of squares: smaller ones end the search


class Camera(NamedTuple):
    """What was fitted."""

    parameters: Array
    raw: bool
    """Whether its code values are light."""


class Calibration(NamedTuple):
    """A camera in its light, and how well it is known."""

    camera: Camera
    middle: Array
    """(2,) place where the shade is 1, pixels."""
    size: float
    """Pixels in which a shade of 1 grows e-fold."""
    error: float
    """Mean CIEDE2000 of patches that took no part in the fit."""
    deviation: Array
    """(3,) of L*, a* and b* of such patches: 68 % lie within one."""

    def lab(self, linear: Array, places: Array) -> Lab:
        """Return Lab (..., 3) of linear light (..., 3) seen at places (..., 2), x and y in pixels."""
        flat = _lab_of(self.camera, linear.reshape(-1, 3), (places.reshape(-1, 2) - self.middle) / self.size)
        return flat.reshape(linear.shape).astype(np.float32)


def calibrate(linear: Array, places: Array, true: Lab) -> Calibration:
    """Return the camera that saw known colors.

    linear   (n, 3) light of the picture's RGB, 0..1, of twelve patches or more
    places   (n, 2) where, x and y in pixels
    true     (n, 3) D65
    """
    middle, size = places.mean(axis=0), float(np.ptp(places, axis=0).max())
    centered = (places - middle) / size
    found = held_out(linear, centered, true)
    error = float(delta_e_2000(found, np.asarray(true, np.float32)).mean())
    deviation = np.quantile(np.abs(found - true), WITHIN, axis=0)
    return Calibration(_fit(linear, centered, true), middle, size, error, deviation)


def held_out(linear: Array, places: Array, true: Lab) -> Lab:
    """Return Lab (n, 3) of each patch by the camera that was fitted to all the others."""
    found = np.empty((len(true), 3), np.float32)
    for number in range(len(true)):
        others = np.arange(len(true)) != number
        camera = _fit(linear[others], places[others], true[others])
        found[number] = _lab_of(camera, linear[number : number + 1], places[number : number + 1])[0]
    return found


def _parts(parameters: Array) -> dict[str, Array]:
    ends = np.cumsum(list(SIZES.values()))[:-1]
    return dict(zip(SIZES, np.split(parameters, ends), strict=True))


def _lab_of(camera: Camera, linear: Array, places: Array) -> Exact:
    return _seen(camera.parameters, linear_to_rgb(linear) if camera.raw else linear, places)


def _seen(parameters: Array, linear: Array, places: Array) -> Exact:
    part = _parts(parameters)
    light = np.maximum(linear - part["veil"], LEAST_LIGHT)
    light = (light / np.maximum(1 - part["shoulder"] * light, LEAST_ROOM)) ** np.exp(part["gamma"][0])
    x, y = places.T
    light = light * np.exp(np.stack([x, y, x * x, x * y, y * y], axis=1) @ part["shade"])[:, None]
    red, green, blue = light.T
    roots = np.stack([_root(red, green), _root(green, blue), _root(red, blue)], axis=1)
    return linear_to_lab(light @ part["matrix"].reshape(3, 3).T + roots @ part["roots"].reshape(3, 3))


def _root(first: Array, second: Array) -> Array:
    """Return the geometric mean less the arithmetic one: nothing for gray."""
    return np.asarray(np.sqrt(first * second) - (first + second) / 2)


def _fit(linear: Array, places: Array, true: Lab) -> Camera:
    """Return the camera that fits better of one that codes light as files do, and one that does not code it."""
    wanted = np.asarray(true, np.float64)
    rendered, off = _search(linear, places, wanted, RENDERED)
    raw, off_raw = _search(linear_to_rgb(linear), places, wanted, RAW)
    return Camera(rendered, raw=False) if off <= off_raw else Camera(raw, raw=True)


def _search(
    linear: Array, places: Array, true: Array, deviations: Mapping[str, float]
) -> tuple[Array, float]:
    """Return parameters and the sum of squares that they leave. Marquardt 1963, doi:10.1137/0111030"""
    usual = _straight(linear, true)
    weights = np.concatenate([np.full(size, 1 / deviations[name]) for name, size in SIZES.items()])

    def residuals(parameters: Array) -> Array:
        off = _cie94(_seen(parameters, linear, places), true)
        return np.concatenate([off.ravel(), (parameters - usual) * weights])

    parameters, damping = usual, 1e-2
    left = residuals(parameters)
    for _ in range(STEPS):
        slopes = np.stack(
            [(residuals(parameters + step) - left) / 1e-5 for step in 1e-5 * np.eye(PARAMETERS)], 1
        )
        before = float(left @ left)
        for _ in range(TRIES):
            curved = slopes.T @ slopes
            moved = parameters - np.linalg.solve(curved + damping * np.diag(np.diag(curved)), slopes.T @ left)
            after = residuals(moved)
            if after @ after < before:
                break
            damping *= 4
        else:
            break
        parameters, left, damping = moved, after, max(damping / 6, 1e-8)
        if before - float(left @ left) < CHANGE * before:
            break
    return parameters, float(left @ left)


def _straight(linear: Array, true: Array) -> Array:
    """Return parameters without other effect than a matrix, the least squares of relative errors."""
    wanted = lab_to_linear(true)
    weights = 1 / (wanted.mean(axis=1, keepdims=True) + 0.05)
    matrix = np.linalg.lstsq(linear * weights, wanted * weights, rcond=None)[0].T
    parameters = np.zeros(PARAMETERS)
    parameters[: SIZES["matrix"]] = matrix.ravel()
    return parameters


def _cie94(lab: Array, true: Array) -> Array:
    """Return (n, 3) differences in lightness, chroma and hue, weighted as CIEDE2000 does without its rotation."""
    chroma = np.hypot(true[:, 1], true[:, 2])
    along = true[:, 1:] / np.maximum(chroma, 1e-6)[:, None]
    off = lab - true
    offset = (true[:, 0] - 50) ** 2
    lightness = off[:, 0] / (1 + 0.015 * offset / np.sqrt(20 + offset))
    radial = (off[:, 1:] * along).sum(axis=1) / (1 + 0.045 * chroma)
    turned = (off[:, 2] * along[:, 0] - off[:, 1] * along[:, 1]) / (1 + 0.015 * chroma)
    return np.stack([lightness, radial, turned], axis=1)
