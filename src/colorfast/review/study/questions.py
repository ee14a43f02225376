"""What a rater is asked: every picture in every pair of methods, in an order and on sides drawn for that rater.

The order hangs on the seed and the rater's name alone, so that a study goes on where it was left, and nothing that
a rater sees says which method made which picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from colorfast.report.rows import Row
from colorfast.report.words import METRICS
from colorfast.review.decisions import FIRST
from colorfast.review.errors import NothingToReview
from colorfast.review.folder import Folder, read_folder
from colorfast.review.items import Item


class Question(NamedTuple):
    """One picture by two methods; which is shown left is part of the question."""

    id: str
    left: str
    right: str

    @property
    def key(self) -> str:
        """The question without its sides: what raters have in common."""
        return "\n".join((self.id, *sorted((self.left, self.right))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """The methods that are compared: the output of one batch each, by the name of its folder."""

    folders: Mapping[str, Folder]
    items: Mapping[str, Mapping[str, Item]]
    """By method, then by id; only ids for which every method has a picture."""

    def shown(self, method: str, id_: str, what: str) -> Path:
        """Return a picture's file: before, after or reference. Raises Unknown."""
        return self.folders[method].file(self.items[method][id_], FIRST, what)

    def measures(self, method: str, id_: str) -> dict[str, float]:
        """Return what was measured of a method's picture, by metric key."""
        row: Row = self.items[method][id_].row
        return {metric.key: metric.of(row["metrics"]) for metric in METRICS}


def read_arms(outs: Sequence[Path]) -> Arms:
    """Return the outputs of at least two batches. Raises NothingToReview."""
    folders = {out.resolve().name: read_folder(out) for out in outs}
    if len(outs) < 2 or len(folders) < len(outs):
        raise NothingToReview(outs[0], "a study compares two folders or more, and their names must differ")
    whole = {
        name: {item.row["id"]: item for item in folder.items if item.row["output"] is not None}
        for name, folder in folders.items()
    }
    common = set.intersection(*(set(items) for items in whole.values()))
    if not common:
        raise NothingToReview(outs[0], "no picture was corrected in all of these folders; run the same pairs")
    kept = {name: {id_: items[id_] for id_ in sorted(common)} for name, items in whole.items()}
    return Arms(folders=folders, items=kept)


def questions(arms: Arms, rater: str, seed: int) -> tuple[Question, ...]:
    """Return all questions to a rater, in the order in which they are asked."""
    ids = sorted(next(iter(arms.items.values())))
    plain = [(id_, *pair) for id_ in ids for pair in combinations(sorted(arms.folders), 2)]
    drawn = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{seed}:{rater}".encode()).digest()))
    swapped = drawn.random(len(plain)) < 0.5
    asked = [
        Question(id_, b, a) if swap else Question(id_, a, b)
        for (id_, a, b), swap in zip(plain, swapped, strict=True)
    ]
    return tuple(asked[i] for i in drawn.permutation(len(asked)))
