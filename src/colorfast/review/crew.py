"""One worker process beside a page: what it is asked to do may crash or hang, and the server goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from colorfast.batch.pool import started_pool
from colorfast.batch.work import named_error
from colorfast.settings import BatchSettings

T = TypeVar("T")


class Crew:
    """A process that is started when it is first needed, and anew when it has died."""

    def __init__(self, settings: BatchSettings) -> None:
        """Start nothing yet; `settings` say how long one call may take."""
        self._settings = settings
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None

    def run(self, name: str, call: Callable[[], T]) -> T:
        """Return what a call returns, made in the process; calls are made one after the other.

        name   of the pair, for the error

        Raises WorkerDied when the process was killed, crashed, or took longer than batch.pair_seconds; else what
        the call raises.
        """
        try:
            return self._sent(call).result()
        except (ProcessExpired, BrokenProcessPool, TimeoutError) as error:
            raise named_error(name, error) from error

    def close(self) -> None:
        """End the process at once."""
        with self._lock:
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it so
                self._pool.join()
                self._pool = None

    def _sent(self, call: Callable[[], T]) -> ProcessFuture[T]:
        with self._lock:
            if self._pool is not None:
                with suppress(RuntimeError):  # it has broken down
                    return self._pool.schedule(call, timeout=self._settings.pair_seconds)
            self._pool = started_pool(1, self._settings)
            return self._pool.schedule(call, timeout=self._settings.pair_seconds)
