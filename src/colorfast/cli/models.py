"""`colorfast models`: the networks that colorfast knows, and those of others fetched from the model hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from colorfast.cli import options
from colorfast.cli.status import FAILED, say, say_json

if TYPE_CHECKING:
    from colorfast.weights import Weights


@click.group()
def models() -> None:
    """List, fetch and check the networks that find garments, transfer colors and tell those of patches."""


@models.command(name="list")
@options.as_json
def list_models(as_json: bool) -> None:
    """Print the known networks: task, size, license, and where their files are."""
    from colorfast.weights import NAMES, known

    rows = [_row(known(name)) for name in NAMES]
    if as_json:
        say_json({"networks": rows})
        return
    for row in rows:
        where = row["where"] if row["present"] else "not fetched"
        classes = f"{row['classes']} classes, " if row["classes"] else ""
        say(f"{row['name']}: {row['task']}, {classes}{row['megabytes']} MB, {where}")
        say(f"    by {row['source']}; license: {row['license']}{row['note'] and '; '}{row['note']}")


@models.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
def pull(names: tuple[str, ...]) -> None:
    """Fetch networks from the model hub, or take files that were put in place by hand, and pin them."""
    from colorfast.hub import pull as fetch

    for name in names:
        weights = fetch(name, say=lambda line: click.echo(line, err=True))
        for file in weights.files:
            say(f"{file.path}")


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME…]")
@options.as_json
@click.pass_context
def verify(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Check the files of networks against their SHA-256: those named, or all that are there."""
    from colorfast.weights import NAMES, known

    chosen = [known(name) for name in names or NAMES]
    rows = [_checked(weights) for weights in chosen if names or weights.present]
    if as_json:
        say_json({"networks": rows})
    else:
        for row in rows:
            say(f"{row['name']}: {row['error'] or 'as it should be'}")
    if any(row["error"] for row in rows):
        ctx.exit(FAILED)


def _row(weights: Weights) -> dict[str, Any]:
    return {
        "name": weights.name,
        "task": weights.task,
        "classes": len(weights.labels),
        "megabytes": round(sum(file.megabytes for file in weights.files), 1),
        "license": weights.license,
        "note": weights.note,
        "source": weights.source,
        "repository": weights.repository,
        "revision": weights.revision,
        "present": weights.present,
        "where": str(weights.path.parent),
        "files": [{"path": str(file.path), "sha256": file.sha256} for file in weights.files],
    }


def _checked(weights: Weights) -> dict[str, Any]:
    from colorfast.errors import NetworkError
    from colorfast.weights import check

    found = {"name": weights.name, "error": "", "code": ""}
    try:
        for file in weights.files:
            check(weights, file)
    except NetworkError as error:
        found |= {"error": str(error), "code": error.code}
    return found
