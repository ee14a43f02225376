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
from colorfast.review.items import Item, Source

STATIC: Mapping[str, str] = {
    "style.css": "text/css",
    "compare.js": "text/javascript",
    "brush.js": "text/javascript",
    "queue.js": "text/javascript",
    "panel.js": "text/javascript",
    "review.js": "text/javascript",
    "study.js": "text/javascript",
    "login.js": "text/javascript",
}
REASONS = (
    "Color differs from the reference",
    "Mask misses part of the garment",
    "Something beside the garment changed",
    "Texture or folds were lost",
    "Reference shows another garment",
)


def review_page(desk: Desk, token: str, leave: str | None) -> str:
    """Return the page of a review.

    token   by which the page shows that it is ours
    leave   address at which one signs out; None where nobody signs in
    """
    shown = {
        "title": desk.source.title,
        "leave": leave,
        "who": desk.who,
        "token": token,
        "payload": embedded(payload(desk)),
        "methods": METHODS,
        "garments": GARMENTS,
        "reasons": REASONS,
        "longest": LONGEST_REASON,
        "redoable": desk.source.redoable,
        "strength": round(100 * desk.source.settings.correct.strength),
        "metrics": [metric for metric in (*METRICS, *SEED_METRICS) if metric.key in desk.source.limits],
    }
    return environment().get_template("review.html").render(shown)


def payload(desk: Desk) -> dict[str, Any]:
    """Return what the page knows: items in the order of the queue, limits, metrics, and every state."""
    return {
        "limits": dict(desk.source.limits),
        "metrics": [_described(metric) for metric in _judged(desk.source)],
        "items": [told_item(desk.source, item) for item in desk.source.items],
        **told_states(desk),
    }


def told_states(desk: Desk) -> dict[str, Any]:
    """Return where every picture stands, by key, and the head of the log."""
    known, source = desk.states(), desk.source
    told = {item.key: told_state(source, known.get(item.row["id"], State())) for item in source.items}
    return {"states": told, "head": desk.log.head}


def told_item(source: Source, item: Item) -> dict[str, Any]:
    """Return what the page is told about an item, which no decision changes."""
    return {
        **told_row(source, item.row),
        "id": item.row["id"],
        "doubt": round(min(item.doubt, 99.0), 3),
        "worst": item.worst,
        "key": item.key,
        "stamp": source.stamp(item),
        "target": item.target,
    }


def told_state(source: Source, state: State) -> dict[str, Any]:
    """Return what the page is told about where an item stands."""
    decision = state.decision
    return {
        "version": state.version,
        "status": state.status,
        "attempt": decision.done["attempt"] if decision else None,
        "reason": decision.done.get("reason") if decision else None,
        "attempts": [
            {"attempt": attempt, "wished": done["wished"], **told_row(source, done["row"])}
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


def told_row(source: Source, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a row."""
    shown = ("verdict", "reasons", "method", "garment", "metrics")
    return {
        **{key: row[key] for key in shown},
        "output": bool(row["output"]),
        "broken": [metric.key for metric in broken_limits(row, source.limits)],
        "next": list(next_steps(row, source.limits)),
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


def _judged(source: Source) -> tuple[Metric, ...]:
    """Return the metrics with a limit first, then the others of ours."""
    judged = [metric for metric in (*SEED_METRICS, *METRICS) if metric.key in source.limits]
    return (*judged, *(metric for metric in METRICS if metric.key not in source.limits))


def _described(metric: Metric) -> dict[str, Any]:
    words = asdict(metric)
    return {key: words[key] for key in ("key", "name", "meaning", "higher_is_better")}
