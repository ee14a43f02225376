"""`colorfast swatches`: what a swatch library holds, how far it is from a standard; and other formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorfast.cli import options
from colorfast.cli.status import say, say_json
from colorfast.interrupts import loading

if TYPE_CHECKING:
    from colorfast.swatch.records import Swatch


@click.command(short_help="List a swatch library, compare it with a standard, convert it.")
@click.argument("library", type=options.A_PATH)
@click.option(
    "--standard",
    metavar="COLOR",
    help="Print how far each swatch is from it: under D65, and where both have spectra under A and F11.",
)
@click.option("-o", "--out", type=options.A_PATH, metavar="FILE", help="Write them as .ase or .gpl.")
@options.as_json
def swatches(library: Path, standard: str | None, out: Path | None, as_json: bool) -> None:
    """Print the colors of LIBRARY: .ase, .gpl, .cxf, or .csv with names and spectra, Lab or hex values.

    COLOR is what --target takes: '#7b2d26', 'lab(32 33 22)' or 'brand.cxf:Burgundy'.
    """
    with loading():
        from colorfast.swatch.library import read_library, target_of, write_library

    found = read_library(library)
    wanted = None if standard is None else target_of(standard)
    if out is not None:
        write_library(found, out)
    for one in found:
        row = _row(one, wanted)
        if as_json:
            say_json(row)
        else:
            say(_line(row))


def _row(one: Swatch, standard: Swatch | None) -> dict[str, Any]:
    from colorfast.swatch.library import difference
    from colorfast.swatch.outputs import hex_of

    row: dict[str, Any] = {
        "group": one.group,
        "name": one.name,
        "hex": hex_of(one.lab),
        "lab": [round(float(value), 2) for value in one.lab],
        "spectrum": one.spectrum is not None,
        "note": one.note,
    }
    if standard is not None:
        away = difference(one, standard)
        row["delta_e"] = {lamp: None if value is None else round(value, 2) for lamp, value in away.items()}
    return row


def _line(row: dict[str, Any]) -> str:
    L, a, b = row["lab"]
    name = f"{row['group']}/{row['name']}" if row["group"] else row["name"]
    away = [f"{lamp} {value:.2f}" for lamp, value in row.get("delta_e", {}).items() if value is not None]
    parts = [f"{row['hex']}  {L:6.2f} {a:6.2f} {b:6.2f}", name]
    parts += [f"ΔE00 {', '.join(away)}"] if away else []
    return "  ".join(parts + ([f"({row['note']})"] if row["note"] else []))
