"""The console's table of a run, one line a pair: in color on a terminal, in plain columns elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from colorfast.report.rows import total_ms

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

COLUMNS = ("id", "before", "after", "verdict", "spill", "texture", "ms")
INKS = {"pass": "green", "review": "yellow", "fail": "red"}
NOTHING = "-"


def render(rows: Sequence[Mapping[str, Any]], console: Console | None = None) -> str:
    """Return the rows as text for a console; without a terminal, plain aligned columns, nothing cut short.

    console   where the text will go; None is standard output
    """
    if console is None:
        if not sys.stdout.isatty():
            return plain_table(rows)  # rich takes longer to load than this takes to write
        from rich.console import Console

        console = Console()
    if not console.is_terminal:
        return plain_table(rows)
    with console.capture() as capture:
        console.print(console_table(rows))
    return capture.get().rstrip("\n")


def console_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return the rows as a table for rich."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in COLUMNS:
        numeric = name not in ("id", "verdict")
        table.add_column(name, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for row in rows:
        ink = INKS[row["verdict"]]
        table.add_row(*(Text(cell, style=ink if cell == row["verdict"] else "") for cell in cells(row)))
    return table


def plain_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as aligned columns of plain text."""
    lines = [COLUMNS, *(cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    return "\n".join(_aligned(line, widths) for line in lines)


def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts of one line, in the order of `COLUMNS`; control characters of an id are shown as ?."""
    name = "".join(c if c.isprintable() else "?" for c in row["id"])
    metrics, ms = row["metrics"], total_ms(row)
    time = NOTHING if ms is None else f"{ms:.0f}"
    if metrics is None:
        return (name, NOTHING, NOTHING, row["verdict"], NOTHING, NOTHING, time)
    before, after = metrics["triplet"]["before"], metrics["triplet"]["after"]
    spill, texture = metrics["spill"], metrics["structure"]
    return (name, f"{before:.2f}", f"{after:.2f}", row["verdict"], f"{spill:.2f}", f"{texture:.3f}", time)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line of text; names to the left, numbers to the right."""
    parts = [
        cell.ljust(width) if name in ("id", "verdict") else cell.rjust(width)
        for cell, width, name in zip(line, widths, COLUMNS, strict=True)
    ]
    return "  ".join(parts).rstrip()
