"""A log of decisions in the service's database, one chain for each API key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from colorfast.review.log import Entry, Log
from colorfast.service.tables import Tables


class TableLog(Log):
    """The log of an owner; every server may add to it."""

    def __init__(self, tables: Tables, owner: str) -> None:
        """Read the log and verify it. Raises LogAltered."""
        self.place = f"the decisions of {owner}"
        self._tables, self._owner = tables, owner
        super().__init__()

    def close(self) -> None:
        """Let go of nothing: the database is the house's."""

    def _after(self, seq: int) -> Sequence[Sequence[Any]]:
        return self._tables.decisions(self._owner, seq)

    def _write(self, entry: Entry, done: str) -> bool:
        return self._tables.decide(self._owner, {**entry._asdict(), "done": done})
