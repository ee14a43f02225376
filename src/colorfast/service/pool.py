"""Worker processes that do the jobs: each may crash, hang or be killed, and costs its own job alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any

from pebble import ProcessExpired, ProcessFuture

from colorfast.batch.pool import LastingPool
from colorfast.service.errors import JobCrashed
from colorfast.service.pairs import do_pair
from colorfast.service.work import Outcome, do
from colorfast.settings import BatchSettings

ATTEMPTS = 3  # a process that was killed may not have been its job's fault
LOOK_SECONDS = 1.0  # how often to see whether a running job was cancelled


class Pool:
    """A fixed number of processes with one thread each."""

    def __init__(self, count: int, folder: str, url: str | None, settings: BatchSettings) -> None:
        """Start the processes; folder and url are the storage's. Raises WorkerDied."""
        self._settings = settings
        self._folder, self._url = folder, url
        self._pool = LastingPool(count, settings)
        self._pool.start()

    def run(self, job: Mapping[str, Any], cancelled: Callable[[], bool]) -> Outcome:
        """Do a job in a process and wait for it.

        Raises JobCrashed when its process died again and again, took too long, or met a defect.
        """
        return self._done(partial(do, dict(job), self._folder, self._url), cancelled)

    def run_pairs(self, bundle: Mapping[str, Any]) -> dict[str, dict[str, Outcome]]:
        """Do the pairs of a bundle one after the other; return their outcomes, by id."""
        return {"pairs": {pair["pair"]["id"]: self._pair(pair) for pair in bundle["pairs"]}}

    def _pair(self, pair: Mapping[str, Any]) -> Outcome:
        """Do a pair in a process and wait for it; that it crashed is its outcome."""
        try:
            return self._done(partial(do_pair, dict(pair)), lambda: False)
        except JobCrashed as error:
            return {"died": error.reason}

    def _done(self, call: Callable[[], Outcome], cancelled: Callable[[], bool]) -> Outcome:
        """Make a call in a process and wait for it. Raises JobCrashed."""
        for _ in range(ATTEMPTS):
            try:
                return self._result(self._pool.schedule(call), cancelled)
            except ProcessExpired as error:
                reason = f"its worker process ended with exit code {error.exitcode}"
            except BrokenProcessPool:
                reason = "the worker processes broke down"
            except NotYet:
                limit = self._settings.pair_seconds
                raise JobCrashed(f"it took longer than the {limit:g} s of batch.pair_seconds") from None
        raise JobCrashed(f"{reason}, {ATTEMPTS} times")

    def close(self) -> None:
        """End the processes at once."""
        self._pool.close()

    def _result(self, future: ProcessFuture[Outcome], cancelled: Callable[[], bool]) -> Outcome:
        while True:
            try:
                return future.result(timeout=LOOK_SECONDS)
            except NotYet:
                if future.done():  # it ended just now, or this is its own TimeoutError
                    return future.result()
                if cancelled():
                    future.cancel()  # type: ignore[no-untyped-call]  # ends the process that has it in hand
            except CancelledError:
                return {"error": {"code": "cancelled", "message": "the job was cancelled"}}
