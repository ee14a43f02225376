"""Write src/colorfast/swatch/names.csv: the names of the xkcd color survey, less those no catalog would print.

    python tools/derive_color_names.py

Source: Munroe 2010, results of the xkcd color survey, CC0 1.0, as matplotlib carries them. Their hexadecimal values
are sRGB; gray is spelled so.
"""

from __future__ import annotations

import csv
from pathlib import Path

from matplotlib.colors import XKCD_COLORS

TARGET = Path(__file__).parents[1] / "src" / "colorfast" / "swatch" / "names.csv"
UNFIT = (
    "poo",
    "shit",
    "puke",
    "vomit",
    "barf",
    "snot",
    "booger",
    "piss",
    "diarrhea",
    "bile",
    "blood",
    "sick",
)
VAGUE = ("dark", "ugly blue", "ugly brown", "ugly green", "ugly pink", "ugly purple", "ugly yellow")


def _american(name: str) -> str:
    return name.removeprefix("xkcd:").replace("grey", "gray")


def main() -> None:
    """Write the table."""
    rows = sorted({(_american(name), value) for name, value in XKCD_COLORS.items()})
    kept = [row for row in rows if not any(word in row[0] for word in UNFIT) and row[0] not in VAGUE]
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "hex"))
        writer.writerows(kept)


if __name__ == "__main__":
    main()
