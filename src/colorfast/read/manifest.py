"""A CSV or JSONL manifest becomes pairs; every mistake in it is named by row and column.

Rows are counted as an editor counts lines, so the first row of a CSV, after its header, is 2.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from colorfast.errors import PairsError
from colorfast.places import path_of
from colorfast.records import GARMENTS, Pair

REQUIRED = ("id", "photo")
PATHS = ("photo", "reference", "reference_mask", "mask", "truth")
COLUMNS = ("id", *PATHS, "garment", "method", "target")
MISSING = {"", "nan", "none", "null", "<na>"}  # what pandas and spreadsheets leave where nothing is
UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]|^\.|[. ]$')  # in a file name, on any of the systems
LONGEST = 150  # bytes of an id: with prefix, ending and suffix it must fit the 255 of a file name

Row = tuple[int, Mapping[str, str]]


def read_manifest(path: Path) -> tuple[Pair, ...]:
    """Return the pairs of a manifest in the order of its rows. Raises PairsError."""
    readers = {".csv": _csv_rows, ".jsonl": _json_rows, ".ndjson": _json_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise PairsError(path, "is neither a folder nor a manifest; give a .csv or a .jsonl")
    rows = list(reader(path, _text(path)))
    if not rows:
        raise PairsError(path, "holds no rows")
    _check_ids(path, rows)
    return tuple(_pair(path, number, values) for number, values in rows)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PairsError(path, f"is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise PairsError(path, f"cannot be read: {error.strerror or error}") from error


def _csv_rows(path: Path, text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_columns(path, header, 1)
        for cells in reader:
            if len(cells) > len(header):
                raise PairsError(
                    path, f"row {reader.line_num}: {len(cells)} values under {len(header)} columns"
                )
            if any(cells):
                yield reader.line_num, dict(zip(header, _cleaned(cells), strict=False))
    except csv.Error as error:
        raise PairsError(path, f"row {reader.line_num}: {error}") from error


def _json_rows(path: Path, text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError as error:
            raise PairsError(path, f"row {number}: not JSON ({error})") from error
        if not isinstance(values, dict):
            raise PairsError(path, f"row {number}: a {type(values).__name__} where an object must be")
        _check_columns(path, values, number)
        yield number, {name: _json_text(path, number, name, value) for name, value in values.items()}


def _json_text(path: Path, number: int, name: str, value: object) -> str:
    """Return a JSON value as a cell; null and NaN are missing, a whole number may be an id."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        if name in COLUMNS:
            raise PairsError(path, f"row {number}, column {name}: {value!r} where a text must be")
        return ""
    return _cleaned([str(value)])[0]


def _cleaned(cells: Iterable[str]) -> list[str]:
    return ["" if cell.strip().casefold() in MISSING else cell.strip() for cell in cells]


def _check_columns(path: Path, names: Iterable[str], number: int) -> None:
    """Refuse missing, doubled and misspelled columns; others may stand there for other programs."""
    names = list(names)
    if missing := [name for name in REQUIRED if name not in names]:
        raise PairsError(path, f"row {number}: no column {' and no column '.join(missing)}")
    if doubled := sorted({name for name in names if name in COLUMNS and names.count(name) > 1}):
        raise PairsError(path, f"row {number}: column {doubled[0]} stands there twice")
    for name in names:
        close = difflib.get_close_matches(name.strip().lower(), COLUMNS, n=1, cutoff=0.8)
        if name not in COLUMNS and close:
            raise PairsError(path, f"row {number}: column {name!r} is unknown; is {close[0]!r} meant?")


def _check_ids(path: Path, rows: list[Row]) -> None:
    seen: dict[str, int] = {}
    for number, values in rows:
        id = values.get("id", "")  # noqa: A001
        if not id:
            raise PairsError(path, f"row {number}, column id: empty")
        if UNSAFE.search(id) or len(id.encode()) > LONGEST:
            raise PairsError(path, f"row {number}, column id: {id!r} cannot be part of a file name")
        first = seen.setdefault(id.casefold(), number)  # some file systems do not tell A from a
        if first != number:
            raise PairsError(path, f"row {number}, column id: {id!r} is in row {first} already")


def _pair(path: Path, number: int, values: Mapping[str, str]) -> Pair:
    if not values.get("photo"):
        raise PairsError(path, f"row {number}, column photo: empty")
    if not values.get("reference") and not values.get("target"):
        raise PairsError(path, f"row {number}, columns reference and target: both empty, one is needed")
    garment = values.get("garment") or "auto"
    if garment not in GARMENTS:
        raise PairsError(path, f"row {number}, column garment: {garment!r} is none of {', '.join(GARMENTS)}")
    files = {name: _place(path, number, name, values[name]) for name in PATHS if values.get(name)}
    return Pair(
        id=values["id"],
        photo=files.pop("photo"),
        garment=garment,
        method=values.get("method") or None,
        target=values.get("target") or None,
        **files,
    )


def _place(path: Path, number: int, column: str, value: str) -> Path:
    """Return where a picture lies: at its URL, or relative to the manifest."""
    try:
        return path_of(value) or path.parent / value
    except ValueError as error:
        raise PairsError(path, f"row {number}, column {column}: {value!r}: {error}") from error
