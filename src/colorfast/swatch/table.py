"""Swatches in CSV: bytes in, swatches out. A color is a spectrum, Lab under D65, or sRGB, in that order:

name, group?, R400, R410, …        reflectance by nm, 0..1 or percent; also 400, 410nm, SPECTRAL_NM_400
name, group?, L, a, b              also L*, LAB_L
name, group?, hex                  '#7b2d26' or whatever --target takes
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from colorfast.color.notation import parse_color
from colorfast.errors import ColorError, SwatchError
from colorfast.swatch.cxf import FEWEST, checked
from colorfast.swatch.records import Library, Spectrum, Swatch
from colorfast.swatch.spectra import lab_of

WAVELENGTH = re.compile(r"(?:R_?|SPECTRAL_NM_?|NM_?)?(\d{3})(?:\.0+)?(?:\s*NM)?", re.IGNORECASE)
NAMES = {
    "name": ("name", "sample_name", "swatch"),
    "group": ("group", "collection"),
    "hex": ("hex", "color", "srgb"),
    "L": ("l", "l*", "lab_l"),
    "a": ("a", "a*", "lab_a"),
    "b": ("b", "b*", "lab_b"),
}
PERCENT = 3.0  # a reflectance above this is meant in percent


def read_table(data: bytes, path: Path) -> Library:
    """Return the swatches of a file in its order. Raises SwatchError, which names the row."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SwatchError(path, f"it is not UTF-8 at byte {error.start}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        columns = _columns(header, path)
        waves = _wavelengths(header, path)
        return tuple(
            _swatch(cells, columns, waves, f"row {reader.line_num}", path) for cells in reader if any(cells)
        )
    except csv.Error as error:
        raise SwatchError(path, f"row {reader.line_num}: {error}") from None


def _columns(header: list[str], path: Path) -> dict[str, int]:
    """Return where each known column stands."""
    lower = [cell.lower() for cell in header]
    found = {
        key: next((lower.index(one) for one in names if one in lower), -1) for key, names in NAMES.items()
    }
    if found["name"] < 0:
        raise SwatchError(path, "row 1: no column name")
    return {key: place for key, place in found.items() if place >= 0}


def _wavelengths(header: list[str], path: Path) -> dict[int, int]:
    """Return the column of each wavelength, nm, in steps of one length."""
    found = {int(hit[1]): place for place, cell in enumerate(header) if (hit := WAVELENGTH.fullmatch(cell))}
    steps = set(np.diff(sorted(found)))
    if found and (len(found) < FEWEST or len(steps) != 1):
        raise SwatchError(
            path, f"row 1: {len(found)} wavelengths in steps of {sorted(map(int, steps))} nm, not of one"
        )
    return dict(sorted(found.items()))


def _swatch(
    cells: list[str], columns: Mapping[str, int], waves: Mapping[int, int], where: str, path: Path
) -> Swatch:
    said = {key: cells[place].strip() for key, place in columns.items() if place < len(cells)}
    if not said.get("name"):
        raise SwatchError(path, f"{where}: no name")
    name, group = said["name"], said.get("group", "")
    try:
        if waves:
            values = np.array([float(cells[place]) for place in waves.values()])
            start, following = list(waves)[:2]
            spectrum = Spectrum(
                float(start), float(following - start), values / (100 if values.max() > PERCENT else 1)
            )
            spectrum = checked(spectrum, where, path)
            return Swatch(name=name, lab=lab_of(spectrum), group=group, spectrum=spectrum)
        if {"L", "a", "b"} <= said.keys():
            numbers = " ".join(str(float(said[key])) for key in ("L", "a", "b"))
            return Swatch(name=name, lab=parse_color(f"lab({numbers})"), group=group)
        return Swatch(name=name, lab=parse_color(said.get("hex", "")), group=group)
    except (ValueError, IndexError):
        raise SwatchError(path, f"{where}, {name!r}: a number is missing or is none") from None
    except ColorError as error:
        raise SwatchError(path, f"{where}, {name!r}: {error.reason}") from None
