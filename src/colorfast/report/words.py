"""What each metric and error is called, what it means, and what to do about it, in plain words.

One table for every reader: the console, the Markdown summary and the page all speak from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measured quality, in words."""

    key: str
    """Its name in a row's metrics; a dot leads into a group, as in seed.ssim."""
    limit: str
    """Name of its limit in the [limits] settings; empty when it is never judged."""
    name: str
    meaning: str
    advice: str = ""
    """What to do when its limit is not kept."""
    higher_is_better: bool = False

    def of(self, metrics: Mapping[str, Any]) -> float:
        """Return the value of this metric in a row's metrics."""
        group, _, key = self.key.rpartition(".")
        value: float = (metrics[group] if group else metrics)[key]
        return value

    def keeps(self, value: float, limit: float) -> bool:
        """Return whether `value` keeps `limit`; both in the metric's own unit."""
        return value >= limit if self.higher_is_better else value <= limit


MEDIAN_ADVICE = (
    "Make sure that the reference shows this very garment; then try another --method, or give a --mask."
)
REFERENCE_ADVICE = (
    "Look whether the reference shows this very garment; if it does, this picture may be published."
)
P95_ADVICE = "A small part is far off, often a print or a fold: look where the heatmap is red."
TEXTURE_ADVICE = "Detail was lost: compare seams at full size, and lower --strength or change --method."
SPILL_ADVICE = "Something beside the garment changed: look at skin and backdrop, and give a tighter --mask."

METRICS = (
    Metric(
        key="delta_e_median",
        limit="color",
        name="Color",
        meaning="CIEDE2000 between the median colors of garment and reference",
        advice=MEDIAN_ADVICE,
    ),
    Metric(
        key="delta_e_palette",
        limit="palette",
        name="Palette",
        meaning="mean CIEDE2000 over the garment's colors, each against its partner in the reference",
        advice="One of several colors is off: look where the heatmap is red, and give a --mask if it strays.",
    ),
    Metric(
        key="delta_e_p95",
        limit="p95",
        name="Palette, worst 5 %",
        meaning="95th percentile of the same differences",
        advice=P95_ADVICE,
    ),
    Metric(
        key="structure",
        limit="texture",
        name="Texture",
        meaning="structure term of SSIM on lightness inside the garment; 1 is untouched",
        advice=TEXTURE_ADVICE,
        higher_is_better=True,
    ),
    Metric(
        key="ssim",
        limit="",
        name="SSIM",
        meaning="SSIM on lightness inside the garment; a wanted change of lightness lowers it too",
        higher_is_better=True,
    ),
    Metric(
        key="spill",
        limit="spill",
        name="Spill",
        meaning="CIEDE2000 of what changed beside the garment: skin, hair and background",
        advice=SPILL_ADVICE,
    ),
    Metric(
        key="rim",
        limit="rim",
        name="Rim",
        meaning="old color left along the garment's edge, CIEDE2000",
        advice="The old color shows along the edge: zoom in there, and give a --mask that reaches the edge.",
    ),
    Metric(
        key="sci",
        limit="coherence",
        name="Coherence",
        meaning="share of the garment's patches that reached their own target color",
        advice="Some places were corrected less than others: look for yellow and red in the heatmap.",
        higher_is_better=True,
    ),
)

SEED_METRICS = (
    Metric(
        key="seed.delta_e_median",
        limit="color",
        name="Color (DeltaE)",
        meaning="CIEDE2000 between the two medians",
        advice=MEDIAN_ADVICE,
    ),
    Metric(
        key="seed.delta_e_p95",
        limit="p95",
        name="P95 (DeltaE)",
        meaning="95th percentile of CIEDE2000 to the reference's median",
        advice=P95_ADVICE,
    ),
    Metric(
        key="seed.ssim",
        limit="texture",
        name="SSIM (DeltaE)",
        meaning="SSIM of 8-bit gray over the bounding box",
        advice=TEXTURE_ADVICE,
        higher_is_better=True,
    ),
    Metric(
        key="seed.spill",
        limit="spill",
        name="Spill (DeltaE)",
        meaning="median CIEDE2000 in the ring outside the garment",
        advice=SPILL_ADVICE,
    ),
    Metric(
        key="seed.sci",
        limit="",
        name="SCI (DeltaE)",
        meaning="1 / (1 + variance over patches)",
        higher_is_better=True,
    ),
)
"""The same qualities by the definitions of the DeltaE project, which the preset "seed" judges."""

AFTER_AN_ERROR: Mapping[str, str] = {
    "file-missing": "Check the path, or the spelling in the manifest, and run the batch again.",
    "not-a-picture": "Export the picture again from its source, and run the batch again.",
    "too-large": "Export a smaller copy, or raise the limit in the settings.",
    "mask-size": "Export the mask at the size of the photo, and run the batch again.",
    "mask-too-small": "Give a mask that covers the garment, or a larger photo.",
    "garment-not-found": "Give a mask of the garment in the reference, or a reference on a plain backdrop.",
    "bad-color": "Write the target as '#7b2d26' or 'lab(32 33 22)', and run the batch again.",
    "unwritable": "Make room or grant access where the results go, and run the batch again.",
    "crashed": "This is a defect of colorfast: report it with the crash file named above.",
    "worker-died": "Run the batch again to retry this pair; use fewer workers if memory ran out.",
}
AFTER_ANY_ERROR = "Mend what the message names, and run the batch again: it does only what is not done yet."
LOOK_AGAIN = "Compare the two pictures at full size before this one is published."


def limits_by_metric(limits: Mapping[str, Any]) -> dict[str, float]:
    """Return metric key to limit, for the metrics that were judged.

    limits   the [limits] settings as a dictionary; its `definitions` says whose metrics they hold for
    """
    judged = SEED_METRICS if limits["definitions"] == "seed" else METRICS
    return {metric.key: float(limits[metric.limit]) for metric in judged if metric.limit}


def broken_limits(row: Mapping[str, Any], limits: Mapping[str, float]) -> tuple[Metric, ...]:
    """Return the metrics of a row that do not keep their limit.

    limits   metric key to limit; which side is the good one is the metric's own business

    A median beyond its limit counts if the verdict speaks of color: in a print it may stand for no color at all.
    """
    measured = row["metrics"]
    if measured is None:
        return ()
    watched = (metric for metric in (*METRICS, *SEED_METRICS) if metric.key in limits)
    broken = (m for m in watched if not m.keeps(m.of(measured), limits[m.key]))
    of_color = any(reason.startswith("color") for reason in row["reasons"])
    return tuple(m for m in broken if of_color or m.limit != "color")


def next_steps(row: Mapping[str, Any], limits: Mapping[str, float]) -> tuple[str, ...]:
    """Return what a person can do about a row, most useful first; nothing for a pass."""
    if row["verdict"] == "pass":
        return ()
    if row.get("error"):
        return (AFTER_AN_ERROR.get(row["error"]["code"], AFTER_ANY_ERROR),)
    advice = [metric.advice for metric in broken_limits(row, limits)]
    if any(reason.startswith("reference") for reason in row["reasons"]):
        advice.insert(0, REFERENCE_ADVICE)
    return tuple(advice) or (LOOK_AGAIN,)
