"""Writing files so that a reader never sees half of one.

Bytes come in; a whole file with the usual permissions, or an error and no file at all, goes out.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:NAME_ROOM]}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_permissions(path))
        os.replace(name, path)  # noqa: PTH105 - atomic also where the target exists, on Windows too
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _permissions(path: Path) -> int:
    """Return the mode of the file that is replaced, else what the user's umask allows; mkstemp gives 0600."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        umask = os.umask(0o022)  # can only be read by setting it
        os.umask(umask)
        return 0o666 & ~umask
