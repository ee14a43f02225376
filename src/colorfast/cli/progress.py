"""How far a long command is, on stderr: a bar with the time left on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click

EVERY_SECONDS = 5.0  # between two lines where there is no terminal

Step: TypeAlias = Callable[[int, int], None]  # (done, total)


@contextmanager
def progress() -> Iterator[Step]:
    """Give the function to call after each picture."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def complain(message: str, code: str, *, pair: str | None = None) -> None:
    """Say what failed, of which pair where the message does not name the photo; the rest goes on."""
    named = message if pair is None else f"{pair}: {message}"
    click.echo(f"{named} [{code}]", err=True)


def _lines() -> Step:
    start = said = time.monotonic()

    def step(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= EVERY_SECONDS or done == total:
            said = now
            click.echo(f"{done}/{total}, {(now - start) / done * (total - done):.0f} s left", err=True)

    return step
