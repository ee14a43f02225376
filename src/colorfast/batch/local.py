"""The engine `local`: worker processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable

from colorfast.batch.pool import Finished, run_jobs
from colorfast.batch.resume import left_to_do
from colorfast.batch.work import Engine, Job, Outcome, work
from colorfast.settings import BatchSettings


def on_this_machine(workers: int | None, settings: BatchSettings) -> Engine:
    """Return the engine; `workers` is how many processes, None one for each core that may be used."""

    def run(jobs: Iterable[Job]) -> Generator[Finished[Job, Outcome]]:
        left = yield from left_to_do(jobs)
        if left:
            yield from run_jobs(work, iter(left), min(workers or cores(), len(left)), settings)

    return run


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
