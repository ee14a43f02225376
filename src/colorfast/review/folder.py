"""The output of a batch as a list of items to review, the most doubtful first.

Only numbers and attempts made here come in from a request; a path is never put together from what it says.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from colorfast.batch.inputs import read_inputs
from colorfast.batch.outputs import Files, files_of
from colorfast.records import Pair
from colorfast.report.rows import Row
from colorfast.report.words import METRICS, SEED_METRICS, Metric, broken_limits, limits_by_metric
from colorfast.review.decisions import FIRST
from colorfast.review.errors import NothingToReview, Unknown
from colorfast.settings import Settings

ROOM = "review"  # folder in OUT for the log and for what is corrected once more
ATTEMPT = re.compile(r"[0-9a-f]{12}")
URGENCY: Mapping[str, int] = {"review": 0, "fail": 1, "pass": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One pair of the batch."""

    row: Row
    pair: Pair
    """Of the batch; where the batch did not write it down, only its id and its suffix are true."""
    doubt: float
    """How much of what the limits allow is used up by the worst measure: above 1 a limit is broken."""
    worst: str
    """Key of that measure; "garment" when it is the confidence in the mask; empty when nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The output of a batch."""

    out: Path
    items: tuple[Item, ...]
    """The most doubtful first; an item's number is its place here."""
    settings: Settings
    limits: Mapping[str, float]
    """By metric key."""
    redoable: bool
    """Whether the batch wrote down what it was asked."""

    def item(self, number: int) -> Item:
        """Return an item by its number. Raises Unknown."""
        if not 0 <= number < len(self.items):
            raise Unknown(f"there is no picture number {number}")
        return self.items[number]

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
        name: Path = getattr(files_of(item.pair), shown)
        path = (place / name).resolve()
        if not path.is_relative_to(place.resolve()) or not path.is_file():
            raise Unknown(f"{item.row['id']}: there is no picture {shown!r}")
        return path


def read_folder(out: Path) -> Folder:
    """Return the output of a batch. Raises NothingToReview or PairsError."""
    inputs = read_inputs(out)
    settings = inputs.settings if inputs else Settings()
    pairs = {pair.id: pair for pair in inputs.pairs} if inputs else {}
    limits = limits_by_metric(asdict(settings.limits))
    items = [_item(row, pairs.get(row["id"]), limits, settings) for row in _rows(out)]
    ordered = sorted(items, key=lambda item: (URGENCY[item.row["verdict"]], -item.doubt, item.row["id"]))
    return Folder(out=out, items=tuple(ordered), settings=settings, limits=limits, redoable=bool(inputs))


def doubt_of(row: Row, limits: Mapping[str, float], confidence: float) -> tuple[float, str]:
    """Return how much of its allowance the worst measure uses, and its key.

    limits       by metric key
    confidence   the least with which a garment should be found, 0..1
    """
    if row["metrics"] is None:
        return 0.0, ""
    found = row["garment"]["confidence"]
    strains = [(_share(1 - found, 1 - confidence), "garment")]
    broken = {metric.key for metric in broken_limits(row, limits)}
    for metric in (*METRICS, *SEED_METRICS):
        if metric.key in limits:
            used = strain(metric, metric.of(row["metrics"]), limits[metric.key])
            if (
                used <= 1 or metric.key in broken
            ):  # a median of a print may be beyond its limit and mean nothing
                strains.append((used, metric.key))
    return max(strains)


def strain(metric: Metric, value: float, limit: float) -> float:
    """Return the share of what `limit` allows that `value` uses: 0 is perfect, 1 is at the limit."""
    return _share(1 - value, 1 - limit) if metric.higher_is_better else _share(value, limit)


def _share(used: float, allowed: float) -> float:
    if allowed > 0:
        return max(0.0, used / allowed)
    return 0.0 if used <= 0 else math.inf


def _item(row: Row, pair: Pair | None, limits: Mapping[str, float], settings: Settings) -> Item:
    doubt, worst = doubt_of(row, limits, settings.limits.confidence)
    known = pair or Pair(id=row["id"], photo=Path(row["output"] or "nothing.jpg"))
    return Item(row=row, pair=known, doubt=doubt, worst=worst)


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


SHOWN = tuple(name for name in Files._fields if name != "triplet")
"""Files of a pair that the page asks for."""
