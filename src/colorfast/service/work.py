"""One job in a worker process: two pictures come from the storage, the corrected one goes back.

Everything that travels is JSON: strings, numbers, lists and dictionaries.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from colorfast.batch.keys import content_key
from colorfast.errors import ColorfastError
from colorfast.records import Pair
from colorfast.service.storage import Storage
from colorfast.settings import Settings, settings_from

Outcome: TypeAlias = dict[str, Any]
NAMES = {"photo": "on_model_url", "reference": "reference_url", "mask": "mask"}
"""What errors call the pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One pair to correct, its pictures in the storage."""

    owner: str
    """Name of the API key that asked for it: no other key can see it."""
    photo: str
    """SHA-256 of the picture to correct."""
    reference: str | None
    """SHA-256 of the product shot; None where the target is given as a color."""
    target: str | None = None
    """A color as `parse_color` reads it."""
    method: str
    garment: str
    settings: Mapping[str, Mapping[str, Any]]
    """What differs from the defaults, so that every worker does the same."""
    mask: str | None = None
    """SHA-256 of a mask that a reviewer painted."""
    of: str | None = None
    """Id of the job that this one does once more, for a reviewer."""
    trace: str | None = None
    """The traceparent of the request; no part of the job's key."""


def job_key(job: Job, settings: Settings) -> str:
    """Return the id of a job: the same pictures, wishes, settings and version are the same job."""
    pictures = {"photo": job.photo, "reference": job.reference, "mask": job.mask}
    files = {name: sha256 for name, sha256 in pictures.items() if sha256 is not None}
    words = {name: getattr(job, name) for name in ("owner", "method", "garment", "target")}
    return content_key(files, words | ({} if job.of is None else {"of": job.of}), settings)


def do(job: Mapping[str, Any], folder: str, url: str | None) -> Outcome:
    """Correct the pair of a job and keep what comes out.

    job      a `Job`, as a dictionary
    folder, url   of the storage

    Returns the row of results.jsonl with the files' hashes and what it cost; for a pair that cannot be corrected
    a dictionary with the error's code and message.
    """
    from colorfast.pipeline import process
    from colorfast.read.write import encode_mask
    from colorfast.report.rows import to_row

    started, spent = time.perf_counter(), time.process_time()
    storage = _storage(folder, url)
    paths: dict[str, Path] = {}
    try:
        paths = {name: storage.path(job[name]) for name in NAMES if job.get(name) is not None}
        pair = Pair(
            id="pair",
            photo=paths["photo"],
            reference=paths.get("reference"),
            mask=paths.get("mask"),
            target=job["target"],
            garment=job["garment"],
            method=job["method"],
        )
        result = process(pair, settings_from(job["settings"]))
    except ColorfastError as error:
        told = {"code": error.code, "message": _without_paths(str(error), paths)}
        return {"error": told, "cpu_seconds": round(time.process_time() - spent, 4)}
    files = {"corrected": result.data, "mask": encode_mask(result.garment.alpha)}
    return {
        "row": to_row(result, None),
        "files": {name: asdict(storage.put(data)) for name, data in files.items()},
        "cpu_seconds": round(time.process_time() - spent, 4),
        "milliseconds": round(1000 * (time.perf_counter() - started), 1),
    }


def _without_paths(text: str, paths: Mapping[str, Path]) -> str:
    """Return an error's sentence with the pictures' own names in place of where they lie."""
    for name, path in paths.items():
        text = text.replace(str(path), NAMES[name]).replace(path.name, NAMES[name])
    return text


@functools.cache
def _storage(folder: str, url: str | None) -> Storage:
    return Storage(Path(folder), url)
