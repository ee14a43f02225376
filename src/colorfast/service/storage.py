"""Where pictures are kept: by the SHA-256 of their bytes, in a folder or in object storage.

Bytes come in, a `Blob` goes out; the same bytes are kept once. Names are made here from the hash alone, so that
no text of a request becomes a path. Links to files are signed and expire: the service makes and checks them,
and object storage is asked for its own.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from colorfast.errors import NotAPicture, WriteError
from colorfast.files import write_atomically
from colorfast.read.formats import describe_foreign, format_of
from colorfast.service.errors import FetchTooLarge, LinkExpired, NotFound

HEAD = 4096  # first bytes that tell the format
TYPES = {name: f"image/{name}" for name in ("jpeg", "png", "tiff", "webp", "heif", "avif")}
HEX = frozenset("0123456789abcdef")
StorageError = (BaseError, OSError)
"""What is raised when the storage does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A picture in the storage."""

    sha256: str
    format: str
    """jpeg, png, tiff, webp, heif or avif: told by its first bytes."""
    size: int
    """Bytes."""


class Receiving:
    """A file on its way into the storage: hashed and held to its limit as it arrives."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.file, self.most = file, most
        self.size, self.head = 0, b""
        self._hash = hashlib.sha256()

    def __call__(self, piece: bytes) -> None:
        """Take the next bytes. Raises FetchTooLarge."""
        self.size += len(piece)
        if self.size > self.most:
            raise FetchTooLarge("the picture", f"has more than the {self.most:,} bytes of service.max_bytes")
        self.head = (self.head + piece)[:HEAD] if len(self.head) < HEAD else self.head
        self._hash.update(piece)
        self.file.write(piece)

    @property
    def sha256(self) -> str:
        """Hash of what has arrived, in hex."""
        return self._hash.hexdigest()


class Storage:
    """Pictures by hash; `folder` holds them, or copies of those that workers read from object storage."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Open the storage: a folder, or the bucket of an `s3://`, `gs://` or `az://` URL. Raises WriteError."""
        self.folder, self.url = folder, url
        self._files = folder / ("copies" if url else "pictures")
        for path in (self._files, folder / "arriving"):
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WriteError(path, error.strerror or str(error)) from error
        self._store: ObjectStore = from_url(url) if url else LocalStore(self._files)

    @contextmanager
    def receiving(self, most: int) -> Iterator[Receiving]:
        """Return what takes the bytes of one picture; `keep` it before the end of the body."""
        with tempfile.TemporaryFile(dir=self.folder / "arriving") as file:
            yield Receiving(file, most)

    def keep(self, received: Receiving) -> Blob:
        """Keep a picture that has arrived. Raises NotAPicture when its first bytes are those of no picture."""
        found = format_of(received.head)
        if found is None:
            raise NotAPicture("the picture", describe_foreign(received.head))
        received.file.seek(0)
        self._put(received.sha256, received.file)
        return Blob(sha256=received.sha256, format=found, size=received.size)

    def put(self, data: bytes) -> Blob:
        """Keep a picture of our own making."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._put(sha256, data)
        return Blob(sha256=sha256, format=format_of(data) or "png", size=len(data))

    def has(self, sha256: str) -> bool:
        """Return whether a picture is there."""
        try:
            obstore.head(self._store, name_of(sha256))
        except FileNotFoundError:
            return False
        return True

    def sweep(self, before: float, needed: Collection[str]) -> int:
        """Delete the pictures that were last put before a time, in seconds since 1970; return how many.

        needed   SHA-256 of those that stay all the same
        """
        old = [
            found["path"]
            for page in obstore.list(self._store)
            for found in page
            if found["last_modified"].timestamp() < before and found["path"].rpartition("/")[2] not in needed
        ]
        for name in old:
            with suppress(FileNotFoundError):  # another worker sweeps as well
                obstore.delete(self._store, name)
        if self.url is not None:
            self._sweep_copies(before)
        return len(old)

    def path(self, sha256: str) -> Path:
        """Return a file with a picture's bytes, for a worker to read. Raises NotFound."""
        path = self._files / name_of(sha256)
        if not _renewed(path):
            if self.url is None:
                raise NotFound("a picture of this job is no longer in the storage; send it again")
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, self._get(sha256))
        return path

    async def stream(self, sha256: str) -> AsyncIterator[bytes]:
        """Yield a picture's bytes. Raises NotFound before the first."""
        try:
            found = await obstore.get_async(self._store, name_of(sha256))
        except FileNotFoundError as error:
            raise NotFound("there is no such file; it was removed") from error
        async for piece in found.stream():
            yield bytes(piece)

    def _get(self, sha256: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, name_of(sha256)).bytes())
        except FileNotFoundError as error:
            raise NotFound("a picture of this job is no longer in the storage; send it again") from error

    def _put(self, sha256: str, data: bytes | IO[bytes]) -> None:
        name = name_of(sha256)
        if self.url is not None:  # a bucket knows when it was last sent
            obstore.put(self._store, name, data, use_multipart=False)
        elif not _renewed(self._files / name):
            with suppress(AlreadyExistsError):  # the same bytes, at the same moment
                obstore.put(self._store, name, data, mode="create", use_multipart=False)

    def _sweep_copies(self, before: float) -> None:
        for path in self._files.glob("*/*"):
            with suppress(OSError):  # swept by another worker of this machine, or being read on Windows
                if path.stat().st_mtime < before:
                    path.unlink()


def _renewed(path: Path) -> bool:
    """Let the age of a file begin anew; False when there is none."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def name_of(sha256: str) -> str:
    """Return the name of a picture in the storage. Raises NotFound when this is no hash."""
    if len(sha256) != 64 or not set(sha256) <= HEX:
        raise NotFound("there is no such file")
    return f"{sha256[:2]}/{sha256}"


def signature(secret: bytes, *parts: str | int) -> str:
    """Return the HMAC-SHA-256 of the parts in 32 hex digits, 128 bits."""
    text = "\n".join(map(str, parts)).encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]


def check_link(secret: bytes, sha256: str, expires: int, signed: str, now: float) -> None:
    """Raise LinkExpired unless the service made this link to a file, and it still holds.

    expires, now   seconds since 1970
    """
    if not hmac.compare_digest(signature(secret, "file", sha256, expires).encode(), signed.encode()):
        raise LinkExpired("this link was not made by this service; ask for the job's result again")
    if now > expires:
        raise LinkExpired("this link has expired; ask for the job's result again")
