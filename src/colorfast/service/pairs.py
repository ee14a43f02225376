"""Pairs of `colorfast batch` as the queue's database holds them, and how a worker process does one.

The queue is spoken to in `engine`; nothing of it is loaded here, for worker processes need none of it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias

from colorfast.batch.work import Job, Outcome, work
from colorfast.errors import WriteError
from colorfast.places import path_of, shown
from colorfast.records import Pair
from colorfast.settings import Settings, choices, settings_from

Plain: TypeAlias = dict[str, Any]


def plain_job(job: Job) -> Plain:
    """Return a job as JSON has it; its paths are whole, for a worker stands elsewhere."""
    given = {field.name: getattr(job.pair, field.name) for field in fields(Pair)}
    return {
        "pair": {name: shown(value) if isinstance(value, Path) else value for name, value in given.items()},
        "paths": [name for name, value in given.items() if isinstance(value, Path)],
        "out": shown(job.out),
        "settings": choices(job.settings),
        "known": job.known,
    }


def job_of(plain: Mapping[str, Any]) -> Job:
    """Return the job that `plain_job` was given."""
    places = {name: _place(plain["pair"][name]) for name in plain["paths"]}
    return Job(
        pair=Pair(**{**plain["pair"], **places}),
        out=_place(plain["out"]),
        settings=_settings(json.dumps(plain["settings"])),
        known=plain["known"],
    )


def do_pair(plain: Mapping[str, Any]) -> Plain:
    """Do a pair, in a worker process, and return its outcome or why OUT cannot be written."""
    try:
        outcome = work(job_of(plain))
    except WriteError as error:
        return {"unwritable": [shown(error.path), error.reason]}
    return {"key": outcome.key, "row": outcome.row}


def outcome_of(plain: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `do_pair` told. Raises WriteError."""
    if "unwritable" in plain:
        place, reason = plain["unwritable"]
        raise WriteError(_place(place), reason)
    return Outcome(key=plain["key"], row=plain["row"])


@functools.lru_cache(maxsize=4)
def _settings(text: str) -> Settings:
    """Return settings that were checked once: it takes milliseconds, and a batch has the same for all."""
    return settings_from(json.loads(text))


def _place(text: str) -> Path:
    return path_of(text) or Path(text)
