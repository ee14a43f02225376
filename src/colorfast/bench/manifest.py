"""The manifest of pairs with known truth: CSV that `read_pairs` reads back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from colorfast.batch.inputs import relative
from colorfast.bench.distort import DegradeParameters
from colorfast.records import Pair

PATHS = ("reference", "photo", "mask", "reference_mask", "truth")
COLUMNS = ("id", *PATHS)


def manifest_row(pair: Pair, folder: Path, parameters: DegradeParameters, seed: int) -> dict[str, object]:
    """Return a pair as a row of the manifest in `folder`: paths relative to it, and how it was degraded."""
    row: dict[str, object] = {"id": pair.id}
    row |= {name: relative(path, folder) if (path := getattr(pair, name)) else "" for name in PATHS}
    row |= {"garment": pair.garment, "method": pair.method or "", "target": pair.target or ""}
    return row | parameters.columns() | {"seed": seed}


def csv_bytes(rows: Sequence[Mapping[str, object]], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Return rows as CSV; `columns` head an empty table."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
