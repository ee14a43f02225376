"""`colorfast serve` and `colorfast worker`: the service and those who do its jobs. Need the extra `service`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from colorfast.cli import options
from colorfast.errors import ExtraMissing
from colorfast.interrupts import loading

F = TypeVar("F", bound=Callable[..., Any])

DATA = Path("colorfast-data")

data = click.option(
    "--data",
    type=options.A_PATH,
    default=DATA,
    show_default=True,
    help="Folder of pictures, and of the database.",
)
database = click.option(
    "--database", metavar="URL", help="postgresql://… or sqlite:///…  [default: SQLite in DATA]"
)
allow = click.option(
    "--allow-host",
    "allow",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Fetch from this host whatever its address is; may be given several times.",
)
storage = click.option("--storage", metavar="URL", help="s3://BUCKET for pictures.  [default: DATA]")


@click.command(short_help="Serve corrections over HTTP.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@data
@database
@storage
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Jobs at once; 0 leaves them to `colorfast worker`.  [default: one a core]",
)
@allow
@click.option(
    "--keys", type=options.A_PATH, metavar="TOML", help="API keys; without them only this machine is served."
)
@options.steering
def serve(
    host: str,
    port: int,
    data: Path,
    database: str | None,
    storage: str | None,
    workers: int | None,
    allow: tuple[str, ...],
    keys: Path | None,
    preset: str | None,
    config: Path | None,
) -> None:
    """Serve corrections over HTTP, and do them, until interrupted.

    POST /api/v1/correct-color with {"reference_url": …, "on_model_url": …} answers with a link to the corrected
    picture; /openapi.json describes the rest.
    """
    with needs_service():
        from colorfast.batch.local import cores
        from colorfast.service import server
        from colorfast.service.addresses import allowed_hosts
        from colorfast.service.keys import read_keys

    access = server.Access(keys=read_keys(keys) if keys else (), allowed=allowed_hosts(allow))
    place = server.Place(data=data, database=database, storage=storage)
    settings = options.settings_of(config, preset)
    count = cores() if workers is None else workers
    click.echo(f"serving on http://{host}:{port}, with {count} jobs at once; Ctrl-C ends it", err=True)
    with asked_to_end():  # uvicorn ends at a signal and then sends it once more
        server.serve(host, port, place, access, settings, workers=count)


@click.command(short_help="Do the jobs of a service.")
@data
@database
@storage
@allow
@click.option("--workers", type=click.IntRange(min=1), help="Jobs at once.  [default: one a core]")
@click.option(
    "--recover",
    is_flag=True,
    help="First take over the jobs of workers that are not heard of, without waiting for it.",
)
@options.steering
def worker(
    data: Path,
    database: str | None,
    storage: str | None,
    allow: tuple[str, ...],
    workers: int | None,
    recover: bool,
    preset: str | None,
    config: Path | None,
) -> None:
    """Do the jobs of a service, on this or another machine, until interrupted.

    Jobs in hand are finished first, for 30 seconds; those of a worker that dies are done by the others.
    """
    with needs_service():
        from colorfast.batch.local import cores
        from colorfast.service import server
        from colorfast.service.addresses import allowed_hosts

    access = server.Access(allowed=allowed_hosts(allow))
    place = server.Place(data=data, database=database, storage=storage)
    settings = options.settings_of(config, preset)
    with asked_to_end() as ending:
        server.work(place, access, settings, ending, workers=workers or cores(), recover=recover)


@contextmanager
def needs_service() -> Iterator[None]:
    """Load what the service needs, and say how to get it where it is missing."""
    try:
        with loading():
            yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("colorfast"):
            raise
        raise ExtraMissing("service", "the service needs FastAPI, DBOS and obstore") from error


@contextmanager
def asked_to_end() -> Iterator[threading.Event]:
    """Return an event that Ctrl-C and SIGTERM set during the body."""
    ending = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: ending.set()) for number in signals}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
