"""One static HTML page a run: rows and relative picture paths in, a page that works from disk out.

The page carries its own style and script and asks for nothing but the pictures beside it. A content security
policy allows exactly that style and script by their hashes, so a hostile id could not run even if it got out
of its escaping.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any, TypeAlias
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from colorfast.report.rows import medians, tally, total_ms
from colorfast.report.run import Run
from colorfast.report.words import METRICS, SEED_METRICS, Metric, broken_limits, next_steps

PagePictures: TypeAlias = Mapping[str, Mapping[str, str]]
"""Row id to picture name to path relative to the page, POSIX; any may be missing."""

PICTURES = ("before", "after", "reference", "heatmap", "triplet", "corrected")
"""Names of pictures; the first five are shown, the last is the delivered file, which is linked."""

SCRIPTS = ("list.js", "viewer.js", "page.js")
COLUMNS = (
    ("id", "Id", "text"),
    ("verdict", "Verdict", "text"),
    ("before", "Before", "number"),
    ("after", "After", "number"),
    ("spill", "Spill", "number"),
    ("texture", "Texture", "number"),
    ("ms", "ms", "number"),
)
LARGEST_SCALE = 20.0
"""CIEDE2000 at the end of the page's scales, at most: one outlier must not flatten the rest."""


def html_page(rows: Sequence[Mapping[str, Any]], run: Run, pictures: PagePictures) -> str:
    """Return the page as text, to be saved as UTF-8.

    Raises ValueError when `pictures` holds a name that is not in `PICTURES`.
    """
    style, script = _resource("page.css"), _script()
    return (
        _environment()
        .get_template("page.html")
        .render(
            run=run,
            total=len(rows),
            counts=tally(rows),
            middle=medians(rows),
            columns=COLUMNS,
            style=Markup(style),
            script=Markup(script),
            style_hash=_sha256(style),
            script_hash=_sha256(script),
            payload=Markup(_json(_payload(rows, run, pictures))),
        )
    )


def _payload(rows: Sequence[Mapping[str, Any]], run: Run, pictures: PagePictures) -> dict[str, Any]:
    return {
        "limits": dict(run.limits),
        "scale": _scale(rows),
        "metrics": [_described(metric) for metric in _shown_metrics(run)],
        "rows": [_row(row, run, pictures.get(row["id"], {})) for row in rows],
    }


def _row(row: Mapping[str, Any], run: Run, pictures: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page shows of a row."""
    unknown = set(pictures) - set(PICTURES)
    if unknown:
        raise ValueError(f"{row['id']}: no such picture: {', '.join(sorted(unknown))}; known: {PICTURES}")
    shown = ("id", "verdict", "reasons", "method", "garment", "metrics", "timings_ms", "output")
    return {
        **{key: row[key] for key in shown},
        "error": row.get("error"),
        "ms": total_ms(row),
        "broken": [metric.key for metric in broken_limits(row, run.limits)],
        "next": next_steps(row, run.limits),
        "pictures": {name: quote(path) for name, path in pictures.items()},
    }


def _shown_metrics(run: Run) -> tuple[Metric, ...]:
    """Return our metrics, and those of the DeltaE project first where they were judged."""
    return (*(metric for metric in SEED_METRICS if metric.key in run.limits), *METRICS)


def _described(metric: Metric) -> dict[str, Any]:
    words = asdict(metric)
    return {key: words[key] for key in ("key", "name", "meaning", "higher_is_better")}


def _scale(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the CIEDE2000 at the end of the page's scales: round, and wide enough for the usual row."""
    worst = [
        max(row["metrics"]["triplet"][when] for when in ("before", "after")) for row in rows if row["metrics"]
    ]
    return min(LARGEST_SCALE, max(5.0, float(-(-max(worst, default=0.0) // 1))))


def _json(payload: Mapping[str, Any]) -> str:
    """Return JSON that may stand inside a script element: no < can end it or start a comment."""
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _script() -> str:
    """Return the page's script: the parts share one closed scope."""
    parts = "\n".join(_resource(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _resource(name: str) -> str:
    return (files("colorfast.report") / "templates" / name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    """Return the hash that a content security policy names."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("colorfast.report", "templates"), autoescape=True, undefined=StrictUndefined
    )
