"""A place is a path, or an object in storage that is written as one: `s3://bucket/key` is Path("s3:/bucket/key").

So whatever holds paths holds objects too, and only who opens or names them asks which it is.
"""

from __future__ import annotations

import re
from pathlib import Path

STORES = ("s3", "gs", "az")
AS_PATH = re.compile(rf"({'|'.join(STORES)}):/(?!/)(.+)")
AS_URL = re.compile(rf"({'|'.join(STORES)})://(?P<key>.+)")


def path_of(text: str) -> Path | None:
    """Return the path that stands for an object's URL; None when the text is none.

    Raises ValueError for a key that no path can hold: with an empty part, `.` or `..`.
    """
    found = AS_URL.fullmatch(text)
    if found is None:
        return None
    if {"", ".", ".."} & set(found["key"].rstrip("/").split("/")):
        raise ValueError("a key with an empty part, '.' or '..' cannot be used; rename the object")
    return Path(text)


def url_of(path: Path) -> str | None:
    """Return the URL of an object; None for a path of this machine."""
    found = AS_PATH.fullmatch(path.as_posix())
    return None if found is None else f"{found[1]}://{found[2]}"


def shown(path: Path) -> str:
    """Return a place as people write it."""
    return url_of(path) or str(path)


def whole(path: Path) -> Path:
    """Return a place so that it is the same wherever a process stands."""
    return path.absolute() if url_of(path) is None else path
