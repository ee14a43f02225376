"""The journal of a batch: which pair was done from which inputs, and what came out.

One SQLite file in OUT, one row a pair, committed as soon as the pair's files are written. It survives Ctrl-C,
a killed process and a full disk, and holds everything that results.jsonl and the page are made from.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from colorfast.errors import WriteError
from colorfast.records import Pair
from colorfast.report.rows import Row, json_line

FILE = "journal.sqlite"

TABLE = """
create table if not exists pairs (
    id text primary key,
    key text,            -- of inputs, settings and version; null when the pair ended in an error
    row text not null,   -- as in results.jsonl
    day text not null    -- when it was recorded, ISO 8601
)
"""


class Journal:
    """An open journal; only one batch at a time may hold it."""

    def __init__(self, folder: Path) -> None:
        """Open the journal in `folder`, or begin it. Raises WriteError."""
        self.path = folder / FILE
        with self._named():
            self._base = sqlite3.connect(self.path, timeout=0.5)
            self._base.execute("pragma locking_mode = exclusive")
            self._base.execute(TABLE)
            self._base.execute("begin exclusive")  # with the locking mode above, held until closed
            self._base.commit()

    def key(self, pair_id: str) -> str | None:
        """Return the key that the pair was last finished with; None when it has to be done."""
        with self._named():
            found = self._base.execute("select key from pairs where id = ?", (pair_id,)).fetchone()
        return None if found is None else found[0]

    def row(self, pair_id: str) -> Row:
        """Return the row of a pair that is recorded. Raises KeyError when it is not."""
        with self._named():
            found = self._base.execute("select row from pairs where id = ?", (pair_id,)).fetchone()
        if found is None:
            raise KeyError(pair_id)
        return dict(json.loads(found[0]))

    def rows(self, pairs: Sequence[Pair]) -> tuple[Row, ...]:
        """Return the rows of the pairs that are recorded, in their order."""
        with self._named():
            recorded = {found[0] for found in self._base.execute("select id from pairs")}
        return tuple(self.row(pair.id) for pair in pairs if pair.id in recorded)

    def last_day(self) -> str:
        """Return the day of the newest record; empty when there is none."""
        with self._named():
            found = self._base.execute("select max(day) from pairs").fetchone()[0]
        return found or ""

    def record(self, pair_id: str, key: str | None, row: Row) -> None:
        """Write a pair's outcome down, for good. Raises WriteError."""
        values = (pair_id, key, json_line(row), date.today().isoformat())
        with self._named(), self._base:
            self._base.execute("insert or replace into pairs values (?, ?, ?, ?)", values)

    def close(self) -> None:
        """Close the file; another batch may open it then."""
        self._base.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn SQLite's own errors into one that names the file."""
        try:
            yield
        except sqlite3.Error as error:
            locked = "locked" in str(error)
            reason = "another batch writes here; wait for it or give another OUT" if locked else str(error)
            raise WriteError(self.path, reason) from error
