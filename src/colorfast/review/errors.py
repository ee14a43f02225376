"""Every error by which a review refuses something; `status` is its HTTP status.

ReviewError              base
├── NothingToReview      the folder is not the output of a batch
├── LogAltered           the log of decisions is not what was written
├── LogLost              the log lacks what an export saw of it
├── NotAnExport          the file that a log is held against is no decisions.json
├── Moved                somebody else decided since the page was loaded
├── Unknown              no such picture
├── NotTaken             a decision or a redo that cannot be carried out
├── NotYet               a redo that waits for a worker
└── NotAllowed           a request that does not come from the page
"""

from __future__ import annotations

from pathlib import Path

from colorfast.errors import ColorfastError


class ReviewError(ColorfastError):
    """A review refuses something."""

    code = "not-reviewed"
    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class NothingToReview(ReviewError):
    """The folder is not the output of a batch."""

    code = "nothing-to-review"

    def __init__(self, folder: Path | str, reason: str) -> None:
        super().__init__(reason)
        self.args = (folder, reason)
        self.folder = Path(folder)

    def __str__(self) -> str:
        return f"{self.folder}: {self.reason}"


class LogAltered(ReviewError):
    """The log of decisions is not what was written: an entry was changed, removed or put in."""

    code = "log-altered"
    status = 500

    def __init__(self, path: Path | str, entry: int) -> None:
        super().__init__(f"entry {entry} does not follow from those before it")
        self.args = (path, entry)
        self.path, self.entry = Path(path), entry

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.reason}; the file was changed by something else: "
            "restore it from a backup, or move it away to begin anew"
        )


class LogLost(ReviewError):
    """The log of decisions lacks what an export saw of it: its end was cut off, or it was written anew."""

    code = "log-lost"
    status = 500

    def __init__(self, path: Path | str, pinned: int, entries: int) -> None:
        super().__init__(f"the export saw {pinned} entries, and they are not the first of the {entries} here")
        self.args = (path, pinned, entries)
        self.path, self.pinned, self.entries = Path(path), pinned, entries

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.reason}; the end was cut off, the log written anew, or the export is of another "
            "one: restore it from a backup"
        )


class NotAnExport(ReviewError):
    """The file that a log is held against is no exported decisions.json."""

    code = "not-an-export"

    def __init__(self, path: Path | str) -> None:
        super().__init__("not an exported decisions.json; save one from the page of `colorfast review`")
        self.args = (path,)
        self.path = Path(path)

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class Moved(ReviewError):
    """Somebody else decided since the page was loaded."""

    code = "decided-meanwhile"
    status = 409


class Unknown(ReviewError):
    """There is no such picture in this folder."""

    code = "no-such-picture"
    status = 404


class NotTaken(ReviewError):
    """A decision or a redo that cannot be carried out."""

    code = "not-taken"
    status = 422


class NotYet(ReviewError):
    """A redo that waits for a worker, or is under way."""

    code = "not-yet"
    status = 503


class NotAllowed(ReviewError):
    """A request that does not come from the page that this program serves."""

    code = "not-allowed"
    status = 403
