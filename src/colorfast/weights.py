"""The networks that colorfast knows: where each one's files are, what it takes, what its ids mean, who made it.

A name comes in, `Weights` whose files are on this machine and are the right ones go out. Nothing is downloaded
here: that is `colorfast.hub`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from colorfast.errors import NetworkDamaged, NetworkError, NetworkMissing, SettingsError
from colorfast.files import cache_home
from colorfast.labels import ADE20K, TABLES

HERE = Path(__file__).parent / "networks"

SHIPPED, TRANSFER, PATCH = "garment", "transfer", "patch"
"""Networks that are part of the package: to find garments, to transfer colors, and to tell those of patches."""

PINS = "pinned.json"
"""Beside the files of a network: the SHA-256 of those that nobody had published one for, as they first came."""


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

    name: str
    """Its path in the hub's repository."""
    path: Path
    """Its place on this machine, whether it is there or not."""
    megabytes: float
    sha256: str = ""
    """Hexadecimal; empty where none was published and the file has not come yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A known network."""

    name: str
    task: str = "parsing"
    """`parsing` names what each pixel shows; `refinement` finds the edge of a mask; `transfer` mixes color maps;
    `color` tells the color of a patch."""
    labels: tuple[str, ...] = ()
    """What each of its ids means, in our words; several where it may be any of them."""
    logits: bool = False
    """Whether it gives logits; else probabilities."""
    input: Input = Input()
    files: tuple[File, ...]
    license: str
    note: str = ""
    """What to know before using it."""
    source: str
    """Who made it."""
    repository: str = ""
    """On the model hub; empty for what is not fetched from it."""
    revision: str
    recipe: str = ""
    """The command that makes its files, where the hub has none."""

    @property
    def path(self) -> Path:
        """Its file; the first one where there are several."""
        return self.files[0].path

    @property
    def sha256(self) -> str:
        """Of that file."""
        return self.files[0].sha256

    @property
    def present(self) -> bool:
        """Whether all its files are on this machine."""
        return all(file.path.is_file() for file in self.files)


def known(name: str) -> Weights:
    """Return a known network, whether its files are here or not. Raises SettingsError where there is none."""
    if name in OURS:
        return _shipped(OURS[name])
    if name not in HUB:
        raise SettingsError("network", name, f"one of {', '.join(NAMES)}")
    weights, folder = HUB[name], cache_home() / "networks" / name
    pins = _pins(folder)
    return replace(
        weights,
        files=tuple(
            replace(file, path=folder / file.name, sha256=file.sha256 or pins.get(file.name, ""))
            for file in weights.files
        ),
    )


def find(name: str) -> Weights:
    """Return a known network whose files are on this machine and hold what they should.

    Raises SettingsError (no such name), NetworkMissing, NetworkDamaged.
    """
    weights = known(name)
    for file in weights.files:
        check(weights, file)
    return weights


