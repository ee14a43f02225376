"""Objects in storage, one at a time: the only module of a batch that speaks to obstore. Needs the extra `storage`.

Paths come in as `places` makes them. Credentials and endpoint are those of the environment, such as
AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL. An object is put whole or not at all.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from colorfast.errors import ExtraMissing, FileMissing, ReadError, WriteError, first_line
from colorfast.places import url_of

if TYPE_CHECKING:
    from obstore.store import ObjectStore

FOLDERS = 64  # whose connections are kept


def read(path: Path) -> bytes:
    """Return an object's bytes. Raises FileMissing or ReadError."""
    with _told(path, ReadError):
        return bytes(_folder(path.parent).get(path.name).bytes())


def tag(path: Path) -> str:
    """Return what changes whenever an object does, without reading it. Raises FileMissing or ReadError."""
    with _told(path, ReadError):
        found = _folder(path.parent).head(path.name)
        return f"{found['e_tag'] or found['last_modified'].isoformat()} {found['size']}"


def exists(path: Path) -> bool:
    """Return whether there is an object. Raises ReadError when that cannot be known."""
    try:
        tag(path)
    except FileMissing:
        return False
    return True


def write(path: Path, data: bytes) -> None:
    """Put an object in place of the one that was there. Raises WriteError."""
    with _told(path, WriteError):
        _folder(path.parent).put(path.name, data)


def remove(path: Path) -> None:
    """Remove an object that may be there. Raises WriteError."""
    with _told(path, WriteError), suppress(FileNotFoundError):
        _folder(path.parent).delete(path.name)


@functools.lru_cache(maxsize=FOLDERS)
def _folder(path: Path) -> ObjectStore:
    from obstore.store import from_url

    return from_url(cast("str", url_of(path)))


@contextmanager
def _told(path: Path, kind: type[ReadError | WriteError]) -> Iterator[None]:
    """Turn what a store raises into an error that names the object. Raises ExtraMissing."""
    try:
        from obstore.exceptions import BaseError
    except ImportError as error:
        raise ExtraMissing("storage", "pictures in object storage need obstore") from error
    try:
        yield
    except FileNotFoundError as error:
        if kind is WriteError:
            raise WriteError(path, "there is no such bucket; make it first") from error
        raise FileMissing(path, "there is no such object") from error
    except (BaseError, OSError, ValueError) as error:
        raise kind(path, f"the object storage says: {first_line(error)}") from error
