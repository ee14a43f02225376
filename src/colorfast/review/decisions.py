"""What the log says about each picture: entries in, the state of an item out.

An entry's `done` has an `action`:

    approve   attempt, sha256 of the approved file
    reject    attempt, reason
    undo      takes the last decision back that still stands
    redo      attempt, what was wished, and the row of what came out
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colorfast.review.log import Entry

FIRST = "0"  # the attempt that the batch made
DECISIONS = ("approve", "reject")
WORDS: Mapping[str, str] = {
    "approve": "approved it",
    "reject": "rejected it",
    "undo": "took a decision back",
    "redo": "had it corrected once more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a picture stands."""

    version: int = 0
    """How many entries the log has about it."""
    decision: Entry | None = None
    """The approval or rejection that holds."""
    attempts: Mapping[str, Mapping[str, Any]] | None = None
    """Rows of what was corrected once more, by attempt."""
    history: tuple[Entry, ...] = ()

    @property
    def status(self) -> str:
        """Open, approved or rejected, in one word."""
        if self.decision is None:
            return "open"
        return "approved" if self.decision.done["action"] == "approve" else "rejected"


def states(entries: Iterable[Entry]) -> dict[str, State]:
    """Return the state of every item that the log speaks of."""
    by_item: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_item[entry.item].append(entry)
    return {item: state_of(about) for item, about in by_item.items()}


def state_of(entries: Sequence[Entry]) -> State:
    """Return the state of one item, from the entries about it, in order."""
    standing: list[Entry] = []
    attempts: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        action = entry.done["action"]
        if action in DECISIONS:
            standing.append(entry)
        elif action == "undo" and standing:
            standing.pop()
        elif action == "redo":
            attempts[entry.done["attempt"]] = entry.done
    return State(
        version=len(entries),
        decision=standing[-1] if standing else None,
        attempts=attempts,
        history=tuple(entries),
    )


def told(entry: Entry) -> str:
    """Return in words what an entry says, for somebody whom it surprises."""
    reason = entry.done.get("reason")
    return f"{entry.who} {WORDS[entry.done['action']]} at {entry.at}" + (f": {reason}" if reason else "")
