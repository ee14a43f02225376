"""Running the service and its workers: what `colorfast serve` and `colorfast worker` call."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from colorfast.errors import SettingsError
from colorfast.service.addresses import AllowedHosts, is_loopback
from colorfast.service.app import create_app
from colorfast.service.batches import take_in
from colorfast.service.house import House
from colorfast.service.jobs import Queue, Worker
from colorfast.service.keys import ApiKey, Door
from colorfast.service.pool import Pool
from colorfast.service.storage import Storage
from colorfast.service.sweep import sweeping
from colorfast.service.telemetry import Tracing, telemetry, traced
from colorfast.service.webhooks import delivering
from colorfast.settings import Settings

START_SECONDS = 60  # how long the database is waited for
LEAVE_SECONDS = 30  # what jobs in hand are given when the process is asked to end
UVICORN: Any = {
    "log_level": "warning",
    "access_log": False,  # URLs hold signatures
    "server_header": False,
    "proxy_headers": False,
    "timeout_graceful_shutdown": LEAVE_SECONDS,
}

log = logging.getLogger("colorfast.service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a service keeps what it has."""

    data: Path
    """Folder of pictures, and of the database where none is named."""
    database: str | None = None
    """URL of a Postgres or SQLite database; None is SQLite in `data`."""
    storage: str | None = None
    """URL of object storage; None is a folder in `data`."""

    @property
    def database_url(self) -> str:
        """The database's URL."""
        return self.database or f"sqlite:///{(self.data / 'jobs.sqlite').resolve().as_posix()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask, and where pictures may be fetched from besides the public internet."""

    keys: tuple[ApiKey, ...] = ()
    allowed: AllowedHosts = field(default_factory=AllowedHosts)


def serve(host: str, port: int, place: Place, access: Access, settings: Settings, *, workers: int) -> None:
    """Serve until the process is asked to end, and do so many jobs at once; 0 leaves them to others.

    Raises SettingsError when others than this machine would be served without API keys.
    """
    if not access.keys and not is_loopback(host):
        raise SettingsError("--host", host, "a loopback address unless --keys names API keys")
    with telemetry() as tracing, working(place, access, settings, workers, tracing):
        app = create_app(lambda: opened(place, access, settings), tracing)
        config = uvicorn.Config(app, host=host, port=port, **UVICORN)
        uvicorn.Server(config).run()


@asynccontextmanager
async def opened(place: Place, access: Access, settings: Settings) -> AsyncIterator[House]:
    """Open the house, and close it at the end."""
    Storage(place.data, place.storage)  # makes the folder in which the database may lie
    with closing(Queue(place.database_url, start_seconds=START_SECONDS)) as queue:
        yield house_of(queue, place, access, settings)


def house_of(queue: Queue, place: Place, access: Access, settings: Settings) -> House:
    """Return the open parts of a service, around an open queue."""
    return House(
        queue=queue,
        storage=Storage(place.data, place.storage),
        settings=settings,
        door=Door(access.keys),
        allowed=access.allowed,
        secret=queue.tables.secret("links"),
        fetching=asyncio.Semaphore(settings.service.fetches),
    )


@contextmanager
def working(
    place: Place, access: Access, settings: Settings, workers: int, tracing: Tracing | None = None
) -> Iterator[None]:
    """Do jobs during the body, so many at once."""
    if workers == 0:
        yield
        return
    with ExitStack() as opened_here:
        storage = Storage(place.data, place.storage)  # its folders are there before a process looks for them
        queue = Queue(place.database_url, start_seconds=START_SECONDS, steadfast=True)
        opened_here.callback(queue.close)
        pool = Pool(workers, str(storage.folder.resolve()), place.storage, settings.batch)
        opened_here.enter_context(closing(pool))
        house = house_of(queue, place, access, settings)
        opened_here.enter_context(delivering(house))
        opened_here.enter_context(sweeping(house))
        doing, taking = traced(pool.run, tracing), partial(take_in, house)
        pairing = partial(pool.run_pairs)  # the queue does not take a method
        silent = settings.service.silent_seconds
        worker = Worker(
            queue, place.database_url, doing, taking, pairing, at_once=workers, silent_seconds=silent
        )
        opened_here.callback(worker.close, LEAVE_SECONDS)
        yield


def work(
    place: Place, access: Access, settings: Settings, ending: threading.Event, *, workers: int, recover: bool
) -> None:
    """Do jobs until asked to end; `recover` first takes over the jobs of every worker that is not heard of."""
    if recover:
        with closing(Queue(place.database_url, start_seconds=START_SECONDS)) as queue:
            log.warning("%d jobs recovered", len(queue.recover(settings.service.silent_seconds)))
    with telemetry() as tracing, working(place, access, settings, workers, tracing):
        ending.wait()
