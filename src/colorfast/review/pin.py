"""An export pins the log: whether all that it saw is still there.

A log whose end was cut off verifies by itself, and so does one that was written anew as a whole. Only what was
handed on before can tell: `decisions.json`, with the number of entries and the hash of the last one.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from colorfast.review.desk import LOG
from colorfast.review.errors import LogLost, NotAnExport
from colorfast.review.folder import ROOM
from colorfast.review.log import FileLog, head_of


class Pin(NamedTuple):
    """What an export saw of the log."""

    entries: int
    head: str


class Held(NamedTuple):
    """How many entries the log has, and how many of them, its first, an export saw."""

    entries: int
    pinned: int


def check(out: Path, export: Path) -> Held:
    """Verify the log in a batch's OUT and hold it against an exported decisions.json.

    Raises NotAnExport, LogAltered, or LogLost when entries that the export saw are gone or other ones.
    """
    pin, path = read_pin(export), out / ROOM / LOG
    if not path.is_file():  # opening it would begin a new one
        raise LogLost(path, pin.entries, 0)
    with closing(FileLog(path)) as log:
        entries = log.entries()
    if pin.entries > len(entries) or head_of(entries[: pin.entries]) != pin.head:
        raise LogLost(path, pin.entries, len(entries))
    return Held(len(entries), pin.entries)


def read_pin(export: Path) -> Pin:
    """Return what an exported decisions.json says of its log. Raises NotAnExport."""
    try:
        document = json.loads(export.read_text(encoding="utf-8"))
        pin = Pin(document["entries"], document["head"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAnExport(export) from error
    if type(pin.entries) is not int or pin.entries < 0 or not isinstance(pin.head, str):
        raise NotAnExport(export)
    return pin
