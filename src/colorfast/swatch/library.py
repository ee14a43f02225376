"""Swatch libraries: a file in, its swatches out, whatever its format; and a color by its file and name.

brand.ase:Burgundy      brand.cxf:19-1617      wool.csv:'Autumn/Burgundy'
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from colorfast.color.difference import delta_e_2000
from colorfast.color.notation import parse_color
from colorfast.errors import SwatchError, SwatchUnknown
from colorfast.files import write_atomically
from colorfast.swatch.ase import read_ase, write_ase
from colorfast.swatch.cxf import read_cxf
from colorfast.swatch.gpl import read_gpl, write_gpl
from colorfast.swatch.records import Library, Swatch
from colorfast.swatch.spectra import LAMPS, metamerism
from colorfast.swatch.table import read_table

READERS: Mapping[str, Callable[[bytes, Path], Library]] = {
    ".ase": read_ase,
    ".gpl": read_gpl,
    ".cxf": read_cxf,
    ".csv": read_table,
}
LARGEST = 64 << 20  # bytes: the largest public libraries have some
NAMED = re.compile(rf"(.+({'|'.join(map(re.escape, READERS))})):(.*)", re.IGNORECASE | re.DOTALL)
SHOWN = 3  # near names in an error


def read_library(path: Path) -> Library:
    """Return the swatches of a file in its order, at least one. Raises SwatchError."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SwatchError(path, f"its name ends in none of {', '.join(READERS)}")
    try:
        if path.stat().st_size > LARGEST:
            raise SwatchError(path, f"it has more than {LARGEST >> 20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise SwatchError(path, error.strerror or str(error)) from error
    found = reader(data, path)
    if not found:
        raise SwatchError(path, "it holds no colors")
    return found


def find_swatch(library: Library, name: str, path: Path) -> Swatch:
    """Return the swatch of a name, or of GROUP/NAME; case does not count. Raises SwatchUnknown with the nearest."""
    wanted = _key(name)
    hits = [one for one in library if wanted in (_key(one.name), _key(f"{one.group}/{one.name}"))]
    if not hits:
        near = {_key(one.name): one.name for one in library}
        close = [near[key] for key in difflib.get_close_matches(wanted, near, n=SHOWN, cutoff=0.0)]
        raise SwatchUnknown(path, f"no swatch {name!r}; the nearest names are {', '.join(map(repr, close))}")
    if len(hits) > 1 and any((one.lab != hits[0].lab).any() for one in hits):
        places = ", ".join(repr(f"{one.group}/{one.name}") for one in hits[:SHOWN])
        raise SwatchUnknown(path, f"{len(hits)} swatches are called {name!r}: give {places} or the like")
    return hits[0]


def write_library(library: Library, path: Path) -> None:
    """Write swatches as .ase or .gpl. Raises SwatchError for another suffix, WriteError."""
    suffix = path.suffix.lower()
    if suffix not in (".ase", ".gpl"):
        raise SwatchError(path, "libraries are written as .ase or .gpl")
    write_atomically(path, write_ase(library) if suffix == ".ase" else write_gpl(library, path.stem))


def difference(specimen: Swatch, standard: Swatch) -> dict[str, float | None]:
    """Return CIEDE2000 between two swatches under D65, A and F11; None for a lamp that needs spectra not there."""
    if specimen.spectrum is not None and standard.spectrum is not None:
        return dict(zip(LAMPS, metamerism(specimen.spectrum, standard.spectrum), strict=True))
    return {**dict.fromkeys(LAMPS), "D65": float(delta_e_2000(specimen.lab, standard.lab))}


def target_of(text: str) -> Swatch:
    """Return the color of '#7b2d26', 'lab(32 33 22)' or 'brand.ase:Burgundy'.

    Raises ColorError, SwatchError, SwatchUnknown.
    """
    named = NAMED.fullmatch(text.strip())
    if named is None:
        return Swatch(name=text.strip(), lab=parse_color(text))
    path = Path(named[1])
    return find_swatch(read_library(path), named[3], path)


def library_in(text: str | None) -> Path | None:
    """Return the file that a target names; None for a color, or none."""
    named = NAMED.fullmatch((text or "").strip())
    return None if named is None else Path(named[1])


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
