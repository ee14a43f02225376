"""The written forms of a run: Markdown, CSV and JSON lines. Rows in, text out; each line is ended."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from colorfast.records import SeedMeasures
from colorfast.report.rows import MEASURED, json_line, medians, tally, total_ms
from colorfast.report.run import Run
from colorfast.report.words import broken_limits, next_steps

SEED = tuple(f.name for f in fields(SeedMeasures))
TRIPLET = ("before", "after", "improvement", "improvement_percent")
STAGES = ("read", "segment", "correct", "write", "verify")
CSV_COLUMNS = (
    "id",
    "verdict",
    "method",
    "garment_way",
    "garment_confidence",
    "garment_pixels",
    *(f"triplet_{key}" for key in TRIPLET),
    *MEASURED,
    *(f"seed_{key}" for key in SEED),
    *(f"ms_{stage}" for stage in STAGES),
    "ms_total",
    "output",
    "error_code",
    "reasons",
)
FORMULA = re.compile(r"[=+\-@\t\r]")


def jsonl_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return one JSON object a line."""
    return "".join(json_line(row) + "\n" for row in rows)


def csv_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the rows under `CSV_COLUMNS`; what was not measured is an empty cell.

    Text that a spreadsheet would run as a formula gets an apostrophe before it, which spreadsheets hide.
    """
    page = io.StringIO()
    writer = csv.DictWriter(page, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: harmless(value) for key, value in _flat(row).items()} for row in rows)
    return page.getvalue()


def markdown(rows: Sequence[Mapping[str, Any]], run: Run) -> str:
    """Return the summary: how many may be published, what needs a person and why, then every pair."""
    attention = [row for verdict in ("fail", "review") for row in rows if row["verdict"] == verdict]
    lines = [f"# {_escaped(run.title)}", "", *_headline(rows, run)]
    if attention:
        lines += ["", "## To look at", ""]
        lines += [line for row in attention for line in _complaint(row, run)]
    lines += ["", "## All pairs", "", "| id | verdict | before | after | spill | texture | ms |"]
    lines += ["|---|---|--:|--:|--:|--:|--:|", *(_table_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _headline(rows: Sequence[Mapping[str, Any]], run: Run) -> list[str]:
    counts, middle = tally(rows), medians(rows)
    lines = [
        f"**{counts['pass']} of {len(rows)} pictures can be published.** "
        f"{counts['review']} to review, {counts['fail']} failed."
    ]
    if middle["before"] is not None:
        lines += [
            "",
            f"Median color error: {middle['before']:.2f} before, {middle['after']:.2f} after (CIEDE2000).",
        ]
    return [*lines, "", f"Method {run.method}, colorfast {run.version}, {_escaped(run.date)}."]


def _complaint(row: Mapping[str, Any], run: Run) -> list[str]:
    broken = ", ".join(f"{m.name.lower()} {m.of(row['metrics']):.3g}" for m in broken_limits(row, run.limits))
    head = f"- **{_escaped(row['id'])}** ({row['verdict']}{': ' + broken if broken else ''})"
    said = [f"  - {_escaped(reason)}" for reason in row["reasons"]]
    return [head, *said, *(f"  - Next: {_escaped(step)}" for step in next_steps(row, run.limits))]


def _table_line(row: Mapping[str, Any]) -> str:
    metrics, ms = row["metrics"], total_ms(row)
    name, verdict = _escaped(row["id"]), row["verdict"]
    time = "" if ms is None else f"{ms:.0f}"
    if metrics is None:
        return f"| {name} | {verdict} | | | | | {time} |"
    before, after = metrics["triplet"]["before"], metrics["triplet"]["after"]
    numbers = f"{before:.2f} | {after:.2f} | {metrics['spill']:.2f} | {metrics['structure']:.3f}"
    return f"| {name} | {verdict} | {numbers} | {time} |"


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    garment, metrics, times = row["garment"] or {}, row["metrics"] or {}, row["timings_ms"]
    flat = {
        **{key: row[key] for key in ("id", "verdict", "method", "output")},
        **{f"garment_{key}": value for key, value in garment.items()},
        **{key: metrics.get(key) for key in MEASURED},
        **{f"triplet_{key}": metrics["triplet"][key] for key in TRIPLET if metrics},
        **{f"seed_{key}": metrics["seed"][key] for key in SEED if metrics},
        **{f"ms_{stage}": times[stage] for stage in STAGES if stage in times},
    }
    error = row.get("error")
    flat["error_code"] = error["code"] if error else None
    return {**flat, "ms_total": total_ms(row), "reasons": "; ".join(row["reasons"])}


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula: an apostrophe before it, which they hide."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|#&~])", r"\\\1", one_line)
