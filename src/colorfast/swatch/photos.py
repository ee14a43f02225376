"""Which photos a palette is made of: a picture, a folder, a pattern or a CSV in, `Shot`s in order out."""

from __future__ import annotations

import csv
import glob
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from colorfast.errors import FileMissing, PairsError
from colorfast.read.formats import SUFFIXES

COLUMNS = ("photo", "labels", "date", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One photo of a collection."""

    photo: Path
    labels: Path | None = None
    """Its label file; None: a network says what it shows."""
    date: str = ""
    """When it was taken, as YYYY, YYYY-MM or YYYY-MM-DD, where the collection says so."""
    group: str = ""
    """The folder it lies in, or what the collection says."""


def find_shots(source: Path, labels: Path | None = None) -> tuple[Shot, ...]:
    """Return the photos of a picture file, a folder with all below it, a pattern like 'ss24/*.jpg', or a CSV.

    labels   a folder with STEM.png for each photo, in folders of the same names where there are any

    Raises PairsError when there are none, FileMissing for a file or label file that is not there.
    """
    if source.is_dir():
        photos = [path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
        return _placed(source, sorted(photos), source, labels)
    if source.suffix.lower() == ".csv":
        return _listed(source, labels)
    if source.is_file():
        return _placed(source, [source], source.parent, labels)
    photos = sorted(Path(name) for name in glob.glob(str(source), recursive=True))  # noqa: PTH207  # it may be absolute
    photos = [path for path in photos if path.suffix.lower() in SUFFIXES and path.is_file()]
    if not photos and not glob.has_magic(str(source)):
        raise FileMissing(source, "there is no such file or folder")
    return _placed(source, photos, None, labels)


def _placed(source: Path, photos: list[Path], root: Path | None, labels: Path | None) -> tuple[Shot, ...]:
    if not photos:
        raise PairsError(source, f"no pictures found; looked for {', '.join(sorted(SUFFIXES))}")
    return tuple(
        Shot(photo=photo, labels=_labels(photo, root, labels), group=photo.parent.name) for photo in photos
    )


def _labels(photo: Path, root: Path | None, labels: Path | None) -> Path | None:
    if labels is None:
        return None
    below = photo.relative_to(root).parent if root else Path()
    found = labels / below / f"{photo.stem}.png"
    if not found.is_file():
        raise FileMissing(
            found, f"these should be the labels of {photo.name}; `colorfast segment` writes them"
        )
    return found


def _listed(path: Path, labels: Path | None) -> tuple[Shot, ...]:
    """Return the photos of a CSV with the column photo and, if wanted, labels, date and group."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise FileMissing(path, "there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PairsError(path, f"cannot be read as UTF-8 text: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if "photo" not in (reader.fieldnames or ()):
        raise PairsError(path, f"row 1: no column photo; of use are {', '.join(COLUMNS)}")
    rows = [row for row in reader if (row.get("photo") or "").strip()]
    if not rows:
        raise PairsError(path, "holds no rows")
    return tuple(_shot(path.parent, row, labels) for row in rows)


def _shot(folder: Path, row: Mapping[str, str | None], labels: Path | None) -> Shot:
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    photo = folder / said["photo"]
    own = folder / said["labels"] if said["labels"] else _labels(photo, None, labels)
    return Shot(photo=photo, labels=own, date=said["date"], group=said["group"] or photo.parent.name)
