"""`colorfast train`: networks from labeled photos. Needs the extra `train`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from colorfast.cli import options
from colorfast.cli.patch import train_patch
from colorfast.cli.status import needs_train, say
from colorfast.files import write_atomically

TRANSFERS = ("lattice", "teacher", "half", "student")  # of training, too
LOSSES = ("parts", "vanilla", "weighted")  # those of training, which imports torch; a test holds them equal


@click.group()
def train() -> None:
    """Train the networks that colorfast can use; run again, a command goes on where it was stopped."""


@train.command()
@options.folders()
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
    "--float32", is_flag=True, help="Never bfloat16, which is used where the processor is faster with it."
)
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
    float32: bool,
    labels: str,
) -> None:
    """Train a network that names what each pixel of a fashion photo shows."""
    with needs_train("training needs torch and matplotlib"):
        from colorfast.training.loop import Recipe, use_threads
        from colorfast.training.segmentation.batches import Sampling
        from colorfast.training.segmentation.run import Training, run
    asked = Training(
        folders=folders,
        ids=labels,
        network=network,
        loss=loss or ("parts" if network == "own" else "weighted"),
        recipe=Recipe(steps=steps, rate=rate, seed=seed, mixed=not float32),
        sampling=Sampling(batch=batch, steps=steps, seed=seed),
    )
    if threads:
        use_threads(threads)
    weights = run(asked, out, say=lambda line: click.echo(line, err=True))
    say(f"weights: {weights}")


@train.command()
@options.folders()
@click.option("-o", "--out", type=options.A_PATH, required=True, help="Folder for a folder a family.")
@click.option(
    "--seconds", type=float, default=60, show_default=True, help="Of training for each, on one core."
)
@click.option(
    "--height", type=int, default=192, show_default=True, help="Rows that a network sees; columns: 2/3."
)
@click.option("--split", default="val", show_default=True, help="Measured on it: train, val, test, or all.")
@click.option("--photos", type=click.IntRange(min=1), default=100, show_default=True, help="How many of it.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this network; may be given several times.")
@click.option(
    "--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Processor threads."
)
@click.option("--labels", "ids", default="", help=options.LABELS)
def families(only: tuple[str, ...], threads: int, out: Path, **asked: Any) -> None:
    """Train the networks of the ChromaFashionNet paper, and ours, for the same time, and print one table."""
    with needs_train("training needs torch and matplotlib"):
        from colorfast.training.loop import use_threads
        from colorfast.training.segmentation.families import Terms, chosen, compare_families, terms_text
        from colorfast.training.segmentation.table import families_text
    terms, families = Terms(**asked), chosen(only)
    use_threads(threads)
    results = compare_families(terms, out, families=families, say=lambda line: click.echo(line, err=True))
    text = f"{terms_text(terms)}\n\n{families_text(results)}"
    write_atomically(out / "families.txt", f"{text}\n".encode())
    say(text)


@train.command()
@options.folders("Folder of photos, labeled for lattice; may be given several times.")
@click.option(
    "-o", "--out", type=options.A_PATH, required=True, help="Folder for checkpoint, weights and curve."
)
@click.option(
    "--network", type=click.Choice(TRANSFERS), default="lattice", show_default=True, help="Which network."
)
@click.option("--teacher", type=options.A_PATH, metavar="RUN", help="A finished training to learn from, too.")
@click.option("--steps", type=click.IntRange(min=1), default=12_000, show_default=True)
@click.option("--batch", type=click.IntRange(min=1), help="Pairs a step.  [default: 32 for lattice, else 8]")
@click.option("--side", type=click.IntRange(min=32), default=256, show_default=True, help="Pixels of a crop.")
@click.option("--rate", type=float, help="Learning rate.  [default: 0.0015 for lattice, else 0.00005]")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--threads", type=click.IntRange(min=1), help="Processor threads.  [default: all]")
def transfer(out: Path, threads: int | None, **asked: Any) -> None:
    """Train a network that gives one picture the colors of another."""
    with needs_train("training needs torch and matplotlib"):
        from colorfast.training.loop import use_threads
        from colorfast.training.transfer.run import run, training_of
    if threads:
        use_threads(threads)
    weights = run(training_of(**asked), out, say=lambda line: click.echo(line, err=True))
    say(f"weights: {weights}")


@train.command()
@options.folders("Folder of photos; may be given several times.")
@click.option("-o", "--out", type=options.A_PATH, required=True, help="Folder for the runs and the picture.")
@click.option(
    "--seconds",
    type=float,
    default=120,
    show_default=True,
    help="Of training for each student, on one core; three times as many for the teacher.",
)
@click.option("--side", type=click.IntRange(min=32), default=64, show_default=True, help="Pixels of a crop.")
@click.option(
    "--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Processor threads."
)
def distill(folders: tuple[Path, ...], out: Path, seconds: float, side: int, threads: int) -> None:
    """Train a half-width teacher, a student from it, and one from scratch, and draw their losses in one picture."""
    with needs_train("training needs torch and matplotlib"):
        from colorfast.training.loop import use_threads
        from colorfast.training.transfer.distill import distill as compare
    use_threads(threads)
    say(compare(folders, out, seconds=seconds, side=side, say=lambda line: click.echo(line, err=True)))


@train.command()
@click.argument("run", type=options.A_PATH, metavar="RUN")
@click.option("-o", "--out", type=options.A_PATH, help="The picture.  [default: curve.png beside the curve]")
def curve(run: Path, out: Path | None) -> None:
    """Draw the loss, learning rate and val mIoU of a training from RUN, its folder or its curve.jsonl."""
    with needs_train("drawing needs matplotlib"):
        from colorfast.training.curve import draw_curve, read_curve
    out = out or (run if run.is_dir() else run.parent) / "curve.png"
    draw_curve(read_curve(run), out)
    say(f"curve: {out}")


train.add_command(train_patch)
