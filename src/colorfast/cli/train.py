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
@click.option(
    "--labels", default="", help="What label ids mean: five, garment, atr, or a CSV file in the folder."
)
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
        raise ExtraMissing("train", "training needs torch") from error
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


@click.group()
def evaluate() -> None:
    """Measure trained networks on labeled photos."""


@evaluate.command(name="segmentation")
@click.argument("weights", type=options.A_PATH, nargs=-1, required=True, metavar="WEIGHTS…")
@click.option(
    "--data",
    "folders",
    type=options.A_PATH,
    multiple=True,
    required=True,
    help="Folder of labeled photos; may be given several times, and is measured by itself.",
)
@click.option("--split", default="val", show_default=True, help="train, val, test, or all.")
@click.option(
    "--labels", default="", help="What label ids mean: five, garment, atr, or a CSV file in the folder."
)
@click.option("--flip", is_flag=True, help="Ask about the mirrored photo too.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many photos of each folder.")
@click.option("--speed", is_flag=True, help="Time batches of 8 photos too, all processor threads or the GPU.")
def evaluate_segmentation(
    weights: tuple[Path, ...],
    folders: tuple[Path, ...],
    split: str,
    labels: str,
    flip: bool,
    limit: int | None,
    speed: bool,
) -> None:
    """Print how well networks agree with labels, beside the ChromaFashionNet paper's tables.

    WEIGHTS is the folder of a training, or an exported .onnx file.
    """
    try:
        with loading():
            from colorfast.training.segmentation.compare import compare, speeds
            from colorfast.training.segmentation.table import comparison, confusion_text
    except ImportError as error:
        raise ExtraMissing("train", "evaluation needs torch and onnxruntime") from error
    for folder in folders:
        found = compare(weights, folder, split, ids=labels, flip=flip, limit=limit)
        say(f"{folder.name}, {split}\n\n{comparison(found)}")
        for name, one in found:
            say(f"\n{name}\n{confusion_text(one)}\n")
    if speed:
        for path, seconds in speeds(weights):
            say(f"{path.stem}: {1000 * seconds:.1f} ms a photo of 256 × 512, batch 8")
