"""The engine `queue`: the pairs of a batch go through the durable queue to whoever runs `colorfast worker`.

    colorfast batch ── puts bundles of pairs in, takes what ended out ──▶ database ◀── colorfast worker, many

What the queue costs, it costs for each bundle: a large batch is put in by bundles of up to TOGETHER pairs.
A batch that was killed leaves bundles in the queue. The next one into the same OUT lets those end that are being
done, takes back those that wait, and does not do again what was done meanwhile from the same inputs.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from colorfast.batch.pool import Finished
from colorfast.batch.resume import left_to_do
from colorfast.batch.work import Engine, Job, Outcome
from colorfast.errors import WorkerDied, WriteError
from colorfast.interrupts import held_back
from colorfast.places import shown
from colorfast.service.jobs import JobStatus, Queue
from colorfast.service.pairs import outcome_of, plain_job
from colorfast.settings import Settings

AHEAD = 256  # bundles in the queue: enough for many workers, little to hold
TOGETHER = 16  # pairs of a bundle at most
SHARES = 64  # bundles at least, where there are as many pairs, so that many workers have something to do
LOOK_SECONDS = 0.2  # how often to see what has ended
LONELY_SECONDS = 2.0  # how often to see whether any worker lives
SETTLE_SECONDS = 10.0  # what pairs in hand are given when the batch is interrupted
CRASHED = "it ended its worker again and again"

Told: TypeAlias = Mapping[str, Any]
"""What a worker told of a pair."""


def on_a_queue(url: str, out: Path, settings: Settings, *, lonely: Callable[[], None]) -> Engine:
    """Return the engine.

    url      of the database, SQLite or Postgres, that the workers look into
    out      of the batch, whole
    lonely   called once if pairs wait and no worker is heard of

    When it is used, raises Unavailable where there is no such database.
    """

    def run(jobs: Iterable[Job]) -> Generator[Finished[Job, Outcome]]:
        with closing(Queue(url)) as queue:
            passage = Passage(queue, out, settings.service.silent_seconds, lonely)
            try:
                yield from passage.run(jobs)
            finally:
                with held_back():
                    passage.settle(SETTLE_SECONDS)

    return run


class Passage:
    """The pairs of one OUT on their way through the queue."""

    def __init__(self, queue: Queue, out: Path, silent: float, lonely: Callable[[], None]) -> None:
        self._queue, self._silent = queue, silent
        self._lonely: Callable[[], None] | None = lonely
        self._heard = -LONELY_SECONDS
        self._prefix = f"out-{hashlib.sha256(shown(out).encode()).hexdigest()[:16]}-"
        self._names = (f"{self._prefix}{number}" for number in count())
        self._under_way: dict[str, Sequence[Job]] = {}

    def run(self, jobs: Iterable[Job]) -> Generator[Finished[Job, Outcome]]:
        """Yield each job as it ends."""
        earlier = self._earlier()
        left = yield from left_to_do(jobs, besides=earlier)
        waiting = deque(bundles_of(left))
        while waiting or self._under_way:
            while waiting and len(self._under_way) < AHEAD:
                self._put(waiting.popleft(), earlier)
            ended = self._queue.bundles(self._prefix, ended=True)
            for name, status in ended.items():
                bundle = self._under_way.pop(name)
                if status.state != "done" and len(bundle) > 1:
                    waiting.extend([job] for job in bundle)  # one of them may be the cause, not all
                else:
                    yield from _finished(bundle, status, earlier)
            self._queue.drop(list(ended))
            if not ended:
                self._wait()

    def settle(self, seconds: float) -> None:
        """Take back the bundles that wait, and let those end that are being done, for so long."""
        deadline = time.monotonic() + seconds
        while left := [each for each in self._queue.bundles(self._prefix).values() if each.finished is None]:
            self._queue.cancel([each.id for each in left if each.state == "waiting"])
            if time.monotonic() > deadline:
                return
            self._wait()

    def _earlier(self) -> dict[str, Told]:
        """Return what a killed batch did not hear of: what became of pairs, by id."""
        self.settle(float("inf"))
        left = self._queue.bundles(self._prefix)
        self._queue.drop(list(left))
        told = [pair for status in left.values() for pair in _told(status).items()]
        return {name: outcome for name, outcome in told if outcome.get("key")}

    def _put(self, bundle: Sequence[Job], earlier: Mapping[str, Told]) -> None:
        name = next(self._names)
        self._under_way[name] = bundle
        known = {job.pair.id: earlier.get(job.pair.id, {}).get("key", job.known) for job in bundle}
        self._queue.put_bundle(name, [{**plain_job(job), "known": known[job.pair.id]} for job in bundle])

    def _wait(self) -> None:
        now = time.monotonic()
        if self._lonely is not None and now - self._heard >= LONELY_SECONDS:
            self._heard = now
            if not self._queue.tables.living(self._silent):
                self._lonely()
                self._lonely = None
        time.sleep(LOOK_SECONDS)


def bundles_of(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    """Yield jobs in bundles: small ones where there are few, so that many workers share them."""
    size = min(max(len(jobs) // SHARES, 1), TOGETHER)
    for start in range(0, len(jobs), size):
        yield jobs[start : start + size]


def _finished(
    bundle: Sequence[Job], status: JobStatus, earlier: Mapping[str, Told]
) -> Iterator[Finished[Job, Outcome]]:
    told = _told(status)
    for job in bundle:
        yield _outcome(job, told.get(job.pair.id, {"died": CRASHED}), earlier.get(job.pair.id))


def _told(status: JobStatus) -> Mapping[str, Told]:
    return (status.outcome or {}).get("pairs", {}) if status.state == "done" else {}


def _outcome(job: Job, told: Told, earlier: Told | None) -> Finished[Job, Outcome]:
    if "died" in told:
        return Finished(job, None, WorkerDied(job.pair.id, told["died"]))
    try:
        outcome = outcome_of(told)
    except WriteError as error:
        return Finished(job, None, error)
    if outcome.row is None and earlier is not None and earlier["key"] == outcome.key != job.known:
        return Finished(job, Outcome(key=outcome.key, row=earlier["row"]), None)
    return Finished(job, outcome, None)
