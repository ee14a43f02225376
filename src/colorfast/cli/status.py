"""How a command ends: its exit status, and what is said about an error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from colorfast.errors import ColorfastError, ExtraMissing
from colorfast.interrupts import STATUS as INTERRUPTED
from colorfast.interrupts import answered, interruptible, loading, was_interrupt

PASSED, REVIEW, FAILED = 0, 3, 4  # 1 is a crash, 2 is click's own usage error

STATUS: Mapping[str, int] = {"pass": PASSED, "review": REVIEW, "fail": FAILED}


class Doors(click.Group):
    """A group whose commands end with a sentence and an exit status, never with a traceback for bad input."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command; see the module for what its ending means."""
        try:
            with interruptible():
                return super().invoke(ctx)
        except ColorfastError as error:
            click.echo(f"colorfast: {error} [{error.code}]", err=True)
            ctx.exit(FAILED)
        except (KeyboardInterrupt, SystemError) as error:
            if not was_interrupt(error):
                raise
            answered()
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


def say(text: str) -> None:
    """Print to stdout; when the reader has gone, as in `| head -1`, say no more and keep the exit status."""
    try:
        click.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_json(row: Mapping[str, Any]) -> None:
    """Print one JSON object on one line."""
    say(json.dumps(row, ensure_ascii=False, allow_nan=False))


@contextmanager
def reported(pair_id: str, *, as_json: bool) -> Iterator[None]:
    """Print an error that leaves the body as a row as well, for programs that read --json."""
    try:
        yield
    except ColorfastError as error:
        if as_json:
            from colorfast.report.rows import failed_row

            say_json(failed_row(pair_id, error))
        raise


@contextmanager
def needs_train(why: str) -> Iterator[None]:
    """Load what comes with the extra `train`; where that is missing, ExtraMissing says why it is needed."""
    try:
        with loading():
            yield
    except ImportError as error:
        raise ExtraMissing("train", why) from error
