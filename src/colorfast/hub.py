"""Fetching the networks of others from the model hub, once, and pinning what came.

A known network's name comes in; its files, whole and with the right SHA-256, stand in colorfast's cache afterwards.
Needs the extra `hub` and a network connection only where a file is not there yet: one put there by hand will do.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from colorfast.errors import DownloadFailed, ExtraMissing, NetworkMissing, first_line
from colorfast.files import write_atomically
from colorfast.weights import PINS, File, Weights, find, known, sha256_of

HOST = "https://huggingface.co"


def pull(name: str, *, say: Callable[[str], None]) -> Weights:
    """Return a network whose files are on this machine and checked, fetching those that are not.

    say   is told each file that is fetched or pinned

    A file that nobody published a SHA-256 of is trusted as it first comes; what it was is written beside it, and
    another one in its place is refused from then on.

    Raises SettingsError (no such name), ExtraMissing, DownloadFailed, NetworkMissing, NetworkDamaged, WriteError.
    """
    weights = known(name)
    for file in weights.files:
        if not file.path.is_file():
            _fetch(weights, file, say)
        if not file.sha256:
            _pin(weights, file, say)
    return find(name)


def address(weights: Weights, file: File) -> str:
    """Return where a file can be fetched by other means."""
    return f"{HOST}/{weights.repository}/resolve/{weights.revision}/{file.name}"


def _fetch(weights: Weights, file: File, say: Callable[[str], None]) -> None:
    if not weights.repository:
        how = f"make it with: {weights.recipe}" if weights.recipe else "install colorfast again"
        raise NetworkMissing(file.path, how)
    by_hand = f"fetch {address(weights, file)} by other means and put it at {file.path}"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError as error:
        raise ExtraMissing("hub", f"huggingface_hub fetches networks (without it, {by_hand})") from error
    refusals: tuple[type[Exception], ...] = (OSError, ValueError, *_bases(HfHubHTTPError))
    say(f"{weights.name}: fetching {file.name}, {file.megabytes:.0f} MB; license: {weights.license}")
    try:
        hf_hub_download(
            weights.repository, file.name, revision=weights.revision, local_dir=_folder(file), token=False
        )
    except refusals as error:
        raise DownloadFailed(
            file.path, f"the hub did not give it: {first_line(error).rstrip('.')}; try again, or {by_hand}"
        ) from error
    if file.sha256 and sha256_of(file.path) != file.sha256:
        file.path.unlink(missing_ok=True)
        raise DownloadFailed(
            file.path, f"what came is not what was published, SHA-256 {file.sha256}; {by_hand}"
        )


def _pin(weights: Weights, file: File, say: Callable[[str], None]) -> None:
    pins = {one.name: one.sha256 for one in known(weights.name).files if one.sha256}
    pins[file.name] = sha256_of(file.path)
    write_atomically(_folder(file) / PINS, (json.dumps(pins, indent=1) + "\n").encode())
    say(f"{weights.name}: pinned {file.name}, SHA-256 {pins[file.name]}: nobody has published one")


def _folder(file: File) -> Path:
    """Return the network's folder: its file's path without the path in the repository."""
    return file.path.parents[file.name.count("/")]


def _bases(kind: type[Exception]) -> Iterator[type[Exception]]:
    """Yield the errors that another is one of: the hub's client has those of the library under it."""
    yield from (base for base in kind.__bases__ if issubclass(base, Exception))
