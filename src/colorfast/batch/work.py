"""One pair of a batch in a worker process, whichever engine brought it there. A `Job` in, an `Outcome` out.

What is written into OUT hangs on the job alone: not on the engine, the order, or how many workers there are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pebble import ProcessExpired

from colorfast.batch import outputs
from colorfast.batch.keys import pair_key
from colorfast.batch.pool import Finished
from colorfast.batch.remote import at_hand
from colorfast.errors import ColorfastError, PairCrashed, WorkerDied, WriteError, first_line
from colorfast.pipeline import process
from colorfast.records import Pair
from colorfast.report.rows import Row, failed_row
from colorfast.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One pair on its way to a worker process."""

    pair: Pair
    out: Path
    settings: Settings
    known: str | None
    """The key it was last finished with; with the same key there is nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a worker process sends home."""

    key: str | None
    """None when the pair ended in an error."""
    row: Row | None
    """None when the pair was done already."""


Engine: TypeAlias = Callable[[Iterable[Job]], Generator[Finished[Job, Outcome]]]
"""Does jobs and yields each once, in any order; closing it ends its workers."""


def work(job: Job) -> Outcome:
    """Do one pair, unless it was done before from the same inputs.

    An error of the pair is its outcome. Raises WriteError alone: the other pairs would fare no better.
    """
    try:
        key = pair_key(job.pair, job.settings)
        if _is_done(job, key):
            return Outcome(key=key, row=None)
        with at_hand(job.pair, job.out) as (pair, out):
            row = outputs.save(process(pair, job.settings), pair, out, job.settings)
        return Outcome(key=key, row=row)
    except Exception as error:  # noqa: BLE001  # the edge of a worker: whatever it is, it is this pair's alone
        return failed(job, error)


def unchanged(job: Job) -> Outcome | None:
    """Return the outcome of a pair that was done before from the same inputs; None when it is to be done."""
    if job.known is None:
        return None
    try:
        key = pair_key(job.pair, job.settings)
    except (ColorfastError, OSError):  # doing the pair meets it too, and makes it the pair's row
        return None
    return Outcome(key=key, row=None) if _is_done(job, key) else None


def _is_done(job: Job, key: str) -> bool:
    """Return whether a pair was done before from these inputs; where that cannot be seen it was not."""
    try:
        return key == job.known and outputs.is_whole(job.pair, job.out)
    except (ColorfastError, OSError):
        return False


def failed(job: Job, error: BaseException) -> Outcome:
    """Return the outcome of a pair that ended in an error, and remove what an earlier run left of it.

    Raises WriteError.
    """
    named = named_error(job.pair.id, error)
    outputs.remove(job.pair, job.out)
    if isinstance(named, PairCrashed):
        outputs.save_crash(job.pair, job.out, error)
    method = job.pair.method or job.settings.correct.method
    return Outcome(key=None, row=failed_row(job.pair.id, named, method=method))


def named_error(pair_id: str, error: BaseException) -> ColorfastError:
    """Return what ended a pair as one of our errors. Raises it when it would end every pair."""
    if isinstance(error, WriteError):
        raise error
    if isinstance(error, ColorfastError):
        return error
    if isinstance(error, TimeoutError):
        return WorkerDied(pair_id, f"it took longer than the {error.args[-1]:g} s of batch.pair_seconds")
    if isinstance(error, ProcessExpired):
        return WorkerDied(pair_id, f"exit code {error.exitcode}")
    if isinstance(error, BrokenProcessPool):
        return WorkerDied(pair_id, str(error))
    return PairCrashed(pair_id, type(error).__name__, first_line(error) if str(error) else "")
