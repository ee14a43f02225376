"""`colorfast evaluate`: how well networks agree with labels."""

from __future__ import annotations

from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.patch import evaluate_patch
from colorfast.cli.status import needs_train, say
from colorfast.interrupts import loading


@click.group()
def evaluate() -> None:
    """Measure networks on labeled photos."""


@evaluate.command()
@click.argument("weights", type=options.A_PATH, nargs=-1, metavar="[WEIGHTS]…")
@options.folders("Folder of labeled photos; may be given several times, and is measured by itself.")
@click.option("--split", default="val", show_default=True, help="train, val, test, or all.")
@click.option("--labels", default="", help=options.LABELS)
@click.option("--flip", is_flag=True, help="Ask about the mirrored photo too.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many photos of each folder.")
@click.option(
    "--speed", is_flag=True, help="Time trainings too: batches of 8, all processor threads or the GPU."
)
@click.option("-o", "--out", type=options.A_PATH, help="Folder for report.json, confusion and worst photos.")
def segmentation(
    weights: tuple[Path, ...],
    folders: tuple[Path, ...],
    split: str,
    labels: str,
    flip: bool,
    limit: int | None,
    speed: bool,
    out: Path | None,
) -> None:
    """Print how well networks agree with labels, beside the ChromaFashionNet paper's tables.

    WEIGHTS is the folder of a training, or an exported .onnx file; without it, the network that is shipped.
    """
    with loading():
        from colorfast.training.segmentation.compare import judge, shipped
        from colorfast.training.segmentation.speed import cost_of
        from colorfast.training.segmentation.table import comparison, confusion_text
    weights = weights or (shipped(),)
    judged = []
    for folder in folders:
        found = judge(weights, folder, split, ids=labels, flip=flip, limit=limit)
        table = comparison((one.network, one.evaluation) for one in found)
        say(f"{folder.name}, {split}, {len(found[0].labeled)} photos\n\n{table}")
        for one in found:
            say(f"\n{one.network}\n{confusion_text(one.evaluation)}\n")
            say(f"clothes: {one.evaluation.clothes}; final masks, sharpened: {one.evaluation.sharpened}\n")
        judged += found
    for path in weights:
        if speed or path.suffix == ".onnx":
            say(f"{path.stem}: {cost_of(path)}")
    if out:
        with needs_train("pictures need matplotlib"):
            from colorfast.training.segmentation.report import write_report
        write_report(out, judged)
        say(f"report: {out / 'report.json'}")


evaluate.add_command(evaluate_patch)


@evaluate.command()
@click.argument("runs", type=options.A_PATH, nargs=-1, metavar="[RUN]…")
@click.option("--data", "folder", type=options.A_PATH, help="Folder of labeled photos, to be recolored.")
@click.option("--pairs", type=options.A_PATH, help="Folder with a pairs.csv of sources and references.")
@click.option("--split", default="test", show_default=True, help="train, val, test, or all.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many photos.")
@click.option("--speed", is_flag=True, help="Time each method from 256 × 256 to 4K, one core.")
@click.option(
    "-o", "--out", type=options.A_PATH, help="Folder for scores.json and sheets of best, worst and all pairs."
)
def transfer(
    runs: tuple[Path, ...],
    folder: Path | None,
    pairs: Path | None,
    split: str,
    limit: int | None,
    speed: bool,
    out: Path | None,
) -> None:
    """Print how color transfers do: Reinhard, MKL, IDT, the shipped network, and each RUN of `train transfer`."""
    if folder is None and pairs is None and not speed:
        raise click.UsageError("say what to measure: --data, --pairs or --speed")
    with needs_train("measuring transfers needs torch"):
        from colorfast.training.segmentation.readers import find_labeled
        from colorfast.training.segmentation.table import aligned
        from colorfast.training.transfer.compare import compare, write_report
        from colorfast.training.transfer.costs import costs
        from colorfast.training.transfer.evaluate import means, real_pairs, recolored
        from colorfast.training.transfer.methods import METHODS
    labeled = find_labeled(folder, split)[:limit] if folder else ()
    for name, trials in (("recolored", recolored(labeled)), ("pairs", real_pairs(pairs) if pairs else ())):
        found = compare(trials, runs)
        if found:
            say(f"{aligned(means([one.score for one in found]))}\n")
        if found and out:
            say(f"report: {write_report(found, out / name)}")
    if speed:
        say(aligned(costs([*(name for name in METHODS if name != "nothing"), *map(str, runs)])))
