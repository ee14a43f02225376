"""`colorfast train`: networks from labeled photos. Needs the extra `train`."""

from __future__ import annotations

from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.status import say
from colorfast.errors import ExtraMissing
from colorfast.interrupts import loading

LOSSES = ("parts", "vanilla", "weighted")


@click.group()
def train() -> None:
    """Train the networks that colorfast can use; run again, a command goes on where it was stopped."""


@train.command()
@click.option(
    "--data",
    "folders",
    type=options.A_PATH,
    multiple=True,
    required=True,
    help="Folder of labeled photos; may be given several times.",
)
@click.option(
    "-o", "--out", type=options.A_PATH, required=True, help="Folder for checkpoint, weights and curve."
)
@click.option("--network", default="own", show_default=True, help="Which network.")
@click.option("--loss", type=click.Choice(LOSSES), help="[default: parts for own, else weighted]")
@click.option("--steps", type=click.IntRange(min=1), default=20_000, show_default=True)
@click.option("--batch", type=click.IntRange(min=1), default=8, show_default=True, help="Photos a step.")
@click.option("--rate", type=float, default=2e-3, show_default=True, help="Learning rate.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--threads", type=click.IntRange(min=1), help="Processor threads.  [default: all]")
@click.option("--labels", default="", help=options.LABELS)
def segmentation(
    folders: tuple[Path, ...],
    out: Path,
    network: str,
    loss: str | None,
    steps: int,
    batch: int,
    rate: float,
    seed: int,
    threads: int | None,
    labels: str,
) -> None:
    """Train a network that names what each pixel of a fashion photo shows."""
    try:
        with loading():
            from colorfast.training.loop import Recipe, use_threads
            from colorfast.training.segmentation.batches import Sampling
            from colorfast.training.segmentation.run import Training, run
    except ImportError as error:
        raise ExtraMissing("train", "training needs torch and matplotlib") from error
    asked = Training(
        folders=folders,
        ids=labels,
        network=network,
        loss=loss or ("parts" if network == "own" else "weighted"),
        recipe=Recipe(steps=steps, rate=rate, seed=seed),
        sampling=Sampling(batch=batch, steps=steps, seed=seed),
    )
    if threads:
        use_threads(threads)
    weights = run(asked, out, say=lambda line: click.echo(line, err=True))
    say(f"weights: {weights}")


@train.command()
@click.argument("run", type=options.A_PATH, metavar="RUN")
@click.option("-o", "--out", type=options.A_PATH, help="The picture.  [default: curve.png beside the curve]")
def curve(run: Path, out: Path | None) -> None:
    """Draw the loss, learning rate and val mIoU of a training from RUN, its folder or its curve.jsonl."""
    try:
        with loading():
            from colorfast.training.curve import draw_curve, read_curve
    except ImportError as error:
        raise ExtraMissing("train", "drawing needs matplotlib") from error
    out = out or (run if run.is_dir() else run.parent) / "curve.png"
    draw_curve(read_curve(run), out)
    say(f"curve: {out}")
