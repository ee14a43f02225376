"""The output of a batch, to be reviewed.

Only numbers and attempts made here come in from a request; a path is never put together from what it says.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from colorfast.batch.inputs import read_inputs
from colorfast.batch.outputs import Files, files_of
from colorfast.errors import ColorfastError
from colorfast.records import Pair
from colorfast.report.rows import Row
from colorfast.report.words import limits_by_metric
from colorfast.review import pictures
from colorfast.review.crew import Crew
from colorfast.review.decisions import FIRST
from colorfast.review.errors import NothingToReview, NotTaken, Unknown
from colorfast.review.items import Item, Wishes, by_doubt, made_item
from colorfast.review.redo import redo
from colorfast.settings import Settings

ROOM = "review"  # folder in OUT for the log and for what is corrected once more
NUMBER = re.compile(r"[0-9]{1,9}")
ATTEMPT = re.compile(r"[0-9a-f]{12}")
SHOWN = tuple(name for name in Files._fields if name not in ("photo", "triplet"))
"""Files of a pair that the page asks for as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The output of a batch, a `Source` of items."""

    out: Path
    items: tuple[Item, ...]
    """The most doubtful first; an item's key is its number here."""
    settings: Settings
    limits: Mapping[str, float]
    """By metric key."""
    pairs: Mapping[str, Pair] | None
    """By id; None when the batch did not write down what it was asked."""
    crew: Crew
    """Corrects once more."""

    @property
    def title(self) -> str:
        """The folder's name."""
        return self.out.resolve().name

    @property
    def redoable(self) -> bool:
        """Whether the batch wrote down what it was asked."""
        return self.pairs is not None

    def item(self, key: str) -> Item:
        """Return an item by its number. Raises Unknown."""
        if not NUMBER.fullmatch(key) or int(key) >= len(self.items):
            raise Unknown("there is no picture of this number")
        return self.items[int(key)]

    def pair(self, item: Item) -> Pair:
        """Return an item's pair; where the batch did not write it down, only its id and its suffix are true."""
        unknown = Pair(id=item.row["id"], photo=Path(item.row["output"] or "nothing.jpg"))
        return (self.pairs or {}).get(item.row["id"], unknown)

    def place(self, attempt: str) -> Path:
        """Return the folder of an attempt. Raises Unknown."""
        if attempt == FIRST:
            return self.out
        if not ATTEMPT.fullmatch(attempt):
            raise Unknown("there is no such attempt")
        return self.out / ROOM / attempt

    def file(self, item: Item, attempt: str, shown: str) -> Path:
        """Return one of a pair's files, one of `Files`' names. Raises Unknown when it is not there."""
        place = self.place(attempt)
        name: Path = getattr(files_of(self.pair(item)), shown)
        path = (place / name).resolve()
        if not path.is_relative_to(place.resolve()) or not path.is_file():
            raise Unknown(f"{item.row['id']}: there is no picture {shown!r}")
        return path

    def stamp(self, item: Item) -> int:
        """Return a number that changes when the batch makes the picture anew; 0 where there is none."""
        try:
            return self.file(item, FIRST, "after").stat().st_mtime_ns
        except Unknown:
            return 0

    def picture(self, item: Item, attempt: str, shown: str) -> Path | bytes:
        """Return a picture as the batch drew it or, for three of them, made for the page. Raises Unknown."""
        limits = self.settings.read
        if shown == "thumb":
            return pictures.thumbnail(self.file(item, attempt, "after"), limits)
        if shown == "whole-after":
            return pictures.whole(self.file(item, attempt, "photo"), limits)
        if shown == "whole-before" and self.redoable:
            return pictures.whole(self.pair(item).photo, limits)
        if shown not in SHOWN:
            raise Unknown(f"there is no picture {shown!r}")
        return self.file(item, attempt, shown)

    def sha256(self, item: Item, attempt: str) -> str:
        """Return the hash of the corrected photo as it is now. Raises Unknown when it is gone."""
        with self.file(item, attempt, "photo").open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def name(self, item: Item, attempt: str) -> str:
        """Return the corrected photo's name, relative to OUT. Raises Unknown when it is gone."""
        found = self.file(item, attempt, "photo").name
        return found if attempt == FIRST else f"{ROOM}/{attempt}/{found}"

    def redo(self, item: Item, wishes: Wishes) -> dict[str, Any]:
        """Correct a pair once more, beside what the batch made. Raises NotTaken, or as `process` does."""
        if not self.redoable:
            raise NotTaken("this batch did not write down its inputs; run `colorfast batch` again, then redo")
        attempt = secrets.token_hex(6)
        place = self.place(attempt)
        try:
            row = self.crew.run(item.row["id"], partial(redo, self.pair(item), wishes, place, self.settings))
        except ColorfastError:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return {"attempt": attempt, "wished": wishes.told(), "row": row}

    def close(self) -> None:
        """End the crew."""
        self.crew.close()


def read_folder(out: Path) -> Folder:
    """Return the output of a batch. Raises NothingToReview or PairsError."""
    inputs = read_inputs(out)
    settings = inputs.settings if inputs else Settings()
    pairs = {pair.id: pair for pair in inputs.pairs} if inputs else None
    limits = limits_by_metric(asdict(settings.limits))
    targets = {id_: pair.target for id_, pair in (pairs or {}).items()}
    listed = by_doubt(made_item("", row, targets.get(row["id"]), settings, limits) for row in _rows(out))
    items = tuple(replace(item, key=str(number)) for number, item in enumerate(listed))
    crew = Crew(settings.batch)
    return Folder(out=out, items=items, settings=settings, limits=limits, pairs=pairs, crew=crew)


def _rows(out: Path) -> list[Row]:
    path = out / "results.jsonl"
    if not path.is_file():
        raise NothingToReview(out, "there is no results.jsonl; give the OUT folder of `colorfast batch`")
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        if all({"id", "verdict", "metrics", "garment", "output"} <= row.keys() for row in rows):
            return rows
    except (OSError, ValueError, AttributeError) as error:
        raise NothingToReview(out, f"results.jsonl cannot be read ({error}); run the batch again") from error
    raise NothingToReview(out, "results.jsonl is not what a batch wrote; run the batch again")
