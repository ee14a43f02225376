"""A batch: pairs go to an engine, what comes back goes into a journal, results are whole whenever it stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from colorfast.batch import outputs
from colorfast.batch.inputs import PATHS, write_inputs
from colorfast.batch.journal import Journal
from colorfast.batch.local import on_this_machine
from colorfast.batch.pool import Finished
from colorfast.batch.remote import folder_of
from colorfast.batch.work import Engine, Job, Outcome, failed
from colorfast.interrupts import held_back
from colorfast.places import whole
from colorfast.records import Pair
from colorfast.report.rows import Row
from colorfast.settings import Settings


def run_batch(
    pairs: Sequence[Pair],
    out: Path,
    settings: Settings,
    *,
    engine: Engine | None = None,
    limit: int | None = None,
    progress: Callable[[Row, int, int], None] | None = None,
) -> tuple[Row, ...]:
    """Correct the pairs into OUT and return the rows of this run's pairs, in their order.

    engine     who does them; None is one process, one thread each, for each core of this machine
    limit      only the first so many pairs; results of the others, from an earlier run, stay listed
    progress   called with each row as its pair finishes, how many are done, and of how many

    A pair that cannot be processed, or whose worker died, has a row with an error; run again to retry it.
    Whatever ends the batch, Ctrl-C included, results.jsonl, results.csv, summary.md and the page are written.
    Raises WriteError when OUT cannot be written to: the other pairs would fare no better.
    """
    chosen = pairs[:limit]
    engine = engine or on_this_machine(None, settings.batch)
    with folder_of(out) as folder, Journal(folder.path) as journal:
        outputs.prepare(folder.path)
        write_inputs(pairs, out, settings, folder=folder.path)
        try:
            jobs = (_job(pair, out, settings, journal.key(pair.id)) for pair in chosen)
            with closing(engine(jobs)) as finished:
                for done, one in enumerate(finished, start=1):
                    row = _recorded(one, journal)
                    folder.keep()
                    if progress is not None:
                        progress(row, done, len(chosen))
        finally:
            with held_back():
                outputs.clear_unfinished(folder.path)
                run = outputs.describe(out.resolve().name, journal.last_day(), settings)
                outputs.write_results(pairs, journal.rows(pairs), folder.path, run)
        return journal.rows(chosen)


def _job(pair: Pair, out: Path, settings: Settings, known: str | None) -> Job:
    """Return the job of a pair, its paths whole: a worker may stand in another folder."""
    places: dict[str, Any] = {
        name: whole(path) for name in PATHS if (path := getattr(pair, name)) is not None
    }
    return Job(pair=replace(pair, **places), out=whole(out), settings=settings, known=known)


def _recorded(finished: Finished[Job, Outcome], journal: Journal) -> Row:
    """Write an outcome into the journal and return its row. Raises WriteError."""
    job, outcome = finished.job, finished.result
    if outcome is None:
        outcome = failed(job, finished.error or ChildProcessError("the worker sent nothing home"))
    if outcome.row is not None:
        journal.record(job.pair.id, outcome.key, outcome.row)
    return journal.row(job.pair.id)
