"""A pair whose files lie in object storage, brought to a scratch folder and back; others are left as they are.

Pictures are fetched for one pair at a time. What came out is put when all of it is there, the photo last.
The journal and the tables of an OUT in object storage lie on this machine while the batch runs.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from colorfast.batch import journal, objects, outputs
from colorfast.errors import ReadError
from colorfast.files import make_folder
from colorfast.places import url_of
from colorfast.records import Pair

NEEDED = ("photo", "reference", "mask", "reference_mask")
KEEP_SECONDS = 60.0  # how often the journal is put: a machine that is lost costs the records since then


class Folder(NamedTuple):
    """OUT on this machine."""

    path: Path
    keep: Callable[[], None]
    """Puts the journal where the next run finds it, if it is time to; to be called after each record."""


@contextmanager
def at_hand(pair: Pair, out: Path) -> Iterator[tuple[Pair, Path]]:
    """Give the pair with all its files on this machine, and a folder for what comes out.

    Raises FileMissing, ReadError or WriteError, each naming the object.
    """
    distant = {name: path for name in NEEDED if (path := getattr(pair, name)) is not None and url_of(path)}
    if not distant and url_of(out) is None:
        yield pair, out
        return
    outputs.refuse_overwriting(pair, out)
    with tempfile.TemporaryDirectory(prefix="colorfast-") as name:
        here: dict[str, Any] = {use: _fetched(path, Path(name) / use) for use, path in distant.items()}
        folder = Path(name) / "out" if url_of(out) else out
        if folder != out:
            outputs.prepare(folder)
        try:
            yield replace(pair, **here), folder
        except ReadError as error:
            whole = {here[use]: path for use, path in distant.items()}
            if error.path not in whole:
                raise
            raise type(error)(whole[error.path], error.reason) from error
        if folder != out:
            for file in reversed(outputs.files_of(pair)):
                objects.write(out / file, (folder / file).read_bytes())


@contextmanager
def folder_of(out: Path) -> Iterator[Folder]:
    """Give the folder of this machine where the journal, the tables and the page of OUT are written.

    Raises ReadError or WriteError.
    """
    if url_of(out) is None:
        make_folder(out)
        yield Folder(out, lambda: None)
        return
    with tempfile.TemporaryDirectory(prefix="colorfast-") as name:
        folder, kept = Path(name), time.monotonic()
        if objects.exists(out / journal.FILE):
            (folder / journal.FILE).write_bytes(objects.read(out / journal.FILE))

        def keep() -> None:
            nonlocal kept
            if time.monotonic() - kept > KEEP_SECONDS:
                objects.write(out / journal.FILE, (folder / journal.FILE).read_bytes())
                kept = time.monotonic()

        try:
            yield Folder(folder, keep)
        finally:
            for path in sorted(folder.glob("*.*")):
                objects.write(out / path.name, path.read_bytes())


def _fetched(path: Path, folder: Path) -> Path:
    """Bring one object into a folder of its own, under its own name: the ending tells the format."""
    data = objects.read(path)
    folder.mkdir()
    (folder / path.name).write_bytes(data)
    return folder / path.name
