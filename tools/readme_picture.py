"""Draw the README's picture: reference, before and after of two pairs of the demo.

    python tools/readme_picture.py [FILE]     default docs/images/before-after.jpg

The portrait is NASA's picture of Eileen Collins, in the public domain; the striped shirt is rendered.
Both photos were given a color error by the demo (seed 1) and corrected with the demo's masks; the numbers in the
captions are the medians that `colorfast demo` prints.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from colorfast.bench.demo import run_demo
from colorfast.files import write_atomically
from colorfast.read import read_photo
from colorfast.read.write import encode_jpeg
from colorfast.report.canvas import PAPER, Picture, lettered, stretched
from colorfast.report.rows import Row

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "before-after.jpg"
IDS = ("astronaut", "stripes")
SIDE, GAP, CAPTION, LETTER = 440, 12, 40, 19  # pixels
QUALITY = 88


def main(arguments: list[str]) -> int:
    """Run the demo in a temporary folder and write the sheet."""
    path = Path(arguments[0]) if arguments else PICTURE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {row["id"]: row for row in run_demo(folder).rows}
        drawn = np.vstack([strip(folder, rows[each]) for each in IDS])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, encode_jpeg(drawn, QUALITY))
    return 0


def strip(folder: Path, row: Row) -> Picture:
    """Return reference, before and after of one pair side by side, captions above."""
    each, triplet = row["id"], row["metrics"]["triplet"]
    files = {
        "reference": folder / "pairs" / f"still-life-{each}.png",
        f"before: ΔE00 {triplet['before']:.1f}": folder / "pairs" / f"on-model-{each}.png",
        f"after: ΔE00 {triplet['after']:.1f}": folder / f"corrected-on-model-{each}.png",
    }
    sheet: Picture = np.full((CAPTION + SIDE + GAP, GAP + 3 * (SIDE + GAP), 3), PAPER, np.uint8)
    for index, (title, path) in enumerate(files.items()):
        left = GAP + index * (SIDE + GAP)
        sheet[CAPTION : CAPTION + SIDE, left : left + SIDE] = square(read_photo(path).pixels)
        sheet = lettered(sheet, title, (left, CAPTION - 12), LETTER, bold=True)
    return sheet


def square(pixels: Picture) -> Picture:
    """Return the upper middle of a picture, (SIDE, SIDE, 3)."""
    h, w = pixels.shape[:2]
    side = min(h, w)
    top, left = (h - side) // 4, (w - side) // 2
    cut: Picture = stretched(pixels[top : top + side, left : left + side], (SIDE, SIDE))
    return cut


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
