"""`colorfast review`: decide in a browser what of a batch may be published. Needs the extra `service`."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.serve import asked_to_end, needs_service

who = click.option("--as", "who", metavar="NAME", help="Whose decisions these are.  [default: your login]")


@click.command(short_help="Review a batch in a browser.")
@click.argument("out", type=options.A_PATH)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one."
)
@who
def review(out: Path, port: int, who: str | None) -> None:
    """Serve a page on this machine to approve, reject or redo the pictures in OUT, a folder of `colorfast batch`.

    The most doubtful come first. What is decided is kept in OUT/review, in a log that is only ever added to.
    """
    with needs_service():
        from colorfast.review import server

    def tell(address: str) -> None:
        click.echo(f"reviewing on {address}; Ctrl-C ends it")

    with asked_to_end():
        server.review(out, port, who or getpass.getuser(), tell)
