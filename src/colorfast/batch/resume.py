"""What is left of a batch: pairs that were done before from the same inputs are found before any worker starts."""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor

from colorfast.batch.pool import Finished
from colorfast.batch.work import Job, Outcome, unchanged

LOOKERS = 8  # pairs that are looked at together: most of it is waiting for a disk, or for object storage


def left_to_do(
    jobs: Iterable[Job], *, besides: Container[str] = ()
) -> Generator[Finished[Job, Outcome], None, list[Job]]:
    """Yield the jobs that there is nothing to do for; return the others, in their order.

    besides   ids of pairs that a worker must look at, whatever is known of them
    """

    def look(job: Job) -> tuple[Job, Outcome | None]:
        return job, None if job.pair.id in besides else unchanged(job)

    left: list[Job] = []
    looking = ThreadPoolExecutor(LOOKERS)
    try:
        for job, outcome in looking.map(look, jobs):
            if outcome is None:
                left.append(job)
            else:
                yield Finished(job, outcome, None)
    finally:
        looking.shutdown(cancel_futures=True)
    return left
