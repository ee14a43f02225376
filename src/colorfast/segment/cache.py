"""What was found before, kept in the user's cache: a key and a way to find it come in, what was found goes out.

A key holds all that a finding hangs on: the picture's content, the network's file, the question, the settings, and
our own code. So what is kept never grows stale; it only grows old, and the oldest goes when room is
short. An entry is a SHA-256 and the bytes that have it; one that is damaged, or half gone, counts as none. The same
entries serve any number of processes at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from colorfast.files import cache_home
from colorfast.records import Array

SHARDS = 64  # folders, each with its share of the room: only one is looked through when something is written
DIGEST = 32  # bytes of a SHA-256
CODE = ".", "color", "networks", "segment"  # folders of colorfast that a finding hangs on
FAST = 1  # zlib's level: masks shrink to 2 % with any


class Kept(NamedTuple):
    """A picture of small numbers and what is to be said of it."""

    picture: Array
    """(h, w) bool or uint8."""
    words: Mapping[str, Any]
    """Text and numbers."""


def remembered(key: str, find: Callable[[], Kept], megabytes: float) -> Kept:
    """Return what is kept under a key; else find it, and keep it.

    megabytes   room for everything that is kept; 0 keeps nothing and looks nowhere

    Trouble with the folder is none of the caller's: then nothing is kept.
    """
    if megabytes <= 0:
        return find()
    path = folder() / key[:2] / key[2:]
    before = _read(path)
    if before is not None:
        return before
    found = find()
    with contextlib.suppress(OSError):
        _write(path, _packed(found))
        _make_room(path.parent, megabytes * 1e6 / SHARDS)
    return found


def key_of(pixels: Array, *rest: object) -> str:
    """Return the key of a question about a picture: what its parts print as counts, and an array's content."""
    whole = hashlib.sha256(f"{version('colorfast')} {_code()} {pixels.dtype} {pixels.shape}".encode())
    whole.update(np.ascontiguousarray(pixels).data)
    for part in rest:
        whole.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        whole.update(b"\0")
    digest = whole.hexdigest()
    return f"{int(digest[:8], 16) % SHARDS:02x}{digest}"


def folder() -> Path:
    """Return where findings are kept, whether it exists or not."""
    return cache_home() / "masks"


@cache
def _code() -> str:
    """Return what changes with code and networks: while they are worked on, the version stays the same."""
    files = sorted(path for part in CODE for path in (Path(__file__).parents[1] / part).glob("*.*"))
    return repr([(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files])


def _packed(kept: Kept) -> bytes:
    picture, one_bit = kept.picture, kept.picture.dtype == np.bool_
    head = {"size": picture.shape, "one_bit": bool(one_bit), "words": dict(kept.words)}
    plane = np.packbits(picture) if one_bit else picture
    body = zlib.compress(json.dumps(head).encode() + b"\n" + plane.tobytes(), FAST)
    return hashlib.sha256(body).digest() + body


def _read(path: Path) -> Kept | None:
    """Return what is in an entry, or None where there is none that is whole."""
    try:
        entry = path.read_bytes()
    except OSError:
        return None
    body = entry[DIGEST:]
    if hashlib.sha256(body).digest() != entry[:DIGEST]:
        return None
    head, plane = zlib.decompress(body).split(b"\n", 1)
    said, codes = json.loads(head), np.frombuffer(plane, np.uint8)
    height, width = said["size"]
    if said["one_bit"]:
        codes = np.unpackbits(codes, count=height * width).view(np.bool_)
    return Kept(codes.reshape(height, width), said["words"])


def _write(path: Path, entry: bytes) -> None:
    """Write an entry beside its place and move it there; it need not outlive a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        temporary.write_bytes(entry)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _make_room(shard: Path, room: float) -> None:
    """Remove the entries that were written first, until the others have room."""
    entries = sorted(((path.stat(), path) for path in shard.iterdir()), key=lambda each: -each[0].st_mtime_ns)
    used = np.cumsum([stat.st_size for stat, _ in entries])
    for (_, path), total in zip(entries, used, strict=True):
        if total > room:
            path.unlink(missing_ok=True)
