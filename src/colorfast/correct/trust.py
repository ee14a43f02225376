"""How surely a reference shows the garment in the photo's own light, 0..1.

In that light every color has its exact counterpart and distributions may be matched as a whole; in another light
they may not. See docs/decisions/0006-hybrid.md for how the constants were found.
"""

from __future__ import annotations

import numpy as np

from colorfast.correct.maps import BLACK
from colorfast.correct.polynomial import moments
from colorfast.correct.sliced import Fit
from colorfast.records import Palette

ON_PERSON, SHOT, WIDTH = -2.5, -3.3, 1 / 3
"""Where trust is one half, for a reference that shows the garment on a person and for one that does not, and how
fast it falls, in log units of `_misfit`. The photos that a person wears it in are likely of one shoot."""
CONTRAST_FREE, CONTRAST_WEIGHT = 0.2, 3.3
"""Log ratio of contrasts that an error of color can make (90 % of them), and the weight of what exceeds it."""
LEAST_CONTRAST = 0.05
"""Added to both contrasts: cloth with hardly any light and shade says little by its ratio."""
LEAST_MISFIT = 0.05
"""Lab units, added to both distances: below lies the rounding of 8-bit codes."""


def trust(found: Fit, source: Palette, target: Palette) -> float:
    """Return 0..1, how surely the reference shows the garment in the photo's own light."""
    share = odds(found, source, target)
    return share / (1 + share)


def odds(found: Fit, source: Palette, target: Palette) -> float:
    """Return trust over distrust, above 0.

    Against the reference speaks the misfit left by the affine and the cubic map, beside the spread of its own
    colors, and another contrast of light and shade: an error of color keeps that ratio.
    """
    middle = ON_PERSON if target.on_person else SHOT
    evidence = middle - _misfit(found, target) - _other_contrast(source, target)
    return float(np.exp(np.clip(evidence / WIDTH, -40, 40)))


def _misfit(found: Fit, target: Palette) -> float:
    variance = np.trace(moments(*target.points)[1])
    left = (found.affine_residual + LEAST_MISFIT) * (found.residual + LEAST_MISFIT)
    return float(np.log(left / np.sqrt(variance + 0.1)))


def _other_contrast(source: Palette, target: Palette) -> float:
    """Return CONTRAST_WEIGHT times the log ratio of the two contrasts beyond what an error of color makes."""
    here, there = contrast(source) + LEAST_CONTRAST, contrast(target) + LEAST_CONTRAST
    ratio = abs(np.log(there / here))
    return float(CONTRAST_WEIGHT * max(ratio - CONTRAST_FREE, 0))


def contrast(palette: Palette) -> float:
    """Return the spread of L* + 16 over its mean: a gain of linear light leaves it as it is."""
    mean, covariance = moments(*palette.points)
    return float(np.sqrt(covariance[0, 0] + 1e-2) / (mean[0] + BLACK))
