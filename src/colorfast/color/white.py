"""Lab seen under another white: colors of some in float64 NumPy, for swatches; pictures go through tables.py."""

from __future__ import annotations

import numpy as np

from colorfast.color.exact import lab_to_ratios, ratios_to_lab
from colorfast.records import Array, Lab


def under_white(lab: Array, across: Array) -> Lab:
    """Return Lab (..., 3) float32 under the white to which a matrix takes X/Xn, Y/Yn, Z/Zn.

    across   (3, 3) of icc.adaptation() for D50 to D65, or its inverse
    """
    return ratios_to_lab(lab_to_ratios(lab) @ across.T).astype(np.float32)
