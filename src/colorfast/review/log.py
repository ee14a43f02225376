"""The log of what people did: entries are added and never changed, and a change from outside is noticed.

It lies in a table, of an SQLite file of its own or of the service's database. Triggers refuse updates and
deletions through SQL; each entry also carries the SHA-256 of itself and of the entry before it, so that a table
that was edited otherwise does not verify. The last of these hashes, the head, stands in every export: an export
that was handed on pins all entries before it, their end included.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from colorfast.errors import WriteError
from colorfast.review.errors import LogAltered

START = "0" * 64  # what the first entry follows

SCHEMA = """
create table if not exists log (
    seq integer primary key,  -- 1, 2, 3 …
    at text not null,         -- UTC, ISO 8601
    who text not null,
    item text not null,       -- what it is about
    done text not null,       -- JSON
    hash text not null        -- SHA-256 of the hash before and of this entry
);
create trigger if not exists no_update before update on log begin select raise(abort, 'only added to'); end;
create trigger if not exists no_delete before delete on log begin select raise(abort, 'only added to'); end;
"""


class Entry(NamedTuple):
    """One thing that somebody did."""

    seq: int
    at: str
    who: str
    item: str
    done: Mapping[str, Any]
    hash: str


class Log(ABC):
    """An open log; threads and other processes may add to it at the same time."""

    place: str
    """What errors call it."""

    def __init__(self) -> None:
        """Verify what it holds. Raises LogAltered."""
        self._lock = threading.RLock()
        self._entries: list[Entry] = []
        self.entries()

    @abstractmethod
    def close(self) -> None:
        """Let go of where the entries lie."""

    @abstractmethod
    def _after(self, seq: int) -> Sequence[Sequence[Any]]:
        """Return the entries after one of this number, in order, as they lie there."""

    @abstractmethod
    def _write(self, entry: Entry, done: str) -> bool:
        """Add an entry, `done` in JSON; False, and nothing added, when there is one of its number."""

    @property
    def head(self) -> str:
        """The hash of the last entry."""
        with self._lock:
            return head_of(self._entries)

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, in order. Raises LogAltered."""
        with self._lock:
            self._take_in()
            return tuple(self._entries)

    def of(self, item: str) -> tuple[Entry, ...]:
        """Return the entries about an item, in order. Raises LogAltered."""
        return tuple(entry for entry in self.entries() if entry.item == item)

    def add(
        self, who: str, item: str, done: Mapping[str, Any], *, version: int | None = None
    ) -> Entry | None:
        """Add an entry and return it; None, and nothing added, when the item has moved on.

        version   how many entries the item had when `who` looked; None adds whatever happened
        """
        with self._lock:
            while True:  # another process may take the next number: then what it added is read first
                self._take_in()
                if version is not None and version != sum(e.item == item for e in self._entries):
                    return None
                entry = chained(self._entries[-1] if self._entries else None, now(), who, item, done)
                if self._write(entry, _json(entry.done)):
                    self._entries.append(entry)
                    return entry

    def _take_in(self) -> None:
        """Read what others have added, and verify it."""
        for seq, at, who, item, done, found in self._after(len(self._entries)):
            last = self._entries[-1] if self._entries else None
            entry = chained(last, at, who, item, _parsed(done))
            if (seq, found) != (entry.seq, entry.hash):
                raise LogAltered(self.place, seq)
            self._entries.append(entry)


class FileLog(Log):
    """A log in an SQLite file of its own."""

    def __init__(self, path: Path) -> None:
        """Open a log, or begin it, and verify what it holds. Raises LogAltered or WriteError."""
        self.path, self.place = path, str(path)
        with self._named():
            self._base = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
            self._base.executescript(SCHEMA)
        super().__init__()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _after(self, seq: int) -> Sequence[Sequence[Any]]:
        with self._named():
            return self._base.execute("select * from log where seq > ? order by seq", (seq,)).fetchall()

    def _write(self, entry: Entry, done: str) -> bool:
        with self._named():
            try:
                self._base.execute(
                    "insert into log values (?, ?, ?, ?, ?, ?)", (*entry[:4], done, entry.hash)
                )
            except sqlite3.IntegrityError:
                return False
        return True

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn SQLite's own errors into one that names the file."""
        try:
            yield
        except sqlite3.Error as error:
            raise WriteError(self.path, str(error)) from error


def chained(last: Entry | None, at: str, who: str, item: str, done: Mapping[str, Any]) -> Entry:
    """Return an entry that follows another one; None for the first."""
    seq, before = (1, START) if last is None else (last.seq + 1, last.hash)
    text = before + _json([seq, at, who, item, done])
    return Entry(seq, at, who, item, done, hashlib.sha256(text.encode()).hexdigest())


def head_of(entries: Sequence[Entry]) -> str:
    """Return the hash of the last of these entries, which stands for them all."""
    return entries[-1].hash if entries else START


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text  # its hash will not fit
