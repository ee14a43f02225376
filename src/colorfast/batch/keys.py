"""What a pair's outcome hangs on, as one key: run again, a pair with the same key need not be done again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from colorfast.batch import objects
from colorfast.errors import FileMissing, ReadError
from colorfast.places import url_of
from colorfast.records import Pair
from colorfast.settings import Settings
from colorfast.swatch.library import library_in

INPUTS = ("photo", "reference", "mask", "reference_mask")
WORDS = ("id", "target", "garment", "method")
IDLE = ("batch", "service")  # sections that change no picture


def pair_key(pair: Pair, settings: Settings) -> str:
    """Return the SHA-256, in hex, of the pair's files, its fields, the settings and colorfast's version.

    Paths, [batch] and [service] are left out: a folder may move, and none of them changes a picture.
    Of an object in storage its tag stands for its SHA-256, so that it need not be fetched.
    Raises FileMissing or ReadError.
    """
    files = {name: _file_hash(path) for name in INPUTS if (path := getattr(pair, name)) is not None}
    if (library := library_in(pair.target)) is not None:
        files["target"] = _file_hash(library)
    return content_key(files, {name: getattr(pair, name) for name in WORDS}, settings)


def content_key(files: Mapping[str, str], words: Mapping[str, str | None], settings: Settings) -> str:
    """Return the key, as of `pair_key`, where the files' SHA-256 in hex are known.

    files   by what they are to the pair, such as "photo"
    words   what else was asked for
    """
    steering = {name: values for name, values in asdict(settings).items() if name not in IDLE}
    whole = {"files": dict(files), "pair": dict(words), "settings": steering, "version": _version()}
    text = json.dumps(whole, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _version() -> str:
    return version("colorfast")  # looks through every installed package


def _file_hash(path: Path) -> str:
    if url_of(path) is not None:
        return objects.tag(path)
    if not path.is_file():  # opening a pipe would wait for a writer
        raise FileMissing(path, "there is no such file")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ReadError(path, f"cannot be read: {error.strerror or error}") from error
