"""Writing files so that a reader never sees half of one.

Bytes come in; a whole file with the usual permissions, or an error and no file at all, goes out.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from colorfast.errors import WriteError

NAME_ROOM = 16
"""Characters of the final name kept in the temporary one, so that it fits where the final one does."""

REMEDIES = {
    errno.ENOENT: "make its folder first",
    errno.ENOTDIR: "a file stands where a folder must be; give another place",
    errno.EEXIST: "a file stands where a folder must be; give another place",
    errno.EISDIR: "give the name of a file in it",
    errno.EACCES: "allow it, or give another place",
    errno.EPERM: "allow it, or give another place",
    errno.EROFS: "give a place that is not read-only",
    errno.ENOSPC: "make room and run it again",
    errno.EDQUOT: "make room and run it again",
    errno.ENAMETOOLONG: "give a shorter name",
}


def cache_home() -> Path:
    """Return where what can be had again is kept, which may not exist: $COLORFAST_CACHE or the user's cache."""
    if chosen := os.environ.get("COLORFAST_CACHE"):
        return Path(chosen)  # before home is asked for: in a container a user may have none
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "colorfast"


def make_folder(path: Path) -> None:
    """Make a folder, and those it is in, where they are missing. Raises WriteError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(path, reason(error)) from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file beside its final place, flush it to the disk, and move it there in one step.

    What was at `path` stays untouched until the new file is whole. Whatever stops the write, Ctrl-C included,
    the temporary file is removed.

    Raises WriteError: no such folder, not allowed, disk full, quota, name too long, `path` is a folder.
    """
    try:
        _write_and_move(path, data)
    except OSError as error:
        raise WriteError(path, reason(error)) from error


def reason(error: OSError) -> str:
    """Return the system's words for why a file cannot be written, and what to do about it."""
    said, advice = error.strerror or str(error), REMEDIES.get(error.errno or 0)
    return f"{said}; {advice}" if advice else said


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
