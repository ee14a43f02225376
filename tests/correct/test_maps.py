"""The maps of all methods are smooth: a smooth ramp of lightness stays one."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.distribution import palette_of
from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.correct import classical, hybrid, transport
from colorfast.correct.settings import CorrectSettings

FIND_MAP = {"classical": classical.find_map, "hybrid": hybrid.find_map, "ot": transport.find_map}


def levels(lab):
    """Count the distinct 8-bit gray levels of colors (n, 3)."""
    gray = np.round(255 * lab_to_rgb(np.ascontiguousarray(lab, np.float32), np.float32)[:, 1])
    return len(np.unique(gray))


def gray_ramp(chroma):
    gray = np.repeat(np.linspace(0.25, 0.75, 128, dtype=np.float32)[:, None], 3, axis=1)
    return rgb_to_lab(np.repeat(gray, 20, axis=0)) + np.float32([0, *chroma])


@pytest.mark.parametrize("method", sorted(FIND_MAP))
@pytest.mark.parametrize("print_", [False, True])
def test_a_smooth_ramp_keeps_98_percent_of_its_levels(method, print_, stripes):
    ramp = gray_ramp((4, -6))
    photo = np.concatenate([ramp, stripes]) if print_ else ramp
    source, target = palette_of(photo), palette_of(photo + np.float32([2, 5, 9]))
    color_map = FIND_MAP[method](source, target, CorrectSettings())[0]
    assert levels(color_map(ramp)) >= 0.98 * levels(ramp)
