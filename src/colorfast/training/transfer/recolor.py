"""Color errors of whole pictures, and the light of another shoot, on samples of pixels.

sRGB float32 0..1 (n, 3) in and out for `Grade`, Lab (n, 3) for `another_light`. Draws come from the generator.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from colorfast.correct.maps import BLACK
from colorfast.records import Array, Lab

HUE, SATURATION, VALUE, GAIN, CURVE = 40.0, 0.5, 0.2, 0.12, 0.35
"""± degrees of HSV, and natural logarithms of factors on saturation, value, each channel, and of the exponent of
value: grades as editors and filters make them. The CCP test photos move by 13 ΔE76 in the mean."""

LIGHTNESS, CONTRAST, TINT, PURITY, CHROMA, SHARES = 3.8, 0.3, 1.2, 0.07, 0.08, 0.3
"""How a product shot differs from the worn garment, as standard deviations: median L*; logarithm of the spread of
L*; a* and b*; a share of chroma more of these; logarithm of chroma; and of shares, a deviation of color further.
The first four are those of the 800 pairs of viton_pairs' manifest, about a mean of zero: what a product looks like
worn is another promise than what it looks like. No pixel of those photos is learned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One change of a whole picture's colors."""

    hue: float
    """Degrees added to the hue of HSV."""
    saturation: float
    """Factor."""
    value: float
    """Factor."""
    curve: float
    """Exponent of value."""
    gains: tuple[float, float, float]
    """Factors on red, green and blue."""

    def __call__(self, rgb: Array) -> Array:
        """Return colors (n, 3) sRGB 0..1 under the change."""
        hsv = cv2.cvtColor(np.ascontiguousarray(rgb, np.float32)[None], cv2.COLOR_RGB2HSV)[0]
        hsv[:, 0] = (hsv[:, 0] + self.hue) % 360
        hsv[:, 1] = np.clip(hsv[:, 1] * self.saturation, 0, 1)
        hsv[:, 2] = np.clip(self.value * hsv[:, 2] ** self.curve, 0, 1)
        turned = cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0]
        return np.clip(turned * np.array(self.gains, np.float32), 0, 1)


def draw_grade(rng: np.random.Generator) -> Grade:
    """Draw every part of a change evenly from its range."""
    saturation, value, curve, *gains = np.exp(
        rng.uniform(-1, 1, 6) * (SATURATION, VALUE, CURVE, GAIN, GAIN, GAIN)
    )
    return Grade(
        hue=float(rng.uniform(-HUE, HUE)),
        saturation=float(saturation),
        value=float(value),
        curve=float(curve),
        gains=(float(gains[0]), float(gains[1]), float(gains[2])),
    )


def another_light(lab: Lab, rng: np.random.Generator) -> Lab:
    """Return a garment's colors (n, 3) as another shoot may show them: other light, contrast, and shares."""
    middle = np.median(lab, axis=0)
    deviation = np.maximum(lab.std(axis=0), 1)
    shares = np.exp(((lab - middle) / deviation).clip(-2, 2) @ rng.normal(0, SHARES, 3))
    taken = lab[rng.choice(len(lab), len(lab), p=shares / shares.sum())]
    out = np.empty_like(taken)
    gain = (middle[0] + rng.normal(0, LIGHTNESS) + BLACK) / (middle[0] + BLACK)
    spread = np.exp(rng.normal(0, CONTRAST))
    out[:, 0] = ((middle[0] + spread * (taken[:, 0] - middle[0])) + BLACK) * gain - BLACK
    tint = rng.normal(0, TINT + PURITY * np.hypot(middle[1], middle[2]), 2)
    out[:, 1:] = taken[:, 1:] * np.exp(rng.normal(0, CHROMA)) + tint
    out[:, 0] = out[:, 0].clip(0, 100)
    return out.astype(np.float32)
