"""The palette of a collection as a picture: a row of colors for each class, as wide as their shares.

A `Collection` comes in, sRGB uint8 (h, w, 3) goes out. Where there is a trend, the colors of each period stand
below those of all, one strip a period.
"""

from __future__ import annotations

import numpy as np
import pyvips

from colorfast.color.spaces import lab_to_rgb
from colorfast.records import Array
from colorfast.report.canvas import PAPER, Picture, lettered, text_width
from colorfast.swatch.palette import ClassPalette, Collection

WIDTH, MARGIN, LEFT = 1200, 28, 190  # pixels: of all, around it, of the names of classes and periods
BAR, STRIP, GAP = 84, 20, 30  # height of a row of colors, of a period, and between rows
LINE, HEADING, SMALL = 20, 22, 13  # height of a line of text, and sizes of letters


def draw_chart(found: Collection, title: str) -> Picture:
    """Return the chart."""
    photos = f"{found.photos} photo{'s' if found.photos != 1 else ''}"
    page = _blank(MARGIN + HEADING + 14)
    page = lettered(page, title, (MARGIN, MARGIN + HEADING - 4), HEADING, bold=True)
    page = lettered(page, photos, (WIDTH - MARGIN - text_width(photos, 15), MARGIN + HEADING - 4), 15)
    return np.vstack([page, *(_row(one, found.periods) for one in found.palettes), _blank(MARGIN // 2)])


def to_png(picture: Picture) -> bytes:
    """Return the picture as a PNG file, sRGB."""
    image = pyvips.Image.new_from_array(np.ascontiguousarray(picture), interpretation="srgb")
    encoded: bytes = image.pngsave_buffer(keep="none")
    return encoded


def _row(one: ClassPalette, periods: tuple[str, ...]) -> Picture:
    """Return the row of a class: its colors, their names and shares, and a strip for each period."""
    page = _blank(GAP + BAR + 2 * LINE + STRIP * len(periods))
    indent = 0 if one.type_of is None else 16
    page = lettered(page, one.name, (MARGIN + indent, GAP + 24), 17, bold=not indent)
    page = lettered(page, f"in {one.photos}", (MARGIN + indent, GAP + 46), SMALL)
    edges = _edges([tone.share for tone in one.tones])
    page = _fill(page, one, edges, GAP, BAR)
    for tone, start, stop in zip(one.tones, edges, edges[1:], strict=False):
        for number, text in enumerate((tone.name, f"{tone.share:.0%}{_arrow(tone.change)}")):
            if text_width(text, SMALL) < stop - start - 6:
                page = lettered(page, text, (start + 2, GAP + BAR + 17 + number * 17), SMALL)
    for number, period in enumerate(periods):
        top = GAP + BAR + 2 * LINE + number * STRIP
        page = lettered(page, period, (MARGIN + indent, top + 14), SMALL)
        trend = [tone.trend[number] for tone in one.tones]
        if np.isfinite(trend).all():
            page = _fill(page, one, _edges(trend), top, STRIP - 3)
    return page


def _fill(page: Picture, one: ClassPalette, edges: list[int], top: int, height: int) -> Picture:
    filled = page.copy()
    for tone, start, stop in zip(one.tones, edges, edges[1:], strict=False):
        filled[top : top + height, start:stop] = lab_to_rgb(tone.lab, np.uint8)
    return filled


def _edges(shares: list[float]) -> list[int]:
    """Return where colors begin and the last one ends."""
    ends: Array = np.concatenate([[0.0], np.cumsum(shares)]) / max(sum(shares), 1e-9)
    return [int(place) for place in np.rint(LEFT + ends * (WIDTH - LEFT - MARGIN))]


def _arrow(change: float | None) -> str:
    return "" if change is None or abs(change) < 0.005 else f"  {100 * change:+.0f}"


def _blank(height: int) -> Picture:
    return np.full((height, WIDTH, 3), PAPER, np.uint8)