def check(weights: Weights, file: File) -> None:
    """Raise unless a file is there and is the one that it should be.

    Raises NetworkMissing, NetworkDamaged, and NetworkError where nobody knows what it should be.
    """
    found, pull = sha256_of(file.path), f"colorfast models pull {weights.name}"
    if not found:
        remedy = f"fetch it with: {pull}" if weights.name in HUB else "install colorfast again"
        raise NetworkMissing(file.path, remedy)
    if not file.sha256:
        reason = f"no SHA-256 of it is published; if you trust where it came from, pin it with: {pull}"
        raise NetworkError(file.path, reason)
    if found != file.sha256:
        raise NetworkDamaged(file.path, f"its SHA-256 is {found[:12]}…, not {file.sha256[:12]}…")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, computed anew only when it has changed; empty without a file."""
    try:
        stat = path.stat()
    except OSError:
        return ""
    return _sha256(path, stat.st_mtime_ns, stat.st_size)


@cache
def _sha256(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pins(folder: Path) -> Mapping[str, str]:
    path = folder / PINS
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise NetworkDamaged(path, "it is not JSON") from error


def _shipped(weights: Weights) -> Weights:
    """Return a network of ours with what the record beside its file says of it."""
    path = HERE / f"{weights.name}.onnx"
    try:
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except OSError as error:
        raise NetworkMissing(path.with_suffix(".json"), "install colorfast again") from error
    file = File(name=path.name, path=path, sha256=record["sha256"], megabytes=record["bytes"] / 1e6)
    return replace(weights, files=(file,), revision=file.sha256[:12])


def _imagenet(side: int) -> Input:
    return Input(size=(side, side), mean=(0.485, 0.456, 0.406), deviation=(0.229, 0.224, 0.225))


def _file(name: str, megabytes: float, sha256: str = "") -> File:
    return File(name=name, path=Path(name), megabytes=megabytes, sha256=sha256)


GARMENT = Weights(
    name=SHIPPED,
    labels=TABLES["garment"],
    files=(),  # these and the revision are in its record
    license="MIT",
    note="part of the package",
    source="colorfast, trained on ChromaFashion (MIT) and Clothing Co-Parsing (Apache-2.0)",
    revision="",
)
SIMULATED = "colorfast, trained on photos simulated from spectra of isetbio (MIT) and rawtoaces (Apache-2.0)"

OURS: Mapping[str, Weights] = MappingProxyType(
    {
        each.name: each
        for each in (
            GARMENT,
            replace(GARMENT, name=TRANSFER, task="transfer", labels=()),
            replace(GARMENT, name=PATCH, task="color", labels=(), source=SIMULATED),
        )
    }
)
"""Networks that are part of the package."""

NVIDIA = (
    "trained on from NVIDIA's SegFormer, whose license allows research and evaluation only, whatever a card says: "
    "ask before commercial use"
)


SEGFORMER_B0 = Weights(
    name="segformer-b0-clothes",
    labels=TABLES["atr"],
    logits=True,
    input=_imagenet(512),
    files=(
        _file(
            "onnx/model_quantized.onnx",
            4.4,
            "4f9d3e4fcf3e0b677ee0cf9810ebccdc7f478f9c69a60d38267bad598799ef73",
        ),
    ),
    license="NVIDIA SegFormer",
    note=NVIDIA,
    source="mattmdjaga, ONNX by Xenova",
    repository="Xenova/segformer_b0_clothes",
    revision="f3f7e632bb409b2cae1ee9c1bca787781a66d152",
)
SEGFORMER_B2 = replace(
    SEGFORMER_B0,
    name="segformer-b2-clothes",
    files=(
        _file("onnx/model.onnx", 110.0, "a93a8dac171b5c1fcc53632a8bfc180bfd9759ea69a3e207451bb07f76add54f"),
    ),
    source="mattmdjaga",
    repository="mattmdjaga/segformer_b2_clothes",
    revision="66eddab8fc312f03070e33c89cc4e6169071638b",
)
BEIT = Weights(
    name="beit-ade",
    labels=ADE20K,
    logits=True,
    input=Input(size=(640, 640), mean=(0.5, 0.5, 0.5), deviation=(0.5, 0.5, 0.5)),
    files=(_file("model.onnx", 650.0),),
    license="Apache-2.0",
    note="tells persons from the scene, and no garment from another; trained on ADE20K, whose photos are for "
    "research",
    source="Microsoft, microsoft/beit-base-finetuned-ade-640-640",
    revision="3b27791dc6f9f3278e47f226e98e2558422b8365",
    recipe="python tools/export_beit.py",
)
SAM_2 = Weights(
    name="sam2-tiny",
    task="refinement",
    input=_imagenet(1024),
    files=(
        _file("encoder.onnx", 134.0, "df265cb552475e1b3a6cb57c939e57c95ed849bfc2f985c06efab85d8bca6db9"),
        _file("decoder.onnx", 20.6, "63198f1f1e273d8f2f4a9d1baf926e53a01d78dc50e0674640e1513dc00d9927"),
    ),
    license="Apache-2.0",
    source="Meta, facebook/sam2-hiera-tiny, ONNX by SharpAI",
    repository="SharpAI/sam2-hiera-tiny-onnx",
    revision="main",
)

HUB: Mapping[str, Weights] = MappingProxyType(
    {each.name: each for each in (SEGFORMER_B0, SEGFORMER_B2, BEIT, SAM_2)}
)
"""Networks of others, fetched when somebody asks for them; SHA-256 as on the hub's own page of the file."""

NAMES = (*OURS, *HUB)
