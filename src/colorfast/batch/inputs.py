"""What a batch was asked: its pairs and the settings that differ from their defaults, in OUT/inputs.json.

Whoever corrects a pair once more, as a review does, starts from here. Paths are relative to OUT where that is
possible, so that OUT may move together with the pictures.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from colorfast.errors import PairsError
from colorfast.files import write_atomically
from colorfast.places import path_of, url_of
from colorfast.records import Pair
from colorfast.settings import Settings, choices, settings_from

FILE = "inputs.json"
PATHS = ("photo", "reference", "mask", "reference_mask", "truth")


class Inputs(NamedTuple):
    """The pairs of a batch and its settings."""

    pairs: tuple[Pair, ...]
    settings: Settings


def write_inputs(pairs: Sequence[Pair], out: Path, settings: Settings, *, folder: Path | None = None) -> None:
    """Write down what is asked of OUT, there or in a folder in its place. Raises WriteError."""
    whole = {"schema": 1, "settings": choices(settings), "pairs": [_plain(pair, out) for pair in pairs]}
    write_atomically((folder or out) / FILE, json.dumps(whole, ensure_ascii=False, indent=1).encode())


def read_inputs(out: Path) -> Inputs | None:
    """Return what was asked of the batch in `out`; None when it was not written down. Raises PairsError."""
    path = out / FILE
    if not path.is_file():
        return None
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        pairs = tuple(_pair(values, out) for values in whole["pairs"])
        return Inputs(pairs, settings_from(whole["settings"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PairsError(path, f"is not what a batch wrote ({error}); run the batch again") from error


def relative(path: Path, folder: Path) -> str:
    """Return a place as a file in `folder` should name it: relative, with slashes, where that exists."""
    if (url := url_of(path)) is not None:
        return url
    if url_of(folder) is not None:
        return path.resolve().as_posix()
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path.resolve().as_posix()


def _plain(pair: Pair, out: Path) -> dict[str, Any]:
    given = {field.name: getattr(pair, field.name) for field in fields(pair)}
    return {
        name: relative(value, out) if isinstance(value, Path) else value
        for name, value in given.items()
        if value is not None
    }


def _pair(values: dict[str, Any], out: Path) -> Pair:
    places = {name: path_of(values[name]) or out / values[name] for name in PATHS if name in values}
    return Pair(**{**values, **places})
