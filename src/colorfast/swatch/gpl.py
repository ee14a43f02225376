"""GIMP palettes: text in, swatches out, and back. Format: GIMP's own palettes, devel-docs/gpl.

GIMP Palette
Name: autumn
Columns: 0
#
123  45  38 Burgundy
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.errors import SwatchError
from colorfast.swatch.records import Library, Swatch

MAGIC = "GIMP Palette"
ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+(\d+)(?:\s+(.*?))?\s*$")
HEADER = re.compile(r"(Name|Columns):", re.IGNORECASE)


def read_gpl(data: bytes, path: Path) -> Library:
    """Return the swatches of a file in its order, nameless ones by their hex value. Raises SwatchError."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise SwatchError(path, f"it is not UTF-8 at byte {error.start}") from None
    if not lines or lines[0].strip() != MAGIC:
        raise SwatchError(path, f"its first line is not {MAGIC!r}")
    rows = ((number, line) for number, line in enumerate(lines[1:], start=2))
    return tuple(
        _swatch(line, number, path)
        for number, line in rows
        if line.strip() and not line.lstrip().startswith("#") and not HEADER.match(line)
    )


def write_gpl(library: Library, name: str) -> bytes:
    """Return the bytes of a file. GIMP knows no groups: a group stands before its colors' names."""
    title = " ".join(name.split())
    lines = [MAGIC, f"Name: {title}", "Columns: 0", "#"]
    for one in library:
        red, green, blue = lab_to_rgb(one.lab, np.uint8)
        label = " ".join(f"{one.group} {one.name}".split())
        lines.append(f"{red:3d} {green:3d} {blue:3d}\t{label}")
    return ("\n".join(lines) + "\n").encode()


def _swatch(line: str, number: int, path: Path) -> Swatch:
    found = ROW.match(line)
    if found is None:
        raise SwatchError(path, f"line {number}: {line.strip()!r} is not red, green, blue and a name")
    codes = [int(found[c]) for c in (1, 2, 3)]
    if max(codes) > 255:
        raise SwatchError(path, f"line {number}: {max(codes)} is more than 255")
    name = found[4] or "#{:02x}{:02x}{:02x}".format(*codes)
    return Swatch(name=name, lab=rgb_to_lab(np.array(codes, np.uint8)))
