"""Which photos and label files a folder holds, and what the label ids mean.

Layouts: `chromafashion` (photos, labels5), `ccp` (photos, labels59, classes59.csv), and any folder with
`photos/NAME.*` and `labels/NAME.png`, whose ids follow a table. Where a manifest.csv has the columns `id` and
`split`, it decides what is trained on; else every tenth photo by hash of its name is kept for `val`.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from colorfast.bench.labels import read_labels
from colorfast.errors import PairsError
from colorfast.labels import TABLES
from colorfast.records import Array
from colorfast.training.segmentation.classes import CCP, label, labels_of, table

TENTH = 26  # of 256 hash values: about a tenth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labeled:
    """A photo and the file that says what its pixels are."""

    id: str
    photo: Path
    file: Path
    meaning: Array
    """(256,) uint16 label of each id of the file."""

    def labels(self) -> Array:
        """Return the label (h, w) uint16 of every pixel. Raises FileMissing or NotAPicture."""
        return self.meaning[read_labels(self.file)]


def find_labeled(folder: Path, split: str, *, ids: str = "") -> tuple[Labeled, ...]:
    """Return the labeled photos of one split (train, val, test, or all), by name.

    ids   what the label ids of a plain folder mean: a name of TABLES, or a CSV file with the columns id, classes

    Raises PairsError when the folder holds none.
    """
    files, meaning = _layout(folder, ids)
    splits = splits_of(folder)
    found = [
        Labeled(
            id=f"{folder.name}/{photo.stem}", photo=photo, file=files / f"{photo.stem}.png", meaning=meaning
        )
        for photo in sorted((folder / "photos").glob("*"))
        if (files / f"{photo.stem}.png").is_file()
        and split in ("all", splits.get(photo.stem) or split_by_hash(photo.stem))
    ]
    if not found:
        raise PairsError(folder, f"no photos/NAME.* with label files for the split {split!r}")
    return tuple(found)


def _layout(folder: Path, ids: str) -> tuple[Path, Array]:
    """Return the folder of the label files and what their ids mean."""
    if (folder / "labels59").is_dir():
        rows = rows_of(folder / "classes59.csv")
        return folder / "labels59", labels_of([label(CCP[row["name59"]]) for row in rows])
    if (folder / "labels5").is_dir():
        return folder / "labels5", table("five")
    if not (folder / "labels").is_dir():
        raise PairsError(folder, "no folder labels, labels5 or labels59 with PNG files")
    return folder / "labels", _meaning(folder, ids or "five")


def _meaning(folder: Path, ids: str) -> Array:
    if ids in TABLES:
        return table(ids)
    named = {int(row["id"]): label(row["classes"]) for row in rows_of(folder / ids)}
    return labels_of([named.get(number, label("unknown")) for number in range(256)])


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file. Raises PairsError."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise PairsError(path, error.strerror or str(error)) from error


def splits_of(folder: Path) -> dict[str, str]:
    """Return the split of each id of a folder's manifest.csv; none where it has no such column."""
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        return {}
    rows = rows_of(manifest)
    return {row["id"]: row["split"] for row in rows if row.get("split")}


def split_by_hash(name: str) -> str:
    """Return the split of a photo that no manifest places: val for every tenth, by hash of its name."""
    return "val" if hashlib.sha256(name.encode()).digest()[0] < TENTH else "train"
