"""How well a model does on measured rows: of patches, sets and cameras that it has not seen, and of random ones.

Exposure values nearly name the set, so that rows drawn at random have their neighbors among those that were
learned: that split comes last and flatters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from colorfast.bench.tables import aligned
from colorfast.color.difference import delta_e_2000
from colorfast.files import make_folder
from colorfast.inference import open_session
from colorfast.records import Array
from colorfast.swatch.patch_network import BARE, Answer, combined, record_of
from colorfast.training.patch.export import WITHIN, answers, export
from colorfast.training.patch.networks.kernel import KernelNetwork
from colorfast.training.patch.rows import Rows, planes

FOLDS = 5
Model: TypeAlias = Callable[[Rows, Rows], Answer]  # (rows to learn from, rows to answer) -> answers
HEADS = ("split", "rows", "mean ΔE00", "median", "P95", "within σ", "as shown")


class Line(NamedTuple):
    """What a split shows, CIEDE2000."""

    split: str
    rows: int
    mean: float
    median: float
    p95: float
    within: float
    """Share of L*, a*, b* within one deviation of the truth."""
    shown: float
    """Mean of the photo as it is."""


def splits(rows: Rows) -> Mapping[str, Array]:
    """Return the fold (n,) of each row, by split."""
    order = {name: at for at, name in enumerate(dict.fromkeys(rows.patches))}
    colors = np.array([order[name] % FOLDS for name in rows.patches])
    chance = np.random.default_rng(0).permutation(len(colors)) % (2 * FOLDS)
    return {
        "unseen patches": colors,
        "unseen sets": np.unique(rows.sets, return_inverse=True)[1],
        "unseen cameras": np.unique(rows.cameras, return_inverse=True)[1],
        "random rows (flatters)": chance,
    }


def cross_validate(rows: Rows, model: Model) -> list[Line]:
    """Return a line for each split that has two folds or more."""
    lines = []
    for name, folds in splits(rows).items():
        if len(np.unique(folds)) < 2:
            continue
        lab, deviation = np.empty((2, len(folds), 3), np.float32)
        for fold in np.unique(folds):
            held = folds == fold
            found = model(rows.of(~held), rows.of(held))
            lab[held], deviation[held] = found.lab, found.deviation
        lines.append(line_of(name, rows, Answer(lab, deviation)))
    return lines


def line_of(name: str, rows: Rows, answer: Answer) -> Line:
    """Return what answers are worth."""
    off = delta_e_2000(np.asarray(answer.lab, np.float32), rows.true)
    within = np.abs(answer.lab - rows.true) <= answer.deviation
    shown = delta_e_2000(rows.shown, rows.true)
    spread = float(np.median(off)), float(np.quantile(off, 0.95))
    return Line(name, len(off), float(off.mean()), *spread, float(within.mean()), float(shown.mean()))


def by_kernel(learned: Rows, asked: Rows) -> Answer:
    """Answer by the process that has seen some rows."""
    process = KernelNetwork(learned, ())
    return combined(answers(process, planes(asked, ())), kernel_scale(process, learned))


def kernel_scale(process: KernelNetwork, rows: Rows) -> float:
    """Return the scale of a process's deviations by the patches, and the sets, that are left out of its rows."""
    folds = splits(rows)
    ratios = [process.left_out(folds[name]) for name in ("unseen patches", "unseen sets")]
    return float(np.quantile(np.abs(ratios), WITHIN))


def learn_rows(rows: Rows, out: Path) -> tuple[list[Line], Path]:
    """Write the process that has seen all rows as patch.onnx, with a record of which rows these were; return how
    well it does where it is cross-validated, and the file.
    """
    make_folder(out)
    lines = cross_validate(rows, by_kernel)
    said = {
        "sets": sorted(set(rows.sets.tolist())),
        "patches": sorted(set(rows.patches.tolist())),
        "errors": [line._asdict() for line in lines],
    }
    process = KernelNetwork(rows, ())
    scale = kernel_scale(process, rows)
    return lines, export(process, out, cameras=(), deviations=scale, said=said)


def ask(path: Path, rows: Rows) -> Array:
    """Return what the members of an exported network say of rows, (n, members, 6)."""
    session = open_session(path)
    asked = planes(rows, record_of(path)["cameras"])
    return np.concatenate([session.run(planes=one[None])["members"] for one in asked])


def judge(path: Path, rows: Rows) -> list[Line]:
    """Return lines of an exported network: rows of patches and sets that its record does not name come first."""
    record = record_of(path)
    answer = combined(ask(path, rows), record[BARE])
    known_set, known_patch = (
        np.isin(names, record.get(key, [])) for names, key in ((rows.sets, "sets"), (rows.patches, "patches"))
    )
    groups = {
        "unseen patches, known sets": known_set & ~known_patch,
        "unseen sets, known patches": ~known_set & known_patch,
        "unseen patches and sets": ~known_set & ~known_patch,
        "learned rows (flatters)": known_set & known_patch,
    }
    return [
        line_of(name, rows.of(group), Answer(answer.lab[group], answer.deviation[group]))
        for name, group in groups.items()
        if group.any()
    ]


def lines_text(lines: list[Line]) -> str:
    """Return lines as a table."""
    cells = [
        (
            one.split,
            str(one.rows),
            *(f"{value:.2f}" for value in one[2:5]),
            f"{one.within:.0%}",
            f"{one.shown:.2f}",
        )
        for one in lines
    ]
    return aligned([HEADS, *cells])
