"""Bring colors that no RGB code can show to the nearest that keeps lightness and hue.

Lab (..., 3) in and out, D65. Chroma alone is reduced, at constant L* and hue angle; L* is held to 0..100.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.icc import rgb_space
from colorfast.color.kernels import reduce_chroma
from colorfast.color.spaces import from_planes, to_planes
from colorfast.records import Array, Lab


def fit_gamut(lab: Array, profile: bytes | None = None) -> Lab:
    """Return Lab (..., 3) that the RGB space of an ICC profile can show; None means sRGB.

    A color that is inside comes back as it was. For a profile made of tables nothing but L* is held:
    its gamut is known to the color engine alone, which clips when from_lab() calls it.
    """
    lab = np.asarray(lab)
    space = rgb_space(profile)
    planes = to_planes(lab)
    fitted = np.empty_like(planes)
    if space is None:
        fitted[:] = planes
        fitted[0] = np.clip(planes[0], 0, 100)
    else:
        reduce_chroma(planes, space.from_ratios.astype(np.float32), fitted)
    return from_planes(fitted, lab.shape)
