"""How surely a reference shows the garment in the photo's own light, 0..1.

In that light every color has its exact counterpart and distributions may be matched as a whole; in another light
they may not. See docs/decisions/0006-hybrid.md for how the constants were found.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.spaces import lab_to_rgb
from colorfast.correct.maps import BLACK
from colorfast.correct.sliced import Fit
from colorfast.records import Palette

MIDDLE, WIDTH = -2.2, 0.4
"""Where trust is one half and how fast it falls, in log units of `_misfit`; see docs/decisions/0006."""
AFFINE_MIDDLE = -0.8
"""The same middle for a fit that is affine and of the shares as they are."""
CONTRAST_FREE, CONTRAST_WEIGHT = 0.2, 4.0
"""Log ratio of contrasts that an error of color can make (90 % of them), and the weight of what exceeds it."""
CLIPPED, CLIPPED_WEIGHT = 0.01, 1.5
"""Distance from the ends of sRGB that counts as clipped. Colors that an error has clipped have no counterpart
in any light, so misfit speaks against the reference the less, the more of them there are."""


def trust(found: Fit, source: Palette, target: Palette) -> float:
    """Return 0..1, how surely the reference shows the garment in the photo's own light.

    Evidence against it is the misfit left by the affine and the cubic map, beside the spread of the reference's
    own colors, and another contrast of light and shade: an error of color keeps that ratio.
    """
    evidence = _misfit(found, target) - MIDDLE - CLIPPED_WEIGHT * clipped(source)
    return _share(evidence + _other_contrast(source, target))


def alike(affine: Fit, source: Palette, target: Palette) -> float:
    """Return 0..1, how surely the distributions may be compared with all their shares as they are."""
    evidence = _misfit(affine, target) - AFFINE_MIDDLE - CLIPPED_WEIGHT * clipped(source)
    return _share(evidence + _other_contrast(source, target))


def clipped(palette: Palette) -> float:
    """Return the share of colors with an RGB channel at either end of its range, 0..1."""
    rgb = lab_to_rgb(palette.colors, np.float32)
    ends = (rgb < CLIPPED) | (rgb > 1 - CLIPPED)
    return float(palette.weights @ ends.any(axis=1))


def _share(evidence: float) -> float:
    return float(1 / (1 + np.exp(np.clip(evidence / WIDTH, -60, 60))))


def _misfit(found: Fit, target: Palette) -> float:
    points, weights = target.points
    variance = weights @ ((points - weights @ points) ** 2).sum(1)
    left = max(found.affine_residual, 1e-3) * max(found.residual, 1e-3)
    return float(np.log(left / np.sqrt(np.sqrt(max(variance, 1e-3)))))


def _other_contrast(source: Palette, target: Palette) -> float:
    """Return CONTRAST_WEIGHT times the log ratio of the two contrasts beyond what an error of color makes."""
    ratio = abs(np.log(contrast(target) / contrast(source)))
    return float(CONTRAST_WEIGHT * max(ratio - CONTRAST_FREE, 0))


def contrast(palette: Palette) -> float:
    """Return the spread of L* + 16 over its mean: a gain of linear light leaves it as it is."""
    points, weights = palette.points
    lightness = points[:, 0] + BLACK
    mean = weights @ lightness
    return float(np.sqrt(weights @ (lightness - mean) ** 2 + 1e-2) / mean)
