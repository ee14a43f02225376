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
@options.labeled_folders(", and is measured by itself")
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
