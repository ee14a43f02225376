"""The garment's error before and after, side by side: two numbers, and two maps for pictures.

In: palettes, or Lab pictures (h, w, 3) that lie on each other. Out: CIEDE2000.

There is no map between the reference photo and the garment, whose pixels do not lie on each other: both maps
compare the on-model picture with what its own pixels should have become.
"""

from __future__ import annotations

from colorfast.color.difference import delta_e_2000
from colorfast.records import Array, Lab, Mask, Palette, Triplet
from colorfast.verify.expectation import expected, moves_to
from colorfast.verify.palette import core_palette, thinned

NODES = 24
"""Colors of a palette: 64 tell right from wrong no better, and cost ten times as much."""


def triplet(before: Palette, after: Palette, target: Palette) -> Triplet:
    """Return CIEDE2000 between the medians of garment and target, before and after the correction."""
    return Triplet(
        before=float(delta_e_2000(before.median, target.median)),
        after=float(delta_e_2000(after.median, target.median)),
    )


def error_maps(
    before_lab: Lab, after_lab: Lab, target: Palette, *, core: Mask | None = None
) -> tuple[Array, Array]:
    """Return maps (h, w) of the error before and after: CIEDE2000 to each pixel's own coupled target.

    before_lab, after_lab   (h, w, 3), aligned
    core                    (h, w) where the garment's palette is taken; everywhere if None
    """
    colors = before_lab.reshape(-1, 3) if core is None else before_lab[core]
    palette = core_palette(colors, nodes=NODES)
    wanted = expected(before_lab, moves_to(palette, thinned(target, nodes=NODES)))
    return delta_e_2000(before_lab, wanted), delta_e_2000(after_lab, wanted)
