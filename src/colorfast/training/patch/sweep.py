"""`colorfast train patch --sweep`: a grid of networks from a TOML file; a table and figures out.

    [training]               of every run: colors, conditions, batch, steps, rate, width, members
    steps = 2000
    [grid]                   every combination of these
    background = [true, false]
    metadata = [true, false]
    seed = [0, 1, 2]

OUT holds a folder a run, summary.csv, and summary.png: bars for each combination of values but the seed, with the
deviation over seeds, under the conditions that were learned. Run again, it goes on with what is missing.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from colorfast.errors import SettingsError
from colorfast.files import make_folder, write_atomically
from colorfast.training.curve import png_of
from colorfast.training.loop import Recipe
from colorfast.training.patch.export import NAME
from colorfast.training.patch.networks.fusion import Design
from colorfast.training.patch.run import MIXED, Training, run

DESIGN = ("fusion", "backbone", "metadata", "background", "width", "members")
RECIPE = ("steps", "rate", "seed")
WORLD = ("colors", "conditions", "batch")
KEYS = (*DESIGN, *RECIPE, *WORLD)

Row = dict[str, Any]


def read_grid(path: Path) -> list[Row]:
    """Return what each run is asked for. Raises SettingsError for a file or key that cannot be used."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError("sweep", str(path), f"a TOML file ({error})") from error
    common, grid = found.get("training", {}), found.get("grid", {})
    for key in (*common, *grid):
        if key not in KEYS:
            raise SettingsError(f"sweep.{key}", key, f"one of {', '.join(KEYS)}")
    if not grid or not all(isinstance(values, list) and values for values in grid.values()):
        raise SettingsError("sweep.grid", str(path), "keys with lists of values")
    return [{**common, **dict(zip(grid, values, strict=True))} for values in product(*grid.values())]


def sweep(
    asked: Sequence[Row], spectra: Path, out: Path, *, say: Callable[[str], None] = lambda _: None
) -> Path:
    """Train what is asked for and not yet there; return summary.csv."""
    varied = [key for key in asked[0] if len({one[key] for one in asked}) > 1]
    rows = []
    for one in asked:
        name = "-".join(f"{key}={one[key]}" for key in varied) or "run"
        errors = _errors(one, spectra, out / name, say)
        rows.append(
            {key: one[key] for key in varied} | {test: found["mean"] for test, found in errors.items()}
        )
        said = [f"{test} {found['mean']:.2f}" for test, found in errors.items()]
        say(f"{name}: {', '.join(said)}")
    tests = [key for key in rows[0] if key not in varied]
    write_atomically(out / "summary.csv", _table(rows))
    shown = [key for key in varied if key != "seed"]
    if shown:
        write_atomically(out / "summary.png", png_of(_figure(rows, shown, _learned(asked, tests))))
    return out / "summary.csv"


def _errors(
    one: Row, spectra: Path, folder: Path, say: Callable[[str], None]
) -> Mapping[str, Mapping[str, float]]:
    """Return the errors of a run, from its record where it stands there."""
    record = (folder / NAME).with_suffix(".json")
    if not record.is_file():
        make_folder(folder)
        run(_training(one, spectra), folder, say=say)
    found: Mapping[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return dict(found["errors"])


def _training(one: Row, spectra: Path) -> Training:
    design, recipe, world = (
        {key: one[key] for key in keys if key in one} for keys in (DESIGN, RECIPE, WORLD)
    )
    return Training(
        spectra=spectra, design=Design(**design), recipe=Recipe(**{"rate": 3e-3, **recipe}), **world
    )


def _table(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _learned(asked: Sequence[Row], tests: Sequence[str]) -> list[str]:
    """Return the tests under conditions that any run has learned; others would dwarf them in a figure."""
    taught = {one.get("conditions", MIXED) for one in asked}
    return [test for test in tests if MIXED in taught or test.rsplit(", ", 1)[1] in taught]


def _figure(rows: Sequence[Row], keys: Sequence[str], tests: Sequence[str]) -> Figure:
    """Return bars of the mean error for each combination of values, by test, with the deviation over seeds."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(", ".join(_word(key, row[key]) for key in keys), []).append(row)
    figure = Figure(figsize=(max(8, 1.5 * len(tests)), 5), layout="constrained")
    axes = figure.subplots()
    places, width = np.arange(len(tests)), 0.8 / len(groups)
    for at, (name, found) in enumerate(groups.items()):
        errors = np.array([[row[test] for test in tests] for row in found])
        bars = errors.std(axis=0, ddof=1) if len(found) > 1 else None
        middle = places + (at - len(groups) / 2 + 0.5) * width
        drawn = axes.bar(middle, errors.mean(axis=0), width, yerr=bars, capsize=3, label=name)
        axes.bar_label(drawn, fmt="%.2f", padding=2, fontsize=8)
    axes.set_xticks(places, [test.replace(", ", "\n") for test in tests], fontsize=8)
    axes.set(ylabel="mean CIEDE2000 of unseen colors")
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=8)
    return figure


def _word(key: str, value: Any) -> str:
    """Return a value in words: 'metadata' and 'no metadata' for true and false."""
    return (key if value else f"no {key}") if isinstance(value, bool) else str(value)
