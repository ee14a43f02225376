"""Items to review, the most doubtful first, and the places that they come from.

A `Source` is a folder that a batch wrote, or the jobs of a service; page, log and exports do not ask which.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from colorfast.report.rows import Row
from colorfast.report.words import METRICS, SEED_METRICS, Metric, broken_limits
from colorfast.settings import Settings

URGENCY: Mapping[str, int] = {"review": 0, "fail": 1, "pass": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One corrected picture, or a pair that ended in an error."""

    key: str
    """What the page's addresses call it."""
    row: Row
    target: str | None
    """The color that was asked for in words, where one was."""
    doubt: float
    """How much of what the limits allow is used up by the worst measure: above 1 a limit is broken."""
    worst: str
    """Key of that measure; "garment" when it is the confidence in the mask; empty when nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What shall be other than before; None is as it was."""

    method: str | None = None
    strength: float | None = None
    garment: str | None = None
    mask: bytes | None = None
    """A picture file at the photo's size, white where the garment is."""

    def told(self) -> dict[str, Any]:
        """Return the wishes for the log; a mask is only said to be there."""
        wished = {"method": self.method, "strength": self.strength, "garment": self.garment}
        return {
            **{name: value for name, value in wished.items() if value is not None},
            "mask": bool(self.mask),
        }


class Source(Protocol):
    """Where items come from. An attempt is FIRST, or the name that `redo` gave to what it made."""

    @property
    def title(self) -> str:
        """What the page calls it."""

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, the most doubtful first."""

    @property
    def settings(self) -> Settings:
        """What the items were made with, and are judged by."""

    @property
    def limits(self) -> Mapping[str, float]:
        """By metric key."""

    @property
    def redoable(self) -> bool:
        """Whether it is known what was asked."""

    def item(self, key: str) -> Item:
        """Return an item by its key. Raises Unknown."""

    def stamp(self, item: Item) -> int:
        """Return a number that changes when an item's pictures do; 0 where there are none."""

    def picture(self, item: Item, attempt: str, shown: str) -> Path | bytes:
        """Return thumb, before, after, reference, heatmap, mask, whole-before or whole-after. Raises Unknown."""

    def sha256(self, item: Item, attempt: str) -> str:
        """Return the hash of the corrected photo, in hex. Raises Unknown when it is gone."""

    def name(self, item: Item, attempt: str) -> str:
        """Return where others find the corrected photo. Raises Unknown when it is gone."""

    def redo(self, item: Item, wishes: Wishes) -> dict[str, Any]:
        """Correct once more and return attempt, wishes and row. Raises NotTaken, NotYet, or as `process` does."""


def made_item(
    key: str, row: Row, target: str | None, settings: Settings, limits: Mapping[str, float]
) -> Item:
    """Return an item; `limits` by metric key."""
    doubt, worst = doubt_of(row, limits, settings.limits.confidence)
    return Item(key=key, row=row, target=target, doubt=doubt, worst=worst)


def by_doubt(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return items in the order in which they want to be seen: by verdict, then by doubt."""
    return tuple(sorted(items, key=lambda item: (URGENCY[item.row["verdict"]], -item.doubt, item.row["id"])))


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
