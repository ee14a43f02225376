"""An open review: what is asked and decided about the pictures of a source."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from colorfast.files import make_folder
from colorfast.review.decisions import FIRST, State, state_of, states, told
from colorfast.review.errors import Moved, NotTaken
from colorfast.review.folder import ROOM, Folder
from colorfast.review.items import Item, Source, Wishes
from colorfast.review.log import FileLog, Log

LOG = "log.sqlite"
LONGEST_REASON = 500


@dataclass(slots=True)
class Desk:
    """A source of items, its log, and who sits here."""

    source: Source
    log: Log
    who: str
    correcting: threading.Lock = field(default_factory=threading.Lock)
    """One correction at a time: a second one of the same picture is refused, not made."""

    def states(self) -> Mapping[str, State]:
        """Return the state of each picture that the log speaks of, by id."""
        return states(self.log.entries())

    def state(self, item: Item) -> State:
        """Return where a picture stands."""
        return state_of(self.log.of(item.row["id"]))

    def decide(self, item: Item, action: str, version: int, *, attempt: str, reason: str) -> State:
        """Approve or reject an attempt, or take the last decision back, and return where the picture stands.

        Raises Moved when the log knows more about it than `version` entries, and NotTaken.
        """
        done = {"action": action, **self._details(item, action, attempt, reason.strip())}
        if self.log.add(self.who, item.row["id"], done, version=version) is None:
            raise Moved(self._surprise(item, version))
        return self.state(item)

    def redo(self, item: Item, wishes: Wishes, version: int) -> State:
        """Correct a picture once more and return where it stands. Raises Moved, NotTaken, or as `process` does."""
        with self.correcting:
            if self.state(item).version != version:
                raise Moved(self._surprise(item, version))
            done = self.source.redo(item, wishes)
        self.log.add(self.who, item.row["id"], {"action": "redo", **done})
        return self.state(item)

    def _details(self, item: Item, action: str, attempt: str, reason: str) -> dict[str, Any]:
        known = self.state(item)
        if action == "undo":
            if known.decision is None:
                raise NotTaken("there is no decision to take back")
            return {}
        if attempt != FIRST and attempt not in (known.attempts or {}):
            raise NotTaken("there is no such attempt at this picture")
        if action == "reject":
            if not reason:
                raise NotTaken("say why it is rejected; whoever mends it needs to know")
            return {"attempt": attempt, "reason": reason[:LONGEST_REASON]}
        if item.row["output"] is None and attempt == FIRST:
            raise NotTaken("there is no corrected picture to approve")
        return {"attempt": attempt, "sha256": self.source.sha256(item, attempt)}

    def _surprise(self, item: Item, version: int) -> str:
        unseen = self.state(item).history[version:]
        return "; ".join(told(entry) for entry in unseen) or "this page is not of this log; load it again"


def open_desk(folder: Folder, who: str) -> Desk:
    """Open the log of a folder, or begin it. Raises LogAltered or WriteError."""
    room = folder.out / ROOM
    make_folder(room)
    return Desk(folder, FileLog(room / LOG), who)
