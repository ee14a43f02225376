"""The engine `queue`: the pairs of a batch go through the durable queue to whoever runs `colorfast worker`.

    colorfast batch ── puts at most AHEAD pairs in, takes what ended out ──▶ database ◀── colorfast worker, many

A batch that was killed leaves pairs in the queue. The next one into the same OUT lets those end that are being
done, takes back those that wait, and does not do again what was done meanwhile from the same inputs.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from itertools import chain
from typing import Any

from colorfast.batch.pool import Finished
from colorfast.batch.work import Engine, Job, Outcome
from colorfast.errors import WorkerDied, WriteError
from colorfast.interrupts import held_back
from colorfast.places import shown
from colorfast.service.jobs import JobStatus, Queue
from colorfast.service.pairs import outcome_of, plain_job
from colorfast.settings import Settings

AHEAD = 256  # pairs in the queue: enough for many workers, little to hold
LOOK_SECONDS = 0.2  # how often to see what has ended
SETTLE_SECONDS = 10.0  # what pairs in hand are given when the batch is interrupted
CRASHED = "it ended its worker again and again"


def on_a_queue(url: str, settings: Settings, *, lonely: Callable[[], None]) -> Engine:
    """Return the engine.

    url      of the database, SQLite or Postgres, that the workers look into
    lonely   called once if pairs wait and no worker is heard of

    When it is used, raises Unavailable where there is no such database.
    """

    def run(jobs: Iterator[Job], _count: int) -> Generator[Finished[Job, Outcome]]:
        first = next(jobs, None)
        if first is None:
            return
        with closing(Queue(url)) as queue:
            passage = Passage(queue, first, settings.service.silent_seconds, lonely)
            try:
                yield from passage.run(chain([first], jobs))
            finally:
                with held_back():
                    passage.settle(SETTLE_SECONDS)

    return run


class Passage:
    """The pairs of one OUT on their way through the queue."""

    def __init__(self, queue: Queue, first: Job, silent: float, lonely: Callable[[], None]) -> None:
        self._queue, self._silent = queue, silent
        self._lonely: Callable[[], None] | None = lonely
        self._prefix = f"out-{hashlib.sha256(shown(first.out).encode()).hexdigest()[:16]}-"
        self._under_way: dict[str, Job] = {}

    def run(self, jobs: Iterator[Job]) -> Generator[Finished[Job, Outcome]]:
        """Yield each job as it ends."""
        earlier = self._earlier()
        while True:
            while len(self._under_way) < AHEAD and (job := next(jobs, None)) is not None:
                self._put(job, earlier.get(self._prefix + job.pair.id))
            if not self._under_way:
                return
            ended = self._queue.pairs(self._prefix, ended=True)
            for job_id, status in ended.items():
                yield _finished(self._under_way.pop(job_id), status, earlier.get(job_id))
            self._queue.drop(list(ended))
            if not ended:
                self._wait()

    def settle(self, seconds: float) -> None:
        """Take back the pairs that wait, and let those end that are being done, for so long."""
        deadline = time.monotonic() + seconds
        while left := [each for each in self._queue.pairs(self._prefix).values() if each.finished is None]:
            self._queue.cancel([each.id for each in left if each.state == "waiting"])
            if time.monotonic() > deadline:
                return
            self._wait()

    def _earlier(self) -> dict[str, Mapping[str, Any]]:
        """Return the outcomes that a killed batch did not hear of, by id."""
        self.settle(float("inf"))
        left = self._queue.pairs(self._prefix)
        self._queue.drop(list(left))
        return {each.id: each.outcome for each in left.values() if each.outcome and each.outcome.get("key")}

    def _put(self, job: Job, earlier: Mapping[str, Any] | None) -> None:
        job_id = self._prefix + job.pair.id
        self._under_way[job_id] = job
        plain = plain_job(job)
        self._queue.put_pair(job_id, plain if earlier is None else {**plain, "known": earlier["key"]})

    def _wait(self) -> None:
        if self._lonely is not None and not self._queue.tables.living(self._silent):
            self._lonely()
            self._lonely = None
        time.sleep(LOOK_SECONDS)


def _finished(job: Job, status: JobStatus, earlier: Mapping[str, Any] | None) -> Finished[Job, Outcome]:
    told = status.outcome or {}
    if status.state != "done" or "died" in told:
        return Finished(job, None, WorkerDied(job.pair.id, told.get("died", CRASHED)))
    try:
        outcome = outcome_of(told)
    except WriteError as error:
        return Finished(job, None, error)
    if outcome.row is None and earlier is not None and earlier["key"] == outcome.key != job.known:
        return Finished(job, Outcome(key=outcome.key, row=earlier["row"]), None)
    return Finished(job, outcome, None)
