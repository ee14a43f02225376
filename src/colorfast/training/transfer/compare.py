"""`colorfast evaluate transfer`: all methods on all pairs, and sheets of what came out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from colorfast.files import make_folder, write_atomically
from colorfast.records import Lab
from colorfast.training.transfer.evaluate import Score, Trial, tried
from colorfast.training.transfer.methods import METHODS, Method, trained
from colorfast.training.transfer.sheet import Row, sheet

OURS = "neural"
SHOWN = 6  # best and worst pairs
ROWS = 24  # pairs of a sheet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """One method on one pair, with its picture."""

    score: Score
    trial: Trial
    picture: Lab


def compare(trials: Iterable[Trial], runs: Sequence[Path]) -> list[Result]:
    """Return what the methods and the trainings' folders make of each pair. Raises PairsError."""
    methods: Mapping[str, Method] = {**METHODS, **{run.name: trained(run) for run in runs}}
    return [
        Result(score=score, trial=trial, picture=picture)
        for trial in trials
        for score, picture in tried(trial, methods)
    ]


def write_report(found: Sequence[Result], out: Path) -> Path:
    """Write scores.json and sheets of all pairs and, where the truth is known, of ours at its best and worst.

    Returns the file of scores.
    """
    make_folder(out)
    scores = json.dumps([asdict(one.score) for one in found], indent=1)
    write_atomically(out / "scores.json", scores.encode())
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for one in found:
        if one.score.method != "nothing":  # that picture is the source
            groups[one.trial.kind, one.trial.id].append(one)
    pairs = list(groups.values())
    heads = ["source", "reference", *(one.score.method for one in pairs[0])]
    for number, at in enumerate(range(0, len(pairs), ROWS), start=1):
        _write(pairs[at : at + ROWS], heads, out / f"all-{number}.jpg")
    known = [pair for pair in pairs if _ours(pair).score.delta_e is not None and pair[0].trial.kind != "same"]
    if known:
        known.sort(key=lambda pair: _ours(pair).score.delta_e or 0.0)
        _write(known[:SHOWN], heads, out / "best.jpg")
        _write(known[-SHOWN:], heads, out / "worst.jpg")
    return out / "scores.json"


def _ours(pair: Sequence[Result]) -> Result:
    return next(one for one in pair if one.score.method == OURS)


def _write(pairs: Sequence[Sequence[Result]], heads: Sequence[str], path: Path) -> None:
    rows = [
        Row(
            caption=f"{pair[0].trial.id}, {pair[0].trial.kind}",
            pictures=[pair[0].trial.source, pair[0].trial.reference, *(one.picture for one in pair)],
        )
        for pair in pairs
    ]
    write_atomically(path, sheet(rows, heads))
