"""Decisions for other programs: CSV, JSON, and the list of files that may be published.

A file that was changed after it was approved is not what was approved: it is named as changed and left out of
the list.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from colorfast.report.text import harmless
from colorfast.review.decisions import State
from colorfast.review.desk import Desk
from colorfast.review.errors import Unknown
from colorfast.review.items import Item
from colorfast.review.log import head_of

COLUMNS = (
    "id",
    "verdict",
    "status",
    "file",
    "sha256",
    "unchanged",
    "reason",
    "who",
    "at",
    "method",
    "redone",
)


def decisions(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield one record an item, under COLUMNS, in the order of the queue; what is not known is None."""
    known = desk.states()
    for item in desk.source.items:
        yield _record(desk, item, known.get(item.row["id"], State()))


def as_json(desk: Desk) -> str:
    """Return all decisions and the head of the log that they were read from."""
    listed, entries = list(decisions(desk)), desk.log.entries()
    whole = {"schema": 1, "entries": len(entries), "head": head_of(entries), "decisions": listed}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def as_csv(desk: Desk) -> str:
    """Return all decisions as CSV with a header."""
    page = io.StringIO()
    writer = csv.DictWriter(page, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in one.items()} for one in decisions(desk))
    return page.getvalue()


def approved_files(desk: Desk) -> str:
    """Return where the approved files are that are still what was approved, one a line."""
    return "".join(f"{one['file']}\n" for one in decisions(desk) if one["unchanged"])


def _record(desk: Desk, item: Item, state: State) -> dict[str, Any]:
    record: dict[str, Any] = dict.fromkeys(COLUMNS)
    redone = state.attempts or {}
    record |= {"id": item.row["id"], "verdict": item.row["verdict"], "status": state.status}
    record |= {"method": item.row["method"], "redone": len(redone)}
    if state.decision is None:
        return record
    done = state.decision.done
    attempt = done["attempt"]
    if attempt in redone:
        record |= {"verdict": redone[attempt]["row"]["verdict"], "method": redone[attempt]["row"]["method"]}
    record |= {"who": state.decision.who, "at": state.decision.at, "reason": done.get("reason")}
    if "sha256" in done:
        record |= _approved(desk, item, attempt, done["sha256"])
    return record


def _approved(desk: Desk, item: Item, attempt: str, sha256: str) -> dict[str, Any]:
    try:
        unchanged = desk.source.sha256(item, attempt) == sha256
        return {"file": desk.source.name(item, attempt), "sha256": sha256, "unchanged": unchanged}
    except Unknown:
        return {"sha256": sha256, "unchanged": False}
