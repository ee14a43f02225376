"""A batch on this machine: worker processes, a journal, and results that are whole whenever it stops."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired

from colorfast.batch import outputs
from colorfast.batch.inputs import write_inputs
from colorfast.batch.journal import Journal
from colorfast.batch.keys import pair_key
from colorfast.batch.pool import Finished, run_jobs
from colorfast.errors import ColorfastError, PairCrashed, WorkerDied, WriteError
from colorfast.interrupts import held_back
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

    key: str
    row: Row | None
    """None when the pair was done already."""


def run_batch(
    pairs: Sequence[Pair],
    out: Path,
    settings: Settings,
    *,
    workers: int | None = None,
    limit: int | None = None,
    progress: Callable[[Row, int, int], None] | None = None,
) -> tuple[Row, ...]:
    """Correct the pairs into OUT and return the rows of this run's pairs, in their order.

    workers    processes, one thread each; None is one for each core that may be used
    limit      only the first so many pairs; results of the others, from an earlier run, stay listed
    progress   called with each row as its pair finishes, how many are done, and of how many

    A pair that cannot be processed, or whose worker died, has a row with an error; run again to retry it.
    Whatever ends the batch, Ctrl-C included, results.jsonl, results.csv, summary.md and the page are written.
    Raises WriteError when OUT cannot be written to: the other pairs would fare no better.
    """
    chosen = pairs[:limit]
    outputs.prepare(out)
    with Journal(out) as journal:
        write_inputs(pairs, out, settings)
        try:
            jobs = (Job(pair=p, out=out, settings=settings, known=journal.key(p.id)) for p in chosen)
            count = max(1, min(workers or cores(), len(chosen)))
            with closing(run_jobs(work, jobs, count, settings.batch)) as finished:
                for done, one in enumerate(finished, start=1):
                    row = _recorded(one, journal)
                    if progress is not None:
                        progress(row, done, len(chosen))
        finally:
            with held_back():
                outputs.clear_unfinished(out)
                run = outputs.describe(out.resolve().name, journal.last_day(), settings)
                outputs.write_results(pairs, journal.rows(pairs), out, run)
        return journal.rows(chosen)


def work(job: Job) -> Outcome:
    """Do one pair, in a worker process, unless it was done before from the same inputs."""
    key = pair_key(job.pair, job.settings)
    if key == job.known and outputs.is_whole(job.pair, job.out):
        return Outcome(key=key, row=None)
    result = process(job.pair, job.settings)
    return Outcome(key=key, row=outputs.save(result, job.pair, job.out, job.settings))


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _recorded(finished: Finished[Job, Outcome], journal: Journal) -> Row:
    """Write an outcome into the journal and return its row. Raises WriteError."""
    pair, outcome = finished.job.pair, finished.result
    if outcome is None:
        error = named_error(pair.id, finished.error)
        outputs.remove(pair, finished.job.out)
        if isinstance(error, PairCrashed) and finished.error is not None:
            outputs.save_crash(pair, finished.job.out, finished.error)
        row = failed_row(pair.id, error, method=pair.method or finished.job.settings.correct.method)
        journal.record(pair.id, None, row)
        return row
    if outcome.row is not None:
        journal.record(pair.id, outcome.key, outcome.row)
    return journal.row(pair.id)


def named_error(pair_id: str, error: BaseException | None) -> ColorfastError:
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
    first_line = next(iter(str(error).splitlines()), "")
    return PairCrashed(pair_id, type(error).__name__, first_line)
