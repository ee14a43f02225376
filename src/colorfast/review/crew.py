"""One worker process beside a page: what it is asked to do may crash or hang, and the server goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from pebble import ProcessExpired

from colorfast.batch.pool import LastingPool
from colorfast.batch.work import named_error
from colorfast.settings import BatchSettings

T = TypeVar("T")


class Crew:
    """A process that is started when it is first needed, and anew when it has died."""

    def __init__(self, settings: BatchSettings) -> None:
        """Start nothing yet; `settings` say how long one call may take."""
        self._pool = LastingPool(1, settings)

    def run(self, name: str, call: Callable[[], T]) -> T:
        """Return what a call returns, made in the process; calls are made one after the other.

        name   of the pair, for the error

        Raises WorkerDied when the process was killed, crashed, or took longer than batch.pair_seconds; else what
        the call raises.
        """
        try:
            return self._pool.schedule(call).result()
        except (ProcessExpired, BrokenProcessPool, TimeoutError) as error:
            raise named_error(name, error) from error

    def close(self) -> None:
        """End the process at once."""
        self._pool.close()
