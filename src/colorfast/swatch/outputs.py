"""What a palette is handed out as: rows of CSV, JSON, a picture, swatch files."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from colorfast.color.spaces import lab_to_rgb
from colorfast.errors import SettingsError, WriteError
from colorfast.files import reason, write_atomically
from colorfast.records import Lab
from colorfast.swatch.ase import write_ase
from colorfast.swatch.chart import draw_chart, to_png
from colorfast.swatch.gpl import write_gpl
from colorfast.swatch.palette import Collection, Tone
from colorfast.swatch.records import Library, Swatch

COLUMNS = ("class", "type_of", "rank", "name", "hex", "L", "a", "b", "share", "photos", "change")


def targets(out: Path) -> tuple[Path, ...]:
    """Return the files that `-o OUT` means: one, by its suffix, or all of FORMATS in a folder, which is made.

    Raises SettingsError for an unknown suffix, WriteError where there can be no such folder.
    """
    if out.suffix and not out.is_dir():
        if out.suffix.lower() not in FORMATS:
            raise SettingsError("palette file", out.name, f"a folder, or one of {', '.join(FORMATS)}")
        return (out,)
    _make(out)
    return tuple(out / f"palette{suffix}" for suffix in FORMATS)


def write_palette(found: Collection, paths: tuple[Path, ...], title: str) -> None:
    """Write a palette into files, each in the format of its suffix. Raises WriteError."""
    for path in paths:
        write_atomically(path, FORMATS[path.suffix.lower()](found, title))


def rows_of(found: Collection) -> dict[str, Any]:
    """Return everything about the palettes as JSON takes it."""
    return {
        "photos": found.photos,
        "by": found.by,
        "periods": list(found.periods),
        "undated": found.undated,
        "classes": [
            {
                "class": one.name,
                "type_of": one.type_of,
                "photos": one.photos,
                "counts": list(one.counts),
                "colors": [_color(tone) for tone in one.tones],
            }
            for one in found.palettes
        ],
    }


def swatches_of(found: Collection) -> Library:
    """Return the colors as swatches, a group for each class."""
    return tuple(
        Swatch(name=f"{tone.name} {tone.share:.0%}", lab=tone.lab, group=one.name)
        for one in found.palettes
        for tone in one.tones
    )


def hex_of(lab: Lab) -> str:
    """Return a color as '#7b2d26'."""
    return "#{:02x}{:02x}{:02x}".format(*lab_to_rgb(lab, np.uint8))


def _color(tone: Tone) -> dict[str, Any]:
    return {
        "name": tone.name,
        "hex": hex_of(tone.lab),
        "lab": [round(float(value), 2) for value in tone.lab],
        "share": round(tone.share, 4),
        "photos": round(tone.photos, 4),
        "change": None if tone.change is None else round(tone.change, 4),
        "trend": [None if math.isnan(share) else round(share, 4) for share in tone.trend],
    }


def _csv(found: Collection, _: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *found.periods))
    for one in found.palettes:
        for rank, tone in enumerate(one.tones, start=1):
            row = _color(tone)
            cells = (row["name"], row["hex"], *row["lab"], row["share"], row["photos"], row["change"])
            writer.writerow((one.name, one.type_of, rank, *cells, *row["trend"]))
    return text.getvalue().encode()


def _json(found: Collection, _: str) -> bytes:
    return (json.dumps(rows_of(found), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(folder, reason(error)) from error


FORMATS: Mapping[str, Callable[[Collection, str], bytes]] = {
    ".png": lambda found, title: to_png(draw_chart(found, title)),
    ".csv": _csv,
    ".json": _json,
    ".ase": lambda found, _: write_ase(swatches_of(found)),
    ".gpl": lambda found, title: write_gpl(swatches_of(found), title),
}
