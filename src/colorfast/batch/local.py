"""The engine `local`: worker processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

from colorfast.batch.pool import Finished, run_jobs
from colorfast.batch.work import Engine, Job, Outcome, work
from colorfast.settings import BatchSettings


def on_this_machine(workers: int | None, settings: BatchSettings) -> Engine:
    """Return the engine; `workers` is how many processes, None one for each core that may be used."""

    def run(jobs: Iterator[Job], count: int) -> Generator[Finished[Job, Outcome]]:
        return run_jobs(work, jobs, max(1, min(workers or cores(), count)), settings)

    return run


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
