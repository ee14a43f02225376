"""`colorfast demo`, `degrade`, `bench` and `warmup`: pairs with known truth, quality, speed."""

from __future__ import annotations

import os
from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.progress import complain, progress
from colorfast.cli.status import say
from colorfast.interrupts import loading


@click.command(short_help="Correct a portrait and made pictures, and show the page.")
@click.option(
    "-o",
    "--out",
    type=options.A_PATH,
    default=Path("colorfast-demo"),
    show_default=True,
    help="Folder for pictures and page.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.  [default: one a core]")
def demo(out: Path, workers: int | None) -> None:
    """Give a real portrait and made pictures a color error, correct them, and write the page into a folder."""
    click.echo("loading kernels; the first time on a machine they are compiled, for half a minute", err=True)
    with loading():
        from colorfast.batch.warmup import warm_up
        from colorfast.bench.demo import run_demo
        from colorfast.report.table import render

    warm_up()
    with progress() as step:
        done = run_demo(out, workers=workers, progress=step)
    say(render(done.rows))
    say(f"page: {done.page}")


@click.command(short_help="Give photos a known color error.")
@click.argument("photos", type=options.A_PATH)
@click.argument("out", type=options.A_PATH)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same errors.")
@click.option(
    "--garment-only/--whole", default=False, show_default=True, help="Change only the garment, or the photo."
)
@click.option(
    "--masks",
    type=options.A_PATH,
    metavar="DIR",
    help="Masks of the garments: STEM.png for STEM.jpg.",
)
def degrade(photos: Path, out: Path, seed: int, garment_only: bool, masks: Path | None) -> None:
    """Give PHOTOS, a folder or a manifest, known color errors; the pairs go into the folder OUT."""
    with loading():
        from colorfast.bench.folder import degrade_folder

    with progress() as step:
        summary = degrade_folder(
            photos, out, seed=seed, garment_only=garment_only, masks=masks, progress=step
        )
    for one in summary.skipped:
        complain(str(one.error), one.error.code, pair=one.id)
    say(f"{summary.written} pairs, {len(summary.skipped)} skipped: {summary.manifest}")


@click.group()
def bench() -> None:
    """Measure how well and how fast photos are corrected."""


@bench.command(short_help="How near to the truth each method comes.")
@click.argument("folder", type=options.A_PATH, metavar="DIR")
@click.option("--method", "methods", multiple=True, help="Only this one; may be repeated.  [default: all]")
@click.option("--track", "tracks", multiple=True, help="Only this one; may be repeated.  [default: all]")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Errors a photo.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many pairs of each set and track.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.  [default: one a core]")
@click.option("--strata", is_flag=True, help="One table for each kind of garment too.")
@options.as_json
@options.config
def quality(
    folder: Path,
    methods: tuple[str, ...],
    tracks: tuple[str, ...],
    seeds: int,
    limit: int | None,
    workers: int | None,
    strata: bool,
    as_json: bool,
    config: Path | None,
) -> None:
    """Print how near to the truth each method comes on the pairs of DIR, by track."""
    with loading():
        from colorfast.batch.local import cores
        from colorfast.bench.quality import run_quality
        from colorfast.bench.tables import quality_json, quality_text
        from colorfast.settings import load_settings

    with progress() as step:
        report = run_quality(
            folder,
            methods=methods or None,
            tracks=tracks,
            seeds=seeds,
            limit=limit,
            workers=workers or cores(),
            settings=load_settings(config, os.environ),
            progress=step,
        )
    say(quality_json(report) if as_json else quality_text(report, strata=strata))


@bench.command(short_help="What the whole job and its kernels cost.")
@click.option("--large", is_flag=True, help="A photo of 24 megapixels too.")
@click.option(
    "--growth",
    "plotted",
    type=options.A_PATH,
    metavar="PNG",
    help="Time and memory from 1 to 50 megapixels too, plotted into this file.",
)
@options.as_json
def speed(large: bool, plotted: Path | None, as_json: bool) -> None:
    """Print what the whole job and its kernels cost, beside decode + encode and a plain implementation."""
    with loading():
        from colorfast.bench.scaling import plot, run_scaling
        from colorfast.bench.speed import run_speed
        from colorfast.bench.tables import growth_text, speed_json, speed_text

    timings = run_speed(large=large)
    growth = None if plotted is None else run_scaling()
    if growth is not None and plotted is not None:
        plot(growth, plotted)
    tables = [speed_text(timings), *([] if growth is None else [growth_text(growth)])]
    say(speed_json(timings, growth) if as_json else "\n\n".join(tables))


@bench.command(short_help="How near palettes of found masks are to those of painted ones.")
@click.argument("folder", type=options.A_PATH, metavar="DIR")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many photos, spread evenly.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.  [default: one a core]")
@options.config
def palettes(folder: Path, limit: int | None, workers: int | None, config: Path | None) -> None:
    """Print how far the palettes of DIR/photos are from those of the masks in DIR/labels5, by class."""
    with loading():
        from colorfast.batch.local import cores
        from colorfast.bench.palettes import compare_palettes, palettes_text
        from colorfast.settings import load_settings

    settings = load_settings(config, os.environ)
    say(palettes_text(compare_palettes(folder, settings=settings, workers=workers or cores(), limit=limit)))


@click.command(short_help="Compile the kernels, once a machine.")
def warmup() -> None:
    """Compile or load every kernel, so that the first photo is as fast as the others."""
    with loading():
        from colorfast.batch.warmup import warm_up

    for method, seconds in warm_up().items():
        say(f"{method:10} {seconds:6.2f} s")
