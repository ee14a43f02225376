"""The page: its one document, its style and scripts, and what it is told about each item."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from colorfast.correct.settings import METHODS
from colorfast.records import GARMENTS
from colorfast.report.words import METRICS, SEED_METRICS, Metric, broken_limits, next_steps
from colorfast.review.decisions import WORDS, State
from colorfast.review.desk import LONGEST_REASON, Desk
from colorfast.review.errors import Unknown
from colorfast.review.folder import Folder, Item

STATIC: Mapping[str, str] = {
    "style.css": "text/css",
    "compare.js": "text/javascript",
    "brush.js": "text/javascript",
    "queue.js": "text/javascript",
    "panel.js": "text/javascript",
    "review.js": "text/javascript",
    "study.js": "text/javascript",
}
REASONS = (
    "Color differs from the reference",
    "Mask misses part of the garment",
    "Something beside the garment changed",
    "Texture or folds were lost",
    "Reference shows another garment",
)


def review_page(desk: Desk, token: str) -> str:
    """Return the page of a review."""
    shown = {
        "title": desk.folder.out.resolve().name,
        "who": desk.who,
        "token": token,
        "payload": embedded(payload(desk)),
        "methods": METHODS,
        "garments": GARMENTS,
        "reasons": REASONS,
        "longest": LONGEST_REASON,
        "redoable": desk.folder.redoable,
        "strength": round(100 * desk.folder.settings.correct.strength),
        "metrics": [metric for metric in (*METRICS, *SEED_METRICS) if metric.key in desk.folder.limits],
    }
    return environment().get_template("review.html").render(shown)


def payload(desk: Desk) -> dict[str, Any]:
    """Return what the page knows: items in the order of the queue, limits, metrics, and every state."""
    return {
        "limits": dict(desk.folder.limits),
        "metrics": [_described(metric) for metric in _judged(desk.folder)],
        "items": [told_item(desk.folder, item) for item in desk.folder.items],
        **told_states(desk),
    }


def told_states(desk: Desk) -> dict[str, Any]:
    """Return where every picture stands, in the order of the queue, and the head of the log."""
    states = desk.states()
    known = [states.get(item.row["id"], State()) for item in desk.folder.items]
    return {"states": [told_state(desk.folder, state) for state in known], "head": desk.log.head}


def told_item(folder: Folder, item: Item) -> dict[str, Any]:
    """Return what the page is told about an item, which no decision changes."""
    return {
        **told_row(folder, item.row),
        "id": item.row["id"],
        "doubt": round(min(item.doubt, 99.0), 3),
        "worst": item.worst,
        "stamp": _stamp(folder, item),
        "target": item.pair.target,
    }


def told_state(folder: Folder, state: State) -> dict[str, Any]:
    """Return what the page is told about where an item stands."""
    decision = state.decision
    return {
        "version": state.version,
        "status": state.status,
        "attempt": decision.done["attempt"] if decision else None,
        "reason": decision.done.get("reason") if decision else None,
        "attempts": [
            {"attempt": attempt, "wished": done["wished"], **told_row(folder, done["row"])}
            for attempt, done in (state.attempts or {}).items()
        ],
        "history": [
            {
                "who": entry.who,
                "at": entry.at,
                "did": WORDS[entry.done["action"]],
                "reason": entry.done.get("reason"),
            }
            for entry in state.history
        ],
    }


def told_row(folder: Folder, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a row."""
    shown = ("verdict", "reasons", "method", "garment", "metrics")
    return {
        **{key: row[key] for key in shown},
        "output": bool(row["output"]),
        "broken": [metric.key for metric in broken_limits(row, folder.limits)],
        "next": list(next_steps(row, folder.limits)),
    }


def static(name: str) -> tuple[str, str]:
    """Return the text and media type of one of the page's own files. Raises Unknown."""
    if name not in STATIC:
        raise Unknown("there is no such file")
    return _text(name), STATIC[name]


def embedded(payload: Mapping[str, Any]) -> Markup:
    """Return JSON that may stand inside a script element: no < can end it or start a comment."""
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


@cache
def environment() -> Environment:
    """Return what templates are rendered in: everything is escaped, and nothing may be left out."""
    return Environment(
        loader=PackageLoader("colorfast.review", "templates"), autoescape=True, undefined=StrictUndefined
    )


@cache
def _text(name: str) -> str:
    return (files("colorfast.review") / "templates" / name).read_text(encoding="utf-8")


def _judged(folder: Folder) -> tuple[Metric, ...]:
    """Return the metrics with a limit first, then the others of ours."""
    judged = [metric for metric in (*SEED_METRICS, *METRICS) if metric.key in folder.limits]
    return (*judged, *(metric for metric in METRICS if metric.key not in folder.limits))


def _described(metric: Metric) -> dict[str, Any]:
    words = asdict(metric)
    return {key: words[key] for key in ("key", "name", "meaning", "higher_is_better")}


def _stamp(folder: Folder, item: Item) -> int:
    """Return a number that changes when the batch makes the picture anew; 0 where there is none."""
    try:
        return folder.file(item, "0", "after").stat().st_mtime_ns
    except Unknown:
        return 0
