"""All measures of one delivered picture.

In: the photo before and the delivered file, both decoded, the garment, the target's palette. Out: `Measures`.
Only the garment's box is converted to Lab, at a scale where the picture is about 1024 px high; outside it, where
spill is looked for, code values are compared.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.errors import MaskMismatch, MaskTooSmall, NotAligned, SettingsError
from colorfast.records import Box, Garment, Measures, Palette, Photo
from colorfast.verify.accuracy import accuracy, blind
from colorfast.verify.coherence import coherence
from colorfast.verify.expectation import moves_to
from colorfast.verify.palette import core_palette, thinned
from colorfast.verify.rim import rim
from colorfast.verify.seed import measure_seed, sampled_spread, spread_of
from colorfast.verify.spill import spill
from colorfast.verify.texture import texture
from colorfast.verify.triplet import NODES, triplet
from colorfast.verify.verdict import check_finite
from colorfast.verify.view import spread_out, view

KEPT_GOALS = 4  # as many as the pipeline keeps references
NEEDED = 16  # pixels: fewer have no 95th percentile to speak of


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySettings:
    """How the delivered file is measured."""

    nodes: int = NODES
    """Colors a palette is reduced to before it is coupled with the target's, at least 8."""

    reached: float = 3.0
    """CIEDE2000 up to which a patch of the garment counts as having reached its own target, above 0."""

    def __post_init__(self) -> None:
        if self.nodes < 8:
            raise SettingsError("verify.nodes", self.nodes, "8 or more")
        if not self.reached > 0:
            raise SettingsError("verify.reached", self.reached, "above 0, in CIEDE2000")


DEFAULTS = VerifySettings()


def measure(
    before: Photo,
    after: Photo,
    garment: Garment,
    target: Palette,
    settings: VerifySettings = DEFAULTS,
    *,
    touched: Box | None = None,
) -> Measures:
    """Return what can be said of a delivered picture.

    before    the photo as it came
    after     the delivered file, decoded again; same size
    garment   where the garment is in `before`
    target    the colors it should have
    touched   rows and columns outside which both pictures are known to be equal; None: they may differ anywhere

    Raises NotAligned, MaskMismatch or MaskTooSmall if the inputs do not fit, NotANumber if a measure is not
    finite.
    """
    _check(before, after, garment)
    seen = view(before, after, garment)
    goal, median_blind = _goal(target, settings.nodes)
    labs = [picture.colors(seen.places) for picture in seen.pictures]
    old, new = (core_palette(lab, nodes=settings.nodes) for lab in labs)
    light = [spread_out(lab[:, 0], seen.places, seen.core.shape) for lab in labs]
    color, kept = accuracy(new, goal), texture(light[0], light[1], seen.core)
    if seen.side == 1:
        spread = spread_of(delta_e_2000(labs[1], target.median), seen.core)
    else:
        spread = sampled_spread(target.median, after, garment)
    measures = Measures(
        delta_e_median=color.median,
        delta_e_p95=color.p95,
        delta_e_palette=color.palette,
        ssim=kept.ssim,
        structure=kept.structure,
        spill=spill(before, after, garment.alpha, touched),
        rim=rim(seen),
        sci=coherence(seen, moves_to(old, goal), reached=settings.reached),
        seed=measure_seed((before, after), garment, spread, color.median),
        triplet=triplet(old, new, target),
        median_blind=median_blind,
    )
    check_finite(measures)
    return measures


@functools.lru_cache(maxsize=KEPT_GOALS)
def _goal(target: Palette, nodes: int) -> tuple[Palette, bool]:
    """Return the target's palette of at most so many colors, and whether its median stands for none of them."""
    return thinned(target, nodes=nodes), blind(target)


def _check(before: Photo, after: Photo, garment: Garment) -> None:
    if before.size != after.size:
        raise NotAligned(after.size, before.size)
    if garment.core.shape != before.size:
        height, width = garment.core.shape
        raise MaskMismatch((height, width), before.size)
    pixels = int(np.count_nonzero(garment.core))
    if pixels < NEEDED:
        raise MaskTooSmall(pixels, NEEDED)
