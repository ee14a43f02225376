"""Write docs/reference from the program itself: commands from their --help, settings and errors from the code.

    python tools/write_reference.py           writes the pages
    python tools/write_reference.py --check   exits with 1 when one of them is stale

A test holds the pages to what this script would write.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import click

import colorfast.review.errors
import colorfast.service.errors
import colorfast.swatch.patch_errors  # noqa: F401 - their classes are found below ours
from colorfast import errors
from colorfast.cli import cli
from colorfast.settings import PREFIX, Settings

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "<!-- Written by tools/write_reference.py; change the code, then run it again. -->"
HELP_WIDTH = 100

COMMANDS = """# Commands

{note}

Data goes to stdout, progress and errors to stderr.

| exit status | meaning |
|--:|---|
| 0 | passed; for `batch`, every pair has a recorded outcome |
| 3 | corrected, but to be reviewed (`batch` only with `--strict`) |
| 4 | failed, or bad input (`batch`: for a single pair only with `--strict`) |
| 1 | a crash: please report it |
| 2 | usage: a wrong option or argument |
| 130 | interrupted; nothing half-written is left |
"""

SETTINGS = """# Settings

{note}

Every command that corrects or judges takes `--config FILE.toml`.
A field is also read from the environment as `{prefix}<SECTION>_<FIELD>`, for example `{prefix}LIMITS_COLOR=4`.
The command line wins over the environment, and the environment over the file.
A section, key or variable that is not listed here is an error.
"""

ERRORS = """# Errors

{note}

Every error that colorfast raises on purpose has a stable code.
It stands in brackets at the end of the message, and in `error.code` of a row.

| code | class | below | meaning |
|---|---|---|---|
"""


def commands_page() -> str:
    """Return the page of commands: the help text of each, as it is printed."""
    parts = [COMMANDS.format(note=NOTE)]
    for path, command in _commands(cli, ("colorfast",)):
        shown = {**cli.context_settings, "terminal_width": HELP_WIDTH}
        context = click.Context(command, info_name=" ".join(path), **shown)
        text = command.get_help(context)
        parts.append(f"## {' '.join(path)}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def settings_page() -> str:
    """Return the page of settings: a table for each section."""
    parts = [SETTINGS.format(note=NOTE, prefix=PREFIX)]
    for section in fields(Settings):
        kind = type(getattr(Settings(), section.name))
        meanings = _meanings(kind)
        lines = [f"## [{section.name}]\n", f"{_one_line(inspect.getdoc(kind) or '')}\n"]
        lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
        for each in fields(kind):
            default = "" if each.default is MISSING else f"`{each.default!r}`".replace("'", '"')
            lines.append(f"| `{each.name}` | `{each.type}` | {default} | {meanings[each.name]} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def errors_page() -> str:
    """Return the page of errors: code, class, base and meaning of each."""
    rows = [
        f"| `{kind.code}` | `{kind.__name__}` | `{kind.__base__.__name__}` | {_one_line(kind.__doc__ or '')} |"
        for kind in _errors(errors.ColorfastError)
    ]
    return ERRORS.format(note=NOTE) + "\n".join(rows) + "\n"


PAGES = {"commands.md": commands_page, "settings.md": settings_page, "errors.md": errors_page}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check only compare them; return the exit status."""
    stale = 0
    for name, page in PAGES.items():
        path = FOLDER / name
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(), encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != page():
            print(f"{path} is stale: run python tools/write_reference.py", file=sys.stderr)
            stale = 1
    return stale


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command under a group with its path, groups before what they hold."""
    for name in sorted(group.commands):
        command = group.commands[name]
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def _errors(kind: type[errors.ColorfastError]) -> Iterator[type[errors.ColorfastError]]:
    """Yield an error class and all below it, in the order they are defined: ours, then those of folders by name."""
    yield kind
    for below in sorted(
        kind.__subclasses__(), key=lambda one: (one.__module__ != errors.__name__, one.__module__)
    ):
        yield from _errors(below)


def _meanings(kind: type[Any]) -> dict[str, str]:
    """Return the text under each field of a dataclass, by the field's name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            documented = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
            found[field.target.id] = _one_line(str(ast.literal_eval(text.value))) if documented else ""
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
