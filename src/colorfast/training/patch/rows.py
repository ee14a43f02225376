"""Measured patches: data.csv of a folder in, planes, true Lab and where each row comes from out.

Columns: set (one camera in one light), patch, L, a, b as the photo shows them, EXIF values by their names, L-true,
a-true, b-true by an instrument.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from colorfast.color.spaces import lab_to_rgb
from colorfast.errors import PairsError
from colorfast.read.exif import Exposure, exposure_of
from colorfast.records import Array, Lab
from colorfast.swatch.patch_inputs import UNKNOWN, planes_of, words_of

TABLE = "data.csv"
NEEDED = ("set", "patch", "L", "a", "b", "L-true", "a-true", "b-true")


class Rows(NamedTuple):
    """Measured patches."""

    shown: Lab
    """(n, 3) as the photo shows them."""
    true: Lab
    """(n, 3) by an instrument."""
    exposures: Sequence[Exposure]
    sets: Array
    """(n,) names of cameras in lights."""
    patches: Array
    """(n,) names of colors."""

    @property
    def cameras(self) -> Array:
        """(n,) names."""
        return np.array([one.camera for one in self.exposures])

    def of(self, chosen: Array) -> Rows:
        """Return some of them, by a mask (n,)."""
        exposures = [one for one, wanted in zip(self.exposures, chosen, strict=True) if wanted]
        return Rows(self.shown[chosen], self.true[chosen], exposures, self.sets[chosen], self.patches[chosen])


def has_rows(folder: Path) -> bool:
    """Whether a folder holds measured rows; a CSV file is taken for them."""
    return folder.suffix.lower() == ".csv" or (folder / TABLE).is_file()


def read_rows(folder: Path) -> Rows:
    """Return the rows of data.csv in a folder, or of a CSV file. Raises PairsError."""
    path = folder / TABLE if folder.is_dir() else folder
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise PairsError(path, "no measured patches: there is no such file") from error
    if not rows or not set(NEEDED) <= rows[0].keys():
        raise PairsError(path, f"no measured patches: the columns {', '.join(NEEDED)} are needed")
    try:
        shown, true = (_colors(rows, end) for end in ("", "-true"))
    except ValueError as error:
        raise PairsError(path, f"a color is no number: {error}") from error
    sets, patches = (np.array([row[name] for row in rows]) for name in ("set", "patch"))
    return Rows(shown, true, [exposure_of(row) for row in rows], sets, patches)


def planes(rows: Rows, cameras: Sequence[str]) -> Array:
    """Return (n, PLANES, SIDE, SIDE); cameras that are not among the names are unknown."""
    rgb = np.asarray(lab_to_rgb(rows.shown, np.float32))
    places = {name: number for number, name in enumerate(cameras, start=UNKNOWN + 1)}
    return np.stack(
        [
            planes_of(color, None, words_of(said, places.get(said.camera, UNKNOWN), surrounded=False))
            for color, said in zip(rgb, rows.exposures, strict=True)
        ]
    )


def _colors(rows: Sequence[Mapping[str, str]], end: str) -> Lab:
    return np.array([[float(row[f"{axis}{end}"]) for axis in "Lab"] for row in rows], np.float32)
