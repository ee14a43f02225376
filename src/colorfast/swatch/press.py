"""CMYK colors, which mean nothing without the press they are for: they are read as those of a usual one."""

from __future__ import annotations

import numpy as np
import pyvips

from colorfast.color.icc import adaptation
from colorfast.color.white import under_white
from colorfast.records import Array, Lab


def cmyk_to_lab(cmyk: Array) -> Lab:
    """Return Lab (3,), D65, of ink shares 0..1 (4,), by the CMYK profile that libvips brings; relative."""
    codes = np.rint(255 * np.asarray(cmyk, np.float64)).astype(np.uint8).reshape(1, 1, 4)
    image = pyvips.Image.new_from_array(codes).copy(interpretation="cmyk")
    d50 = image.icc_import(input_profile="cmyk", intent="relative", pcs="lab").numpy().reshape(3)
    return under_white(d50, adaptation())
