"""Building blocks of color maps: functions from Lab (..., 3) to Lab of the same shape."""

from __future__ import annotations

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import weighted_median
from colorfast.records import Array, ColorMap, Lab, Palette, Step

BLACK = np.float32(16)
"""L* + 16 is the cube root of luminance (CIE 15, eq. for f), so a gain in linear light scales it."""


def median_gap(color_map: ColorMap, source: Palette, target: Palette) -> tuple[Lab, float]:
    """Return target median minus mapped source median, (3,), and that gap as CIEDE2000."""
    points, weights = source.points
    median = weighted_median(color_map(points), weights)
    return target.median - median, float(delta_e_2000(median, target.median))


def as_it_is(source: Palette, target: Palette) -> Step:
    """Return the record of how near the medians are before anything is done."""
    return Step(name="as it is", delta_e=float(delta_e_2000(source.median, target.median)))


def step(name: str, color_map: ColorMap, source: Palette, target: Palette) -> Step:
    """Return the record of how near the medians are under a map."""
    return Step(name=name, delta_e=median_gap(color_map, source, target)[1])


def shifted(color_map: ColorMap, gap: Lab, around: float) -> ColorMap:
    """Return the map followed by a shift of a* and b* and a gain of linear light that moves L* `around` by gap.

    A gain keeps black black and the ratios between lit and shaded folds; a plain shift would flatten them.
    """
    gain = (around + gap[0] + BLACK) / (around + BLACK)

    def move(lab: Lab) -> Lab:
        out = color_map(lab)
        moved = np.empty_like(out)
        moved[..., 0] = (out[..., 0] + BLACK) * gain - BLACK
        moved[..., 1:] = out[..., 1:] + gap[1:]
        return moved

    return move


def feedback(color_map: ColorMap, source: Palette, target: Palette, goal: float) -> ColorMap:
    """Return the map, moved as a whole just so far that the medians are within `goal` CIEDE2000."""
    for _ in range(3):  # the formula is curved: the first move lands near, the next on the goal
        gap, error = median_gap(color_map, source, target)
        if error <= goal:
            break
        around = float(target.median[0] - gap[0])
        color_map = shifted(color_map, (gap * (1 - goal / error)).astype(np.float32), around)
    return color_map


def keeping_lightness(color_map: ColorMap) -> ColorMap:
    """Return the map with L* left as it was."""

    def keep(lab: Lab) -> Lab:
        out = color_map(lab)
        out[..., 0] = lab[..., 0]
        return out

    return keep


def with_strength(color_map: ColorMap, strength: float) -> ColorMap:
    """Return the map with its displacement scaled."""
    if strength == 1:
        return color_map

    def part(lab: Lab) -> Lab:
        moved: Lab = lab + np.float32(strength) * (color_map(lab) - lab)
        return moved

    return part


def unchanged(lab: Lab) -> Lab:
    """Return a copy of the colors: the map to start from."""
    return np.array(lab, np.float32)


def chroma_of(lab: Array) -> float:
    """Return the chroma of one color (3,)."""
    return float(np.hypot(lab[1], lab[2]))
