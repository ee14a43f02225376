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
    """Its name in `Measures` and in every row."""
    name: str
    meaning: str
    advice: str
    """What to do when its limit is not kept."""
    higher_is_better: bool = False

    def keeps(self, value: float, limit: float) -> bool:
        """Return whether `value` keeps `limit`; both in the metric's own unit."""
        return value >= limit if self.higher_is_better else value <= limit


METRICS = (
    Metric(
        key="delta_e_median",
        name="Color",
        meaning="CIEDE2000 between the median colors of garment and reference",
        advice="Make sure that the reference shows this very garment; then try another --method, or --mask.",
    ),
    Metric(
        key="delta_e_palette",
        name="Palette",
        meaning="mean CIEDE2000 over all colors of the garment, each against its partner in the reference",
        advice="One of several colors is off: look where the heatmap is red, and give a --mask if it strays.",
    ),
    Metric(
        key="delta_e_p95",
        name="Palette, worst 5 %",
        meaning="95th percentile of the same differences",
        advice="A small part is far off, often a print or a fold: look where the heatmap is red.",
    ),
    Metric(
        key="ssim",
        name="Texture",
        meaning="SSIM on lightness inside the garment, 1 is untouched",
        advice="Folds or weave changed: compare them at full size, and lower --strength if they look flat.",
        higher_is_better=True,
    ),
    Metric(
        key="structure",
        name="Structure",
        meaning="the contrast and structure part of SSIM, blind to a wanted change of lightness",
        advice="Detail was lost: compare seams at full size, and lower --strength or change --method.",
        higher_is_better=True,
    ),
    Metric(
        key="spill",
        name="Spill",
        meaning="change of skin, hair and background, 95th percentile of CIEDE2000",
        advice="Something beside the garment changed: look at skin and backdrop, and give a tighter --mask.",
    ),
    Metric(
        key="rim",
        name="Rim",
        meaning="old color left in the two pixels inside the garment's edge, CIEDE2000",
        advice="The old color shows along the edge: zoom in there, and give a --mask that reaches the edge.",
    ),
    Metric(
        key="sci",
        name="Evenness",
        meaning="share of the garment's patches that reached their own target color",
        advice="Some places were corrected less than others: look for yellow and red patches in the heatmap.",
        higher_is_better=True,
    ),
)

SEED_METRICS = ("delta_e_median", "delta_e_p95", "ssim", "spill", "sci")

AFTER_AN_ERROR: Mapping[str, str] = {
    "file-missing": "Check the path, or the spelling in the manifest, and run the batch again.",
    "not-a-picture": "Export the picture again from its source, and run the batch again.",
    "too-large": "Export a smaller copy, or raise the limit in the settings.",
    "mask-size": "Export the mask at the size of the photo, and run the batch again.",
    "mask-too-small": "Give a mask that covers the garment, or a larger photo.",
    "garment-not-found": "Give a mask of the garment in the reference, or a reference on a plain backdrop.",
    "bad-color": "Write the target as '#7b2d26' or 'lab(32 33 22)', and run the batch again.",
    "unwritable": "Make room or grant access where the results go, and run the batch again.",
    "worker-died": "Run the batch again to retry this pair; use fewer workers if memory ran out.",
}
AFTER_ANY_ERROR = "Mend what the message names, and run the batch again: it does only what is not done yet."
LOOK_AGAIN = "Compare the two pictures at full size before this one is published."


def broken_limits(row: Mapping[str, Any], limits: Mapping[str, float]) -> tuple[Metric, ...]:
    """Return the metrics of a row that do not keep their limit.

    limits   metric key to limit; which side is the good one is the metric's own business
    """
    measured = row["metrics"]
    if measured is None:
        return ()
    watched = (metric for metric in METRICS if metric.key in limits)
    return tuple(m for m in watched if not m.keeps(measured[m.key], limits[m.key]))


def next_steps(row: Mapping[str, Any], limits: Mapping[str, float]) -> tuple[str, ...]:
    """Return what a person can do about a row, most useful first; nothing for a pass."""
    if row["verdict"] == "pass":
        return ()
    if row.get("error"):
        return (AFTER_AN_ERROR.get(row["error"]["code"], AFTER_ANY_ERROR),)
    return tuple(metric.advice for metric in broken_limits(row, limits)) or (LOOK_AGAIN,)
