"""Writing files so that a reader never sees half of one.

Bytes come in; a whole file with the usual permissions, or an error and no file at all, goes out.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from colorfast.errors import WriteError

NAME_ROOM = (
    16  # characters of the final name kept in the temporary one, so that it fits where the final one does
)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file beside its final place, flush it to the disk, and move it there in one step.

    What was at `path` stays untouched until the new file is whole. Whatever stops the write, Ctrl-C included,
    the temporary file is removed.

    Raises WriteError: no such folder, not allowed, disk full, quota, name too long, `path` is a folder.
    """
    try:
        _write_and_move(path, data)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error


def _write_and_move(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name[:NAME_ROOM]}-{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:  # not tempfile: that ignores the umask
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):  # gone when all went well; its folder may be, when not
            temporary.unlink()
