"""`colorfast palette`: the dominant colors of what photos show."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from colorfast.cli import options
from colorfast.cli.progress import complain, progress
from colorfast.cli.status import FAILED, say, say_json
from colorfast.interrupts import loading

if TYPE_CHECKING:
    from colorfast.swatch.palette import Collection

CLASSES = ("5", "garment")
KINDS = ("year", "season", "month", "folder")  # those of swatch.periods; a test holds them equal


@click.command(
    short_help="Dominant colors by class, over many photos.",
    epilog="Exit status: 0, or 4 when any photo could not be used.",
)
@click.argument("photos", type=options.A_PATH)
@click.option(
    "-o",
    "--out",
    type=options.A_PATH,
    metavar="FILE|FOLDER",
    help="A .png, .csv, .json, .ase or .gpl; a FOLDER gets all five.",
)
@click.option("--colors", type=int, default=12, show_default=True, help="Colors of a class, at most.")
@click.option(
    "--apart", type=float, default=3.0, show_default=True, help="CIEDE2000 between two of them, at least."
)
@click.option("--by", type=click.Choice(KINDS), help="Show how shares change over dates, or by folder.")
@click.option("--labels", type=options.A_PATH, metavar="DIR", help="Label files: STEM.png for STEM.jpg.")
@click.option(
    "--classes",
    type=click.Choice(CLASSES),
    default="5",
    show_default=True,
    help="What ids in label files mean, as for `colorfast segment`.",
)
@click.option("--network", default="garment", show_default=True, help="Which network, without label files.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.  [default: one a core]")
@options.as_json
@options.config
def palette(
    photos: Path,
    out: Path | None,
    colors: int,
    apart: float,
    by: str | None,
    labels: Path | None,
    classes: str,
    network: str,
    workers: int | None,
    as_json: bool,
    config: Path | None,
) -> None:
    """Find the dominant colors of clothes, accessories, skin and hair in PHOTOS, and of each type of garment.

    PHOTOS is a picture, a folder with all below it, a quoted pattern, or a CSV with the columns photo and, if
    wanted, labels, date and group.
    """
    with loading():
        from colorfast.batch.local import cores
        from colorfast.batch.sampling import sample_all
        from colorfast.settings import load_settings
        from colorfast.swatch.outputs import rows_of, targets, write_palette
        from colorfast.swatch.palette import PaletteSettings, palettes_of
        from colorfast.swatch.photos import find_shots

    chosen = PaletteSettings(colors=colors, apart=apart, by=by)
    shots, paths = find_shots(photos, labels), () if out is None else targets(out)
    found, failed = {}, 0
    with progress() as step:
        done = sample_all(
            shots,
            network=network,
            classes=classes,
            settings=load_settings(config, os.environ),
            workers=workers or cores(),
        )
        for number, one in enumerate(done, start=1):
            if one.sample is not None:
                found[one.shot] = one.sample
            if one.error is not None:
                failed += 1
                complain(str(one.error), one.error.code)
            step(number, len(shots))
    collection = palettes_of([found[shot] for shot in shots if shot in found], chosen)  # in their order
    write_palette(collection, paths, photos.resolve().name)
    if as_json:
        say_json(rows_of(collection))
    else:
        _print(collection, paths)
    if failed:
        sys.exit(FAILED)


def _print(collection: Collection, written: tuple[Path, ...]) -> None:
    from colorfast.swatch.outputs import hex_of

    for one in collection.palettes:
        say(f"{one.name}, in {one.photos} of {collection.photos} photos")
        for tone in one.tones:
            L, a, b = tone.lab
            change = "" if tone.change is None else f"  {100 * tone.change:+5.1f} points a {collection.by}"
            say(f"  {tone.share:4.0%}  {hex_of(tone.lab)}  {L:5.1f} {a:5.1f} {b:5.1f}  {tone.name}{change}")
    for path in written:
        say(f"written: {path}")
