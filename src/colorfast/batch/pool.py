"""Worker processes that may die: each death costs the pair in hand, and the rest goes on.

Jobs come in one by one, at most two a worker are under way; each comes out once, with its result or error.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from typing import Generic, NamedTuple, TypeVar

from pebble import ProcessFuture, ProcessPool

from colorfast.batch.threads import use_one_thread
from colorfast.errors import WorkerDied
from colorfast.interrupts import held_back
from colorfast.settings import BatchSettings

J = TypeVar("J")
R = TypeVar("R")

UNDER_WAY = 2  # jobs a worker: one in hand and one waiting, so that memory is bounded by the workers
ATTEMPTS = 2  # when a whole pool breaks down, its jobs are tried once more: most of them were not the cause
LOOK_SECONDS = 1.0  # how often to see whether the pool is still of use while nothing finishes


class Finished(NamedTuple, Generic[J, R]):
    """A job with its result, or with the error that ended it."""

    job: J
    result: R | None
    error: BaseException | None


def run_jobs(
    work: Callable[[J], R], jobs: Iterator[J], workers: int, settings: BatchSettings
) -> Generator[Finished[J, R]]:
    """Yield each job as it finishes, in any order.

    work   a function at the top of a module; it and the jobs travel to the other processes
    jobs   hashable; one is taken only when a worker will soon be free

    An error is what `work` raised, TimeoutError, ProcessExpired (killed or crashed) or BrokenProcessPool.
    Closing the iterator ends the workers.
    """
    again: deque[J] = deque()
    attempts: Counter[J] = Counter()

    def take() -> J | None:
        return again.popleft() if again else next(jobs, None)

    while (job := take()) is not None:
        again.appendleft(job)
        for finished in _run_until_broken(work, take, workers, settings):
            attempts[finished.job] += 1
            if isinstance(finished.error, BrokenProcessPool) and attempts[finished.job] < ATTEMPTS:
                again.append(finished.job)
            else:
                yield finished


def _run_until_broken(
    work: Callable[[J], R], take: Callable[[], J | None], workers: int, settings: BatchSettings
) -> Iterator[Finished[J, R]]:
    """Yield jobs as they finish, until none is left or the pool is of no use any longer."""
    under_way: dict[Future[R], J] = {}
    pool = started_pool(workers, settings)
    try:
        while True:
            while len(under_way) < UNDER_WAY * workers and pool.active and (job := take()) is not None:
                under_way[pool.schedule(work, args=(job,), timeout=settings.pair_seconds)] = job
            if not under_way:
                return
            done, _ = wait(under_way, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done if pool.active else list(under_way):
                yield _finished(under_way.pop(future), future)
    finally:
        with held_back():
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it so
            pool.join()


def started_pool(workers: int, settings: BatchSettings) -> ProcessPool:
    """Return a pool whose processes run, one thread each. Raises WorkerDied."""
    pool = ProcessPool(
        max_workers=workers,
        max_tasks=settings.worker_pairs,
        initializer=use_one_thread,
        context=multiprocessing.get_context("spawn"),  # a fork would copy locks that other threads hold
    )
    try:
        with _no_interrupts():
            started = pool.active  # asking starts the workers and the threads that mind them
    except BrokenProcessPool:
        started = False
    if not started:
        raise WorkerDied("the pool", "no worker process can be started")
    return pool


class LastingPool:
    """Worker processes for the calls of many threads, started when first needed, and anew when they broke down."""

    def __init__(self, workers: int, settings: BatchSettings) -> None:
        self._workers, self._settings = workers, settings
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None

    def start(self) -> None:
        """Start the processes before any call. Raises WorkerDied."""
        with self._lock:
            self._pool = started_pool(self._workers, self._settings)

    def schedule(self, call: Callable[[], R]) -> ProcessFuture[R]:
        """Have a call made in a process, which has batch.pair_seconds for it. Raises WorkerDied."""
        with self._lock:
            if self._pool is not None:
                with suppress(RuntimeError):  # it was stopped, or has broken down
                    return self._pool.schedule(call, timeout=self._settings.pair_seconds)
            self._pool = started_pool(self._workers, self._settings)
            return self._pool.schedule(call, timeout=self._settings.pair_seconds)

    def close(self) -> None:
        """End the processes at once."""
        with self._lock:
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it so
                self._pool.join()


def _finished(job: J, future: Future[R]) -> Finished[J, R]:
    if not future.done():  # it was on its way to a worker when the pool broke down
        return Finished(job, None, BrokenProcessPool("the pool ended before the job began"))
    error = future.exception()
    return Finished(job, None if error else future.result(), error)


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while processes and threads start: they inherit it, so only this process hears it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: pebble's workers ignore it themselves
        yield
        return
    resource_tracker.ensure_running()  # its start would let interrupts through again
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
