"""`colorfast demo`, `degrade`, `bench` and `warmup`: pairs with known truth, quality, speed."""

from __future__ import annotations

from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.progress import complain, progress
from colorfast.cli.status import say


@click.command()
@click.argument("photos", type=options.A_PATH)
@click.argument("out", type=options.A_PATH)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same errors.")
@click.option(
    "--garment-only/--whole",
    default=False,
    show_default=True,
    help="Change only the garment, or the photo.",
)
@click.option("--masks", type=options.A_PATH, metavar="DIR", help="Masks of the garments: STEM.png.")
def degrade(photos: Path, out: Path, seed: int, garment_only: bool, masks: Path | None) -> None:
    """Give PHOTOS, a folder or a manifest, known color errors; the pairs go into the folder OUT."""
    from colorfast.bench.folder import degrade_folder

    with progress() as step:
        summary = degrade_folder(
            photos, out, seed=seed, garment_only=garment_only, masks=masks, progress=step
        )
    for one in summary.skipped:
        complain(one.id, str(one.error), one.error.code)
    say(f"{summary.written} pairs, {len(summary.skipped)} skipped: {summary.manifest}")


@click.command()
def warmup() -> None:
    """Compile or load every kernel, so that the first photo is as fast as the others."""
    from colorfast.batch.warmup import warm_up

    for method, seconds in warm_up().items():
        say(f"{method:10} {seconds:6.2f} s")
