"""A folder or a manifest becomes the list of pairs to correct.

Paths are made whole here and opened later: a photo that is missing must not stop the pairs beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from colorfast.errors import PairsError
from colorfast.read.formats import SUFFIXES
from colorfast.read.manifest import read_manifest
from colorfast.records import Pair

STILL, WORN = "still-life-", "on-model-"
NUMBERED = re.compile(r"(?P<product>.+)-\d+")
NAMED = 5  # how many names an error lists


def read_pairs(source: Path) -> tuple[Pair, ...]:
    """Return the pairs of a folder or of a CSV or JSONL manifest, in the order of ids or of rows.

    In a folder `still-life-<ID>.*` is the reference of `on-model-<ID>.*` and `on-model-<ID>-<n>.*`, and what
    follows `on-model-` is the pair's id. In a manifest the columns are those of `Pair`, paths relative to it.

    Raises PairsError, naming row and column, or the products left over.
    """
    if source.is_dir():
        return _pairs_of_folder(source)
    if not source.exists():
        raise PairsError(source, "there is no such folder or manifest")
    return read_manifest(source)


def _pairs_of_folder(folder: Path) -> tuple[Pair, ...]:
    references, photos = _pictures(folder, STILL), _pictures(folder, WORN)
    if not references and not photos:
        raise PairsError(folder, f"holds no pictures named {STILL}<ID>.* and {WORN}<ID>.*")
    product = {key: _product(key, references) for key in photos}
    if lone := sorted(key for key, found in product.items() if found is None):
        raise PairsError(folder, f"{len(lone)} photos without a {STILL}<ID> picture: {_names(lone, WORN)}")
    if lone := sorted(set(references) - set(product.values())):
        raise PairsError(folder, f"{len(lone)} products without an {WORN}<ID> photo: {_names(lone, STILL)}")
    return tuple(
        Pair(id=key, photo=photos[key], reference=references[found])
        for key, found in sorted(product.items())
        if found is not None
    )


def _pictures(folder: Path, prefix: str) -> dict[str, Path]:
    """Return the pictures whose names start with a prefix, by what follows it."""
    files = [
        path for path in folder.iterdir() if path.stem.startswith(prefix) and path.suffix.lower() in SUFFIXES
    ]
    ids = Counter(path.stem.removeprefix(prefix).casefold() for path in files)
    if twice := sorted(key for key, count in ids.items() if count > 1):
        raise PairsError(folder, f"{len(twice)} ids have several pictures each: {_names(twice, prefix)}")
    if "" in ids:
        raise PairsError(folder, f"a picture is named {prefix} without an id")
    return {path.stem.removeprefix(prefix): path for path in files}


def _product(id: str, references: Iterable[str]) -> str | None:  # noqa: A002
    """Return the product a photo shows: its id, or its id without the number at the end."""
    if id in references:
        return id
    numbered = NUMBERED.fullmatch(id)
    return numbered["product"] if numbered and numbered["product"] in references else None


def _names(ids: list[str], prefix: str) -> str:
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(prefix + key for key in ids[:NAMED]) + more
