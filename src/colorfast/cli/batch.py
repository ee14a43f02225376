"""`colorfast batch`: many pairs, on worker processes of this machine, of several, or of a Ray cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorfast.cli import options
from colorfast.cli.progress import complain, progress
from colorfast.cli.serve import DATA, needs_service
from colorfast.cli.status import PASSED, STATUS, reported, say, say_json
from colorfast.interrupts import loading
from colorfast.places import url_of, whole

if TYPE_CHECKING:
    from colorfast.batch.work import Engine
    from colorfast.settings import Settings

ENGINES = ("local", "queue", "ray")
WRITTEN = ("index.html", "results.jsonl")


@click.command(short_help="Correct many photos.")
@click.argument("pairs", type=options.A_PATH)
@click.argument("out", type=options.A_PATH)
@options.method
@options.appearance
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.  [default: one a core]")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="local",
    show_default=True,
    help="Where the workers run: on this machine, wherever `colorfast worker` does, or on a Ray cluster.",
)
@click.option(
    "--database",
    metavar="URL",
    help="Of the queue: postgresql://… or sqlite:///…  [default: that of `colorfast worker`]",
)
@click.option("--address", metavar="HOST:PORT", help="Of the Ray cluster.  [default: one on this machine]")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many pairs.")
@options.lossless_outside
@click.option(
    "--strict", is_flag=True, help="End with the exit status of the worst pair: 3 review, 4 failed."
)
@options.as_json
@options.preset
@options.config
def batch(
    pairs: Path,
    out: Path,
    method: str | None,
    appearance: str | None,
    workers: int | None,
    engine: str,
    database: str | None,
    address: str | None,
    limit: int | None,
    lossless_outside: bool | None,
    strict: bool,
    as_json: bool,
    preset: str | None,
    config: Path | None,
) -> None:
    """Correct all PAIRS into the folder OUT, where index.html shows them.

    PAIRS is a folder with still-life-<ID>.jpg and on-model-<ID>.jpg, or a manifest: a CSV or JSONL file with the
    columns id, reference, photo and, if wanted, mask, reference_mask, garment, method, target.
    Paths, and OUT, may be in object storage: s3://BUCKET/KEY.
    Run again, with any engine, it skips what is done and finishes the rest.
    """
    _check(engine, workers, database, address)
    with reported(pairs.name, as_json=as_json):
        with loading():
            from colorfast.batch.run import run_batch
            from colorfast.read.pairs import read_pairs

        settings = options.settings_of(
            config, preset, lossless_outside=lossless_outside, method=method, appearance=appearance
        )
        with progress() as step:

            def report(row: Mapping[str, Any], done: int, total: int) -> None:
                if "error" in row:
                    complain(row["error"]["message"], row["error"]["code"], pair=row["id"])
                step(done, total)

            hands = _engine(engine, out, settings, workers=workers, database=database, address=address)
            rows = run_batch(read_pairs(pairs), out, settings, engine=hands, limit=limit, progress=report)
    _summarize(rows, out, as_json=as_json)
    worst = max((STATUS[row["verdict"]] for row in rows), default=PASSED)
    click.get_current_context().exit(worst if strict else PASSED)


def _check(engine: str, workers: int | None, database: str | None, address: str | None) -> None:
    """Refuse options that the engine does not have."""
    for name, value, takers in (
        ("--workers", workers, ("local", "ray")),
        ("--database", database, ("queue",)),
        ("--address", address, ("ray",)),
    ):
        if value is not None and engine not in takers:
            raise click.UsageError(f"{name} is for --engine {' and '.join(takers)}")


def _engine(
    name: str,
    out: Path,
    settings: Settings,
    *,
    workers: int | None,
    database: str | None,
    address: str | None,
) -> Engine:
    """Load an engine. Raises ExtraMissing."""
    if name == "ray":
        with loading():
            from colorfast.batch.cluster import on_a_cluster

            return on_a_cluster(address, workers, settings.batch)
    if name == "queue":
        with needs_service():
            from colorfast.files import make_folder
            from colorfast.service.engine import on_a_queue
            from colorfast.service.server import Place

        if database is None:
            make_folder(DATA)
        url = Place(data=DATA, database=database).database_url
        return on_a_queue(url, whole(out), settings, lonely=_lonely)
    from colorfast.batch.local import on_this_machine

    return on_this_machine(workers, settings.batch)


def _lonely() -> None:
    click.echo("no worker is heard of; start one: colorfast worker --database URL", err=True)


def _summarize(rows: tuple[Mapping[str, Any], ...], out: Path, *, as_json: bool) -> None:
    """Print how many pairs there are, of each verdict, and among the failed how many by an error."""
    verdicts = Counter(row["verdict"] for row in rows)
    counts = {"pairs": len(rows), **{verdict: verdicts[verdict] for verdict in STATUS}}
    counts["errors"] = sum("error" in row for row in rows)
    page, results = (url_of(out / name) or (out / name).as_posix() for name in WRITTEN)
    if as_json:
        say_json({**counts, "results": results, "page": page})
    else:
        say(", ".join(f"{name} {count}" for name, count in counts.items()))
        say(f"page: {page}")
