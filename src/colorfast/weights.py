"""The networks that colorfast knows: where each one's files are, what it takes, what its ids mean, who made it.

A name comes in, `Weights` whose files are on this machine and are the right ones go out. Nothing is downloaded
here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from colorfast.errors import NetworkDamaged, NetworkMissing, SettingsError
from colorfast.labels import TABLES

HERE = Path(__file__).parent / "networks"

SHIPPED = "garment"
"""The network that is part of the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """How a picture is prepared for a network."""

    area: int = 384 * 256
    """Pixels of the picture as the network sees it, in the picture's own shape."""
    stride: int = 32
    """Rows and columns are multiples of it."""
    size: tuple[int, int] | None = None
    """Rows and columns that every picture is brought to, whatever its shape; None leaves it to `area`."""
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Subtracted from sRGB 0..1, then"""
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """divided by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a network."""

    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A known network."""

    name: str
    labels: tuple[str, ...]
    """What each of its ids means, in our words: labels.TABLES."""
    files: tuple[File, ...]
    license: str
    source: str
    """Who made it, or where it comes from."""
    revision: str
    input: Input = Input()

    @property
    def path(self) -> Path:
        """Its file; the first one where there are several."""
        return self.files[0].path

    @property
    def sha256(self) -> str:
        """Of that file."""
        return self.files[0].sha256


def find(name: str) -> Weights:
    """Return a known network whose files are on this machine and hold what they should.

    Raises SettingsError (no such name), NetworkMissing, NetworkDamaged.
    """
    if name not in KNOWN:
        raise SettingsError("network", name, f"one of {', '.join(KNOWN)}")
    weights = KNOWN[name]()
    for file in weights.files:
        check(file)
    return weights


def check(file: File) -> None:
    """Raise NetworkDamaged where a file is not the one that was published, NetworkMissing where it is not there."""
    try:
        stat = file.path.stat()
    except OSError as error:
        raise NetworkMissing(file.path, "install colorfast again") from error
    found = sha256_of(file.path, stat.st_mtime_ns, stat.st_size)
    if found != file.sha256:
        raise NetworkDamaged(file.path, f"its SHA-256 is {found[:12]}…, not {file.sha256[:12]}…")


@cache
def sha256_of(path: Path, _changed: int, _size: int) -> str:
    """Return the SHA-256 of a file in hexadecimal, computed anew only when it has changed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _shipped() -> Weights:
    """Return our own network as the record beside its file tells of it."""
    path = HERE / f"{SHIPPED}.onnx"
    try:
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except OSError as error:
        raise NetworkMissing(path.with_suffix(".json"), "install colorfast again") from error
    return Weights(
        name=SHIPPED,
        labels=TABLES["garment"],
        files=(File(path=path, sha256=record["sha256"], bytes=record["bytes"]),),
        license="MIT",
        source="colorfast, trained on ChromaFashion (MIT) and Clothing Co-Parsing (Apache-2.0)",
        revision=record["sha256"][:12],
    )


KNOWN: Mapping[str, Callable[[], Weights]] = MappingProxyType({SHIPPED: _shipped})
"""Every network by its name."""
