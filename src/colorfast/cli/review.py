"""`colorfast review` and `colorfast study`: people look at what was corrected. Need the extra `service`."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.serve import asked_to_end, needs_service
from colorfast.cli.status import say, say_json

who = click.option("--as", "who", metavar="NAME", help="Whose decisions these are.  [default: your login]")


@click.command(short_help="Review a batch in a browser.")
@click.argument("out", type=options.A_PATH)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one."
)
@who
@click.option(
    "--against",
    type=options.A_PATH,
    metavar="JSON",
    help="Serve nothing; check that the log still holds all that this exported decisions.json saw.",
)
def review(out: Path, port: int, who: str | None, against: Path | None) -> None:
    """Serve a page on this machine to approve, reject or redo the pictures in OUT, a folder of `colorfast batch`.

    The most doubtful come first. What is decided is kept in OUT/review, in a log that is only ever added to.
    """
    if against is not None:
        from colorfast.review.pin import check

        held = check(out, against)
        say(f"the log holds all {held.pinned} entries of the export, and {held.entries - held.pinned} since")
        return
    with needs_service():
        from colorfast.review import server

    with asked_to_end():
        server.review(out, port, who or getpass.getuser(), tell)


@click.group(short_help="Ask people, blind, which method they prefer.")
def study() -> None:
    """Ask people which of two methods' pictures is nearer to the product, and work out what they said."""


@study.command()
@click.argument("place", metavar="STUDY", type=options.A_PATH)
@click.argument("outs", metavar="OUT OUT…", nargs=-1, required=True, type=options.A_PATH)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8002, show_default=True, help="0 takes a free one."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Of order and sides; keep it through a study."
)
def ask(place: Path, outs: tuple[Path, ...], port: int, seed: int) -> None:
    """Serve a page on this machine that asks for choices between the pictures in two or more OUT folders.

    Each OUT is what `colorfast batch` made of the same pairs by another method; its name stands for the method in
    the report. Votes are kept in the folder STUDY.
    """
    with needs_service():
        from colorfast.review import server

    with asked_to_end():
        server.study(place, outs, port, seed, tell)


@study.command()
@click.argument("place", metavar="STUDY", type=options.A_PATH)
@options.as_json
def report(place: Path, as_json: bool) -> None:
    """Print what the votes in STUDY say: preference, agreement of raters, and metrics that foretell it."""
    with needs_service():
        from colorfast.review import server
        from colorfast.review.study.report import text

    found = server.studied(place)
    say_json(found) if as_json else say(text(found).rstrip())


def tell(address: str) -> None:
    """Say where the page is."""
    click.echo(f"open {address}; Ctrl-C ends it")
