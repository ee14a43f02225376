"""`colorfast batch`: many pairs, on worker processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from colorfast.cli import options
from colorfast.cli.progress import complain, progress
from colorfast.cli.status import PASSED, STATUS, reported, say, say_json
from colorfast.interrupts import loading


@click.command(short_help="Correct many photos.")
@click.argument("pairs", type=options.A_PATH)
@click.argument("out", type=options.A_PATH)
@options.method
@options.appearance
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.  [default: one a core]")
@click.option(
    "--engine",
    type=click.Choice(["local"]),
    default="local",
    show_default=True,
    expose_value=False,
    help="Where the workers run: on this machine.",
)
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
    Run again, it skips what is done and finishes the rest.
    """
    with reported(pairs.name, as_json=as_json):
        with loading():
            from colorfast.batch.local import on_this_machine
            from colorfast.batch.run import run_batch
            from colorfast.read.pairs import read_pairs

        settings = options.settings_of(
            config, preset, lossless_outside=lossless_outside, method=method, appearance=appearance
        )
        with progress() as step:

            def report(row: Mapping[str, Any], done: int, total: int) -> None:
                if "error" in row:
                    complain(row["id"], row["error"]["message"], row["error"]["code"])
                step(done, total)

            engine = on_this_machine(workers, settings.batch)
            rows = run_batch(read_pairs(pairs), out, settings, engine=engine, limit=limit, progress=report)
    _summarize(rows, out, as_json=as_json)
    worst = max((STATUS[row["verdict"]] for row in rows), default=PASSED)
    click.get_current_context().exit(worst if strict else PASSED)


def _summarize(rows: tuple[Mapping[str, Any], ...], out: Path, *, as_json: bool) -> None:
    """Print how many pairs there are, of each verdict, and among the failed how many by an error."""
    verdicts = Counter(row["verdict"] for row in rows)
    counts = {"pairs": len(rows), **{verdict: verdicts[verdict] for verdict in STATUS}}
    counts["errors"] = sum("error" in row for row in rows)
    page = out / "index.html"
    if as_json:
        say_json({**counts, "results": (out / "results.jsonl").as_posix(), "page": page.as_posix()})
    else:
        say(", ".join(f"{name} {count}" for name, count in counts.items()))
        say(f"page: {page}")
