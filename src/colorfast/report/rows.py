"""One finished pair as one flat-enough dictionary: what `--json` prints and `results.jsonl` holds.

A row has only strings, numbers, lists, dictionaries and None, so it goes through JSON unchanged.
Color differences are CIEDE2000, shares are 0..1, times are milliseconds.
A measurement that is no number is an error.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import numpy as np

from colorfast.errors import ColorfastError
from colorfast.records import Forecast, Garment, Measures, Rehearsal, Result, SeedMeasures

Row: TypeAlias = dict[str, Any]

SCHEMA = 1
VERDICTS = ("pass", "review", "fail")
MEASURED = tuple(f.name for f in fields(Measures) if f.name not in ("seed", "triplet", "median_blind"))


def to_row(result: Result, output: Path | None) -> Row:
    """Return the row of a finished pair.

    output   where the corrected photo went, as it should be written down; None when it was not saved
    """
    return {
        "schema": SCHEMA,
        "id": result.id,
        "verdict": result.judgement.verdict,
        "reasons": list(result.judgement.reasons),
        "method": result.method,
        "garment": _garment(result.garment),
        "metrics": _metrics(result.measures),
        "timings_ms": {stage: _number(stage, ms, 1) for stage, ms in result.timings_ms.items()},
        "output": None if output is None else output.as_posix(),
        "write": {"way": result.coding.way, "reason": result.coding.reason},
        "versions": dict(result.versions),
        "forecast": _forecast(result.forecast),
    }


def rehearsed_row(rehearsal: Rehearsal) -> Row:
    """Return the row of a pair that was looked at and not corrected: no verdict, only a likely one."""
    return {
        "schema": SCHEMA,
        "id": rehearsal.id,
        "likely": rehearsal.likely,
        "reasons": list(rehearsal.misses),
        "method": rehearsal.method,
        "garment": _garment(rehearsal.garment),
        "timings_ms": {stage: _number(stage, ms, 1) for stage, ms in rehearsal.timings_ms.items()},
        "forecast": _forecast(rehearsal.forecast),
    }


def failed_row(pair_id: str, error: ColorfastError, *, method: str | None = None) -> Row:
    """Return the row of a pair that ended in an error: the same keys, nothing measured."""
    return {
        "schema": SCHEMA,
        "id": pair_id,
        "verdict": "fail",
        "reasons": [str(error)],
        "method": method,
        "garment": None,
        "metrics": None,
        "timings_ms": {},
        "output": None,
        "write": None,
        "versions": {},
        "forecast": None,
        "error": {"code": error.code, "message": str(error)},
    }


def json_line(row: Mapping[str, Any]) -> str:
    """Return a row as one line of JSON, without the line's end."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


def total_ms(row: Mapping[str, Any]) -> float | None:
    """Return the milliseconds of all stages together; None when nothing was timed."""
    times = row["timings_ms"]
    return round(sum(times.values()), 1) if times else None


def tally(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many rows have each verdict, every verdict present."""
    return {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}


def medians(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Return the medians over the measured rows: color error before and after, and milliseconds a pair."""
    triplets = [row["metrics"]["triplet"] for row in rows if row["metrics"]]
    times = [ms for row in rows if (ms := total_ms(row)) is not None]
    return {
        "before": _median([t["before"] for t in triplets]),
        "after": _median([t["after"] for t in triplets]),
        "ms": _median(times),
    }


def _garment(garment: Garment) -> Row:
    return {
        "way": garment.way,
        "confidence": _number("confidence", garment.confidence),
        "pixels": int(np.count_nonzero(garment.core)),
    }


def _forecast(forecast: Forecast | None) -> Row | None:
    if forecast is None:
        return None
    return {"error": _number("expected error", forecast.error), "risks": list(forecast.risks)}


def _metrics(measures: Measures) -> Row:
    triplet = measures.triplet
    metrics: Row = {key: _number(key, getattr(measures, key)) for key in MEASURED}
    metrics["seed"] = {
        f.name: _number(f"seed.{f.name}", getattr(measures.seed, f.name)) for f in fields(SeedMeasures)
    }
    metrics["triplet"] = {
        "before": _number("before", triplet.before),
        "after": _number("after", triplet.after),
        "improvement": _number("improvement", triplet.improvement),
        "improvement_percent": _number("improvement_percent", triplet.improvement_percent),
    }
    return metrics


def _number(name: str, value: float, digits: int = 4) -> float:
    """Return a plain rounded float; -0.0 becomes 0.0."""
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}: a measurement must be a number")
    return round(float(value), digits) + 0.0


def _median(values: Sequence[float]) -> float | None:
    return round(float(median(values)), 4) if values else None
