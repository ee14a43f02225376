"""The color errors themselves: ranges, drawing, applying, and making one larger or smaller.

Pictures are float32 sRGB 0..1 (..., 3). First HSV, then a gain on each channel, then a shift of a* and b*.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.records import Array

HUE, SATURATION, VALUE, GAIN, SHIFT = 15.0, (0.7, 1.3), (0.85, 1.15), (0.9, 1.1), 10.0
"""Ranges of the DeltaE project: ± degrees, factors, factors, factors a channel, ± Lab units of a* and b*."""

LEAST, MOST = 5.0, 15.0
"""Median CIEDE2000 that counts as a realistic error."""

TRIES = 32  # draws before the nearest one is scaled instead


@dataclass(frozen=True, slots=True, kw_only=True)
class DegradeParameters:
    """What was done to a picture, in the order it was done, and how large the error became."""

    hue: float
    """Degrees added to the hue of HSV."""
    saturation: float
    """Factor on the saturation of HSV."""
    value: float
    """Factor on the value of HSV."""
    red: float
    """Factor on the red channel; `green` and `blue` likewise."""
    green: float
    blue: float
    shift_a: float
    """Added to a*."""
    shift_b: float
    """Added to b*."""
    scale: float = 1.0
    """How much of the drawn error was applied: 1 unless no draw came within the bounds."""
    tries: int = 1
    """Draws that were needed."""
    delta_e: float = 0.0
    """Median CIEDE2000 between the core before and after."""

    def columns(self) -> dict[str, float | int]:
        """Return the manifest's columns: the names above after `degrade_`."""
        return {f"degrade_{name}": value for name, value in asdict(self).items()}


def draw_error(sample: Array, rng: np.random.Generator, *, bounded: bool = True) -> DegradeParameters:
    """Draw errors until one moves the sample by LEAST to MOST; after TRIES, scale the nearest one.

    sample    (n, 3) float32 sRGB 0..1, the pixels that the error is judged on
    bounded   if not, the first draw stands
    """
    drawn = []
    for number in range(1, TRIES + 1):
        drawn.append(_measured(replace(_draw(rng), tries=number), sample))
        if _distance(drawn[-1]) == 0 or not bounded:
            return drawn[-1]
    nearest = min(drawn, key=_distance)
    scaled = [_measured(_at_scale(nearest, scale), sample) for scale in np.geomspace(0.1, 10, 41)]
    return replace(min(scaled, key=lambda each: (_distance(each), abs(np.log(each.scale)))), tries=TRIES)


def recolor(picture: Array, parameters: DegradeParameters) -> Array:
    """Apply an error to every pixel: HSV, then channel gains, then a shift of a* and b*.

    picture   (h, w, 3) float32 sRGB 0..1; clipped to 0..1 after each of the three
    """
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)  # H 0..360, S and V 0..1
    hsv[..., 0] = (hsv[..., 0] + parameters.hue) % 360
    hsv[..., 1:] = np.clip(hsv[..., 1:] * (parameters.saturation, parameters.value), 0, 1)
    gains = np.array([parameters.red, parameters.green, parameters.blue], np.float32)
    rgb = np.clip(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * gains, 0, 1)
    lab = rgb_to_lab(rgb) + np.array([0, parameters.shift_a, parameters.shift_b], np.float32)
    return lab_to_rgb(lab, np.float32)


def _draw(rng: np.random.Generator) -> DegradeParameters:
    """Draw which of the three kinds of error a picture has, at least one, and each number evenly from its range."""
    hue, shift_a, shift_b = (_rounded(rng.uniform(-bound, bound)) for bound in (HUE, SHIFT, SHIFT))
    saturation, value = _rounded(rng.uniform(*SATURATION)), _rounded(rng.uniform(*VALUE))
    red, green, blue = (_rounded(gain) for gain in rng.uniform(*GAIN, 3))
    kinds = int(rng.integers(1, 8))  # three bits, not all zero
    hsv, gains, shifts = kinds & 1, kinds & 2, kinds & 4
    return DegradeParameters(
        hue=hue if hsv else 0.0,
        saturation=saturation if hsv else 1.0,
        value=value if hsv else 1.0,
        red=red if gains else 1.0,
        green=green if gains else 1.0,
        blue=blue if gains else 1.0,
        shift_a=shift_a if shifts else 0.0,
        shift_b=shift_b if shifts else 0.0,
    )


def _rounded(value: float) -> float:
    """Return a number as the manifest will hold it, so that the error can be made again from there."""
    return round(float(value), 6)


def _measured(parameters: DegradeParameters, sample: Array) -> DegradeParameters:
    """Return the error with the median CIEDE2000 it makes on the sample."""
    row = np.ascontiguousarray(sample, dtype=np.float32)[None]
    moved = delta_e_2000(rgb_to_lab(row), rgb_to_lab(recolor(row, parameters)))
    return replace(parameters, delta_e=round(float(np.median(moved)), 4))


def _distance(parameters: DegradeParameters) -> float:
    """Return how far an error is from the accepted range; 0 within."""
    return max(LEAST - parameters.delta_e, parameters.delta_e - MOST, 0.0)


def _at_scale(drawn: DegradeParameters, scale: float) -> DegradeParameters:
    """Return the error at another strength: angles and shifts times scale, factors to its power."""
    added = {name: round(getattr(drawn, name) * scale, 6) for name in ("hue", "shift_a", "shift_b")}
    factors = ("saturation", "value", "red", "green", "blue")
    added |= {name: round(getattr(drawn, name) ** scale, 6) for name in factors}
    return replace(drawn, scale=round(scale, 6), **added)
