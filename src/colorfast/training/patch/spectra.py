"""Measured spectra from a folder: reflectances, lamps and camera sensitivities on one grid of wavelengths.

Only what may be carried into weights that ship is read by default: isetbio's (MIT) and rawtoaces' (Apache-2.0).
camera_ssf is for non-commercial use (CC BY-NC-SA 4.0): its cameras test a network, and train none of ours.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from colorfast.errors import PairsError
from colorfast.records import Array

NM: Array = np.arange(400.0, 701.0, 10.0)
FABRICS = (
    "clothes_vrhel",
    "munsellsamples_vrhel",
    "objects_vrhel",
    "dupontpaintchip_vrhel",
    "training190_rawtoaces",
)
FACES = ("skin_hyspex", "skin_vrhel")
LAMPS, DAYLIGHTS = "illuminants", ("D50", "D55", "D65", "D75")
CAMERAS, FOREIGN_CAMERAS = "camera_rawtoaces", "camera_ssf"


class Spectra(NamedTuple):
    """What scenes are made of, at NM."""

    fabrics: Array
    """(n, 31) reflectances."""
    faces: Array
    """(n, 31) reflectances of skin."""
    lamps: Array
    """(n, 31) relative power, mean 1."""
    daylights: Array
    """(n, 31) those of a photographer's studio, where a flash is daylight."""
    cameras: Mapping[str, Array]
    """(31, 3) by name, sensitivities, those of green sum to 1."""
    foreign: Mapping[str, Array]
    """Cameras that test a network and train none that ships."""


def read_spectra(folder: Path) -> Spectra:
    """Return the spectra of a folder. Raises PairsError where one of its files is missing or broken."""
    try:
        fabrics, faces = (
            np.concatenate([_table(folder, name) for name in names]) for names in (FABRICS, FACES)
        )
        lamps = _table(folder, LAMPS)
        lamps /= lamps.mean(axis=1, keepdims=True)
        names = _names(folder, LAMPS)
        daylights = lamps[[names.index(name) for name in DAYLIGHTS]]
        cameras = {path.stem: _rawtoaces(path) for path in sorted((folder / CAMERAS).glob("*.json"))}
        foreign = {path.stem: _camspec(path) for path in sorted((folder / FOREIGN_CAMERAS).glob("*.csv"))}
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise PairsError(folder, f"no spectra that can be used: {error}") from error
    if not cameras:
        raise PairsError(folder / CAMERAS, "no camera sensitivities there")
    return Spectra(fabrics, faces, lamps, daylights, cameras, foreign)


def _names(folder: Path, name: str) -> list[str]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
        return next(csv.reader(file))[1:]


def _table(folder: Path, name: str) -> Array:
    """Return (n, 31) of a CSV whose first column is the wavelength; ends are held."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")][1:]
    return _on_grid(np.array([[float(cell) for cell in row] for row in rows]))


def _rawtoaces(path: Path) -> Array:
    found = json.loads(path.read_text(encoding="utf-8"))["spectral_data"]["data"]["main"]
    return _camera(np.array([[float(nm), *values] for nm, values in found.items()]))


def _camspec(path: Path) -> Array:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    rows = [[float(cell) for cell in line.split(",")] for line in lines if _is_row(line)]
    return _camera(np.array(rows)[:, :4])


def _is_row(line: str) -> bool:
    return line[:1].isdigit() and line.count(",") >= 3


def _camera(table: Array) -> Array:
    found = np.maximum(_on_grid(table), 0).T
    return found / found[:, 1].sum()


def _on_grid(table: Array) -> Array:
    nm = table[:, 0]
    return np.stack([np.interp(NM, nm, column) for column in table[:, 1:].T])


def split_in_two(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names to learn from, and each fourth, to test with."""
    return [one for at, one in enumerate(names) if at % 4 != 3], list(names[3::4])
