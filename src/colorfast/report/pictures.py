"""All pictures of one finished pair as JPEG files, drawn at display size.

The error maps come from verify, which this stage does not know: (h, w) CIEDE2000 to the coupled target for
the garment's box, before and after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorfast.color.spaces import lab_to_rgb
from colorfast.records import Result
from colorfast.report.canvas import (
    SMALLEST_DRAWING,
    Picture,
    ReportSettings,
    display,
    resized,
    to_jpeg,
)
from colorfast.report.heatmap import ErrorMap, heatmap
from colorfast.report.panel import Cell, difference, panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The JPEG files that a report shows for one pair; heatmap has the shape of before and after."""

    before: bytes
    after: bytes
    reference: bytes
    """The reference photo, or a swatch of the target color where there was none."""
    heatmap: bytes
    triplet: bytes


def draw(
    result: Result, before_error: ErrorMap, after_error: ErrorMap, settings: ReportSettings | None = None
) -> Pictures:
    """Return the pictures of a finished pair.

    before_error, after_error   (h, w) CIEDE2000 to the coupled target, for `result.garment.box`
    """
    settings = settings or ReportSettings()
    before, after = display(result.before, settings.height), display(result.after, settings.height)
    reference = _reference(result, settings.height)
    canvas: Picture = resized(after, max(SMALLEST_DRAWING, after.shape[0]))
    gained = difference(canvas, before_error, after_error, result.garment)
    triplet = panel(_cells(result, (reference, before, after, gained)))
    shown = (before, after, reference, heatmap(canvas, after_error, result.garment), triplet)
    encoded = [to_jpeg(picture, settings.quality) for picture in shown]
    return Pictures(
        before=encoded[0], after=encoded[1], reference=encoded[2], heatmap=encoded[3], triplet=encoded[4]
    )


def _reference(result: Result, height: int) -> Picture:
    """Return the reference photo, or a swatch of the target color in the photo's shape."""
    if result.reference is not None:
        return display(result.reference, height)
    h, w = result.after.size
    swatch: Picture = lab_to_rgb(result.target.median.reshape(1, 1, 3), np.uint8)
    small = min(h, height)
    return np.broadcast_to(swatch, (small, max(1, round(w * small / h)), 3)).copy()


def _cells(result: Result, pictures: tuple[Picture, ...]) -> list[Cell]:
    triplet = result.measures.triplet
    titles = ("Reference", "Before", "After", "Difference")
    notes = (
        "the color wanted" if result.reference is None else "the product photo",
        f"ΔE {triplet.before:.2f} from the reference",
        f"ΔE {triplet.after:.2f} · {result.judgement.verdict}",
        "blue: nearer · orange: farther",
    )
    return [Cell(picture=p, title=t, note=n) for p, t, n in zip(pictures, titles, notes, strict=True)]
