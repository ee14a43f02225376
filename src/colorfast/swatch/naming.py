"""Names for colors: Lab in, the nearest name of an open dictionary out.

The dictionary is that of the xkcd color survey (Munroe 2010, CC0 1.0): what 222,500 people called colors on their
screens. tools/derive_color_names.py makes it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.notation import parse_color
from colorfast.records import Lab

TABLE = Path(__file__).parent / "names.csv"


def names_of(colors: Lab) -> list[str]:
    """Return a name for each color (n, 3), no name twice: the first of two colors gets the one near both."""
    names, known = _dictionary()
    found: list[str] = []
    for color in colors:
        order = np.argsort(delta_e_2000(known, color), kind="stable")
        found.append(next(names[place] for place in order if names[place] not in found))
    return found


@cache
def _dictionary() -> tuple[Sequence[str], Lab]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(row["name"] for row in rows), np.stack([parse_color(row["hex"]) for row in rows])
