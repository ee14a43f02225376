"""The garment's error before and after, side by side: two numbers, and two maps for pictures.

In: palettes, or Lab pictures (h, w, 3) that lie on each other. Out: CIEDE2000.

There is no map between the reference photo and the garment, whose pixels do not lie on each other: both maps
compare the on-model picture with what its own pixels should have become.
"""

from __future__ import annotations

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import palette_of
from colorfast.records import Array, Lab, Mask, Palette, Triplet
from colorfast.verify.expectation import expected, moves_to

REACH = 20.0  # Lab units, as in VerifySettings


def triplet(before: Palette, after: Palette, target: Palette) -> Triplet:
    """Return CIEDE2000 between the medians of garment and target, before and after the correction."""
    return Triplet(
        before=float(delta_e_2000(before.median, target.median)),
        after=float(delta_e_2000(after.median, target.median)),
    )


def error_maps(
    before_lab: Lab, after_lab: Lab, target: Palette, *, core: Mask | None = None, reach: float = REACH
) -> tuple[Array, Array]:
    """Return maps (h, w) of the error before and after: CIEDE2000 to each pixel's own coupled target.

    before_lab, after_lab   (h, w, 3), aligned
    core                    (h, w) where the garment's palette is taken; everywhere if None
    reach                   as in `accuracy`
    """
    pixels = before_lab.reshape(-1, 3) if core is None else before_lab[core]
    wanted = expected(before_lab, moves_to(palette_of(pixels), target, reach=reach))
    return delta_e_2000(before_lab, wanted), delta_e_2000(after_lab, wanted)
