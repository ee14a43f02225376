"""May the picture be published without a human looking? Limits, presets, and the verdict with its reasons.

In: `Measures` of a delivered file, the `Garment` they were taken on. Out: a `Judgement`.

    pass     every limit is kept
    review   a limit is not kept, the garment was found in a way that is not trusted, or it was so far from the
             reference that this may show another garment: a human looks
    fail     grossly broken: a limit is missed by more than `gross` times its allowance (spill, rim, texture),
             or the color is outside its limit and further from the target than before the correction
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple, get_args

from colorfast.errors import NotANumber, SettingsError
from colorfast.records import Garment, Judgement, Measures, Palette

Definitions = Literal["colorfast", "seed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a corrected photo must keep to pass without a human looking.

    The defaults are calibrated on real pairs: docs/concepts/metrics.md has the table.
    """

    definitions: Definitions = "colorfast"
    """Whose definitions are judged: "colorfast", or "seed" for those of the DeltaE project, which has four:
    color, p95, texture and spill. The limits it has no measure for are then not read."""

    color: float = 3.0
    """Median CIEDE2000 between garment and target, at most. Where the median stands for no color, as that of two
    equal stripes, the mean over the palette is held to it instead."""

    palette: float = 5.0
    """Mean CIEDE2000 over the coupling of the garment's palette to the target's, at most."""

    p95: float = 12.0
    """95th percentile of CIEDE2000 over that coupling, at most."""

    texture: float = 0.90
    """Structure term of SSIM on L* inside the garment, at least, 0..1. For the seed: its SSIM."""

    spill: float = 1.0
    """CIEDE2000 of the worst tile outside the garment, at most. For the seed: median over its ring."""

    rim: float = 2.4
    """CIEDE2000 between the garment's edge and what it should have become, at most."""

    coherence: float = 0.60
    """Share of patches that reached their own target, at least, 0..1."""

    confidence: float = 0.50
    """Confidence with which the garment was found, at least, 0..1; below it a human looks."""

    move: float = 14.5
    """Median CIEDE2000 between the garment before the correction and the reference, at most: farther apart, the
    reference more likely shows another garment than the photo another color. Twice that where the corrected
    palette is the reference's within ALIKE, as that of another garment hardly ever is."""

    gross: float = 3.0
    """Spill, rim or loss of texture beyond this many times what is allowed is a failure; at least 1."""

    worse: float = 1.0
    """CIEDE2000 the median may move away from the target before a missed color limit is a failure. Within the
    limit it may move: from 1.0 to 2.9 is right before and right after."""

    def __post_init__(self) -> None:
        if self.definitions not in get_args(Definitions):
            raise SettingsError("limits.definitions", self.definitions, '"colorfast" or "seed"')
        for name in ("texture", "coherence", "confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise SettingsError(f"limits.{name}", getattr(self, name), "from 0 to 1")
        for name in ("color", "palette", "p95", "spill", "rim", "move", "worse"):
            if not getattr(self, name) >= 0:
                raise SettingsError(f"limits.{name}", getattr(self, name), "0 or more, in CIEDE2000")
        if not self.gross >= 1:
            raise SettingsError("limits.gross", self.gross, "at least 1")


PRESETS: Mapping[str, Limits] = {
    "default": Limits(),
    "seed": Limits(definitions="seed", color=3.0, p95=60.0, texture=0.90, spill=0.5),
}
"""Named limits; "seed" is the DeltaE project's own gate on its own definitions."""


ALIKE = 1.0
"""CIEDE2000 over the palettes after correction: one in 100 references of visibly other garments comes nearer."""


class _Missed(NamedTuple):
    """A limit that was not kept."""

    reason: str
    gross: bool


def judge(
    measures: Measures,
    limits: Limits | None = None,
    *,
    garment: Garment | None = None,
    target: Palette | None = None,
) -> Judgement:
    """Return pass, review or fail, and one sentence for each limit that was not kept.

    limits    what must be kept; the default preset if None
    garment   how the garment was found; None when that is not to be judged
    target    the reference's colors; None, or a color that was given, when it cannot be of another garment

    Raises NotANumber if a measure that is judged is not finite.
    """
    limits = PRESETS["default"] if limits is None else limits
    check_finite(measures)
    checks = _seed if limits.definitions == "seed" else _own
    missed = [found for found in checks(measures, limits) if found is not None]
    if limits.definitions != "seed":
        missed += [_Missed(doubt, gross=False) for doubt in doubts(garment, limits)]
        if target is not None and len(target.colors) > 1 and not measures.median_blind:
            distance, palette = measures.triplet.before, measures.delta_e_palette
            missed += [_Missed(doubt, gross=False) for doubt in unsuited(distance, palette, limits)]
    reasons = tuple(found.reason for found in missed)
    if any(found.gross for found in missed):
        return Judgement(verdict="fail", reasons=reasons)
    return Judgement(verdict="review" if missed else "pass", reasons=reasons)


def check_finite(measures: Measures) -> None:
    """Raise NotANumber if any measure is NaN or infinite."""
    flat = {f.name: getattr(measures, f.name) for f in fields(measures) if f.name not in ("seed", "triplet")}
    flat |= {f"seed.{f.name}": getattr(measures.seed, f.name) for f in fields(measures.seed)}
    flat |= {f"triplet.{f.name}": getattr(measures.triplet, f.name) for f in fields(measures.triplet)}
    for name, value in flat.items():
        if not math.isfinite(value):
            raise NotANumber(name, value)


def _own(found: Measures, limits: Limits) -> Iterator[_Missed | None]:
    yield _color(found, limits)
    yield _above(found.delta_e_palette, limits.palette, f"palette: mean ΔE00 {found.delta_e_palette:.1f}")
    yield _above(found.delta_e_p95, limits.p95, f"palette: 95th percentile ΔE00 {found.delta_e_p95:.1f}")
    yield _lost(found.structure, limits.texture, "texture: structure", "inside the garment", limits.gross)
    what = f"spill: ΔE00 {found.spill:.1f} in the worst tile outside the garment"
    yield _above(found.spill, limits.spill, what, gross=found.spill > limits.gross * limits.spill)
    what = f"rim: ΔE00 {found.rim:.1f} of old color along the garment's edge"
    yield _above(found.rim, limits.rim, what, gross=found.rim > limits.gross * limits.rim)
    yield _lost(found.sci, limits.coherence, "coherence: share", "of the patches reached their target")


def _color(found: Measures, limits: Limits) -> _Missed | None:
    """Judge the median, or the palette where the median is blind; further off than before is a failure."""
    if found.median_blind:
        what = f"color: mean ΔE00 {found.delta_e_palette:.1f} over the palette of several colors"
        return _above(found.delta_e_palette, limits.color, what)
    what = f"color: median ΔE00 {found.delta_e_median:.1f} to the target"
    worse = found.triplet.after > found.triplet.before + limits.worse
    if worse:
        what += f", {found.triplet.before:.1f} before the correction"
    return _above(found.delta_e_median, limits.color, what, gross=worse)


def _seed(found: Measures, limits: Limits) -> Iterator[_Missed | None]:
    seed = found.seed
    worse = found.triplet.after > found.triplet.before + limits.worse
    what = f"color: median ΔE00 {seed.delta_e_median:.1f} to the target"
    yield _above(seed.delta_e_median, limits.color, what, gross=worse)
    what = f"color: 95th percentile ΔE00 {seed.delta_e_p95:.1f} to the target's median"
    yield _above(seed.delta_e_p95, limits.p95, what)
    yield _lost(seed.ssim, limits.texture, "texture: SSIM", "over the bounding box", limits.gross)
    what = f"spill: median ΔE00 {seed.spill:.2f} in the ring outside the garment"
    yield _above(seed.spill, limits.spill, what, gross=seed.spill > limits.gross * limits.spill)


def doubts(garment: Garment | None, limits: Limits) -> Iterator[str]:
    """Yield why a human should look at where the garment was found."""
    if garment is None:
        return
    if garment.way == "heuristic":
        yield "garment: found by the heuristic of last resort; check the mask"
    if garment.confidence < limits.confidence:
        what = f"garment: found with confidence {garment.confidence:.2f}"
        yield f"{what}, at least {limits.confidence:.2f} wanted"


def unsuited(distance: float, palette: float, limits: Limits) -> Iterator[str]:
    """Yield why the reference may show another garment.

    distance   CIEDE2000 between the medians before the correction
    palette    mean CIEDE2000 over the palettes after it
    """
    most = limits.move * (2 if palette <= ALIKE else 1)
    if distance > most:
        what = (
            f"reference: it may show another garment: ΔE00 {distance:.1f} from the photo's before correction"
        )
        yield f"{what}, at most {most:.1f} is likely"


def _above(value: float, limit: float, what: str, *, gross: bool = False) -> _Missed | None:
    return _Missed(f"{what}, at most {limit:.1f} wanted", gross) if value > limit else None


def _lost(value: float, limit: float, name: str, where: str, gross: float = math.inf) -> _Missed | None:
    """Judge a share of something that should be kept; the loss allowed is 1 - limit."""
    if value >= limit:
        return None
    too_much = 1 - value > gross * (1 - limit)
    return _Missed(f"{name} {value:.2f} {where}, at least {limit:.2f} wanted", too_much)
