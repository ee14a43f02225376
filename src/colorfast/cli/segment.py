"""`colorfast segment`: what every pixel of a photo shows, as label files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorfast.cli import options
from colorfast.cli.progress import complain
from colorfast.cli.status import FAILED, say, say_json
from colorfast.interrupts import loading

if TYPE_CHECKING:
    from colorfast.batch.labeling import Labeled

CLASSES = ("5", "garment")


@click.command(
    short_help="Label what every pixel shows.", epilog="Exit status: 0, or 4 when any photo has no labels."
)
@click.argument("photo", type=options.A_PATH, metavar="PHOTO|FOLDER")
@click.option(
    "-o",
    "--out",
    type=options.A_PATH,
    required=True,
    metavar="LABELS.png|FOLDER",
    help="A palette PNG of class ids; for a FOLDER a folder, which gets STEM.png each.",
)
@click.option("--network", default="garment", show_default=True, help="Which network.")
@click.option(
    "--classes",
    type=click.Choice(CLASSES),
    default="5",
    show_default=True,
    help="0 background, 1 hair, 2 clothes, 3 skin, 4 accessories; or all that the network tells apart.",
)
@options.as_json
@options.config
def segment(photo: Path, out: Path, network: str, classes: str, as_json: bool, config: Path | None) -> None:
    """Write what every pixel of PHOTO shows, at its own size, upright; or of every photo in FOLDER."""
    if not photo.is_dir() and out.suffix.lower() != ".png":
        raise click.UsageError(f"labels are written as PNG: give {out.with_suffix('.png')}")
    with loading():
        from colorfast.batch.labeling import label_photos
    settings = options.settings_of(config, None)
    failed = False
    for done in label_photos(photo, out, network=network, classes=classes, settings=settings):
        failed = failed or done.error is not None
        if done.error is not None:
            complain(str(done.error), done.error.code)
        if as_json:
            say_json(_row(done))
        elif done.error is None:
            say(_line(done))
    if failed:
        sys.exit(FAILED)


def _line(done: Labeled) -> str:
    shares = sorted((done.shares or {}).items(), key=lambda item: -item[1])
    return f"{done.output}: " + ", ".join(f"{name} {share:.0%}" for name, share in shares if share >= 0.005)


def _row(done: Labeled) -> dict[str, Any]:
    if done.error is not None:
        return {
            "id": done.id,
            "photo": done.photo.as_posix(),
            "output": None,
            "error": {"code": done.error.code, "message": str(done.error)},
        }
    return {
        "id": done.id,
        "photo": done.photo.as_posix(),
        "output": done.output.as_posix(),
        "network": done.network,
        "sha256": done.sha256,
        "shares": dict(done.shares or {}),
        "timings_ms": dict(done.timings_ms or {}),
    }
