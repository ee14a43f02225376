"""Did every part of the garment reach its own color? Spatial coherence, patch by patch.

In: the garment's box before and after, Lab (h, w, 3), and its core (h, w) bool. Out: shares and CIEDE2000.

The colors of the garment before are coupled with the target's, so each has its own target: red stripes the
red, blue ones the blue. A pixel is expected to have moved as its color should have; a patch has reached its
target if its pixels have. What the whole garment is off by is the affair of accuracy and taken out here.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.masks import scaled
from colorfast.records import Lab, Mask
from colorfast.verify.expectation import Moves, expected

PATCH = 32.0  # pixels at 1024, as in the seed
SMALLEST = 8  # pixels
SAMPLES = 16  # pixels a patch and direction are enough for its mean
COVER = 0.5  # share of a patch that must be core


def coherence(labs: tuple[Lab, Lab], core: Mask, height: int, moves: Moves, *, reached: float) -> float:
    """Return the share of patches whose pixels reached their own coupled target, 0..1.

    labs      the garment's box before and after, (h, w, 3)
    core      (h, w) of the same box
    height    of the whole picture, pixels: patches are 32 px at 1024, at least 8
    moves     how each color should have moved
    reached   CIEDE2000 between delivered and expected color, the mean over a patch's pixels, at most

    With t(c) the target of a color c before, expected is e = before + t(before) - before', where ' is the
    target's light, and g the median over the core of after - e: a patch counts if mean ΔE00(after, e + g) <=
    reached. Patches with less than half of core do not count; with no patch at all the garment is one.
    """
    side = max(SMALLEST, round(scaled(PATCH, height)))
    step = max(1, side // SAMPLES)
    sampled = core[::step, ::step]
    before, after = (lab[::step, ::step][sampled] for lab in labs)
    wanted = expected(before, moves)
    wanted += np.median(after - wanted, axis=0)
    error = delta_e_2000(after, wanted)
    rows, columns = np.nonzero(sampled)
    across = -(-sampled.shape[1] * step // side)
    patch = rows * step // side * across + columns * step // side
    pixels = np.bincount(patch)
    counts = pixels >= COVER * (side / step) ** 2
    if not counts.any():
        return float(error.mean() <= reached)
    means = np.bincount(patch, weights=error)[counts] / pixels[counts]
    return float((means <= reached).mean())
