"""`colorfast train patch` and `colorfast evaluate patch`: the network behind `colorfast swatch`."""

from __future__ import annotations

from pathlib import Path

import click

from colorfast.cli import options
from colorfast.cli.status import needs_train, say
from colorfast.files import write_atomically

FUSIONS = ("concat", "film", "attention")  # these of training, which imports torch; tests hold them equal
BACKBONES = ("statistics", "cnn")
COLORS = ("skin", "all")
CONDITIONS = ("mixed", "studio", "harsh", "wild")

a_folder = click.option(
    "--data",
    type=options.A_PATH,
    required=True,
    help="Folder with measured rows, data.csv, or with spectra, illuminants.csv.",
)


@click.command("patch")
@a_folder
@click.option("-o", "--out", type=options.A_PATH, required=True, help="Folder for patch.onnx and its record.")
@click.option(
    "--sweep", type=options.A_PATH, metavar="TOML", help="A grid of networks, with a table and a figure."
)
@click.option("--fusion", type=click.Choice(FUSIONS), default="film", show_default=True)
@click.option("--backbone", type=click.Choice(BACKBONES), default="statistics", show_default=True)
@click.option("--metadata/--no-metadata", default=True, show_default=True, help="Hear what cameras say.")
@click.option(
    "--background/--no-background", default=True, show_default=True, help="See what surrounds patches."
)
@click.option("--colors", type=click.Choice(COLORS), default="all", show_default=True)
@click.option("--conditions", type=click.Choice(CONDITIONS), default="mixed", show_default=True)
@click.option("--steps", type=click.IntRange(min=1), default=4000, show_default=True)
@click.option("--batch", type=click.IntRange(min=1), default=128, show_default=True, help="Photos a step.")
@click.option("--rate", type=float, default=3e-3, show_default=True, help="Learning rate.")
@click.option("--seed", type=int, default=0, show_default=True)
def train_patch(
    data: Path,
    out: Path,
    sweep: Path | None,
    fusion: str,
    backbone: str,
    metadata: bool,
    background: bool,
    colors: str,
    conditions: str,
    steps: int,
    batch: int,
    rate: float,
    seed: int,
) -> None:
    """Learn what colors of patches are, from measured rows, or from photos that are simulated from spectra."""
    with needs_train("training needs torch and matplotlib"):
        from colorfast.training.loop import Recipe, use_threads
        from colorfast.training.patch.measured import learn_rows, lines_text
        from colorfast.training.patch.networks.fusion import Design
        from colorfast.training.patch.rows import has_rows, read_rows
        from colorfast.training.patch.run import Training, run
        from colorfast.training.patch.sweep import read_grid
        from colorfast.training.patch.sweep import sweep as run_sweep

    use_threads(1)
    if has_rows(data):
        lines, path = learn_rows(read_rows(data), out)
        say(f"{lines_text(lines)}\n\nnetwork: {path}")
        return
    if sweep is not None:
        say(f"summary: {run_sweep(read_grid(sweep), data, out, say=_progress)}")
        return
    asked = Training(
        spectra=data,
        design=Design(fusion=fusion, backbone=backbone, metadata=metadata, background=background),
        colors=colors,
        conditions=conditions,
        batch=batch,
        recipe=Recipe(steps=steps, rate=rate, seed=seed),
    )
    say(f"network: {run(asked, out, say=_progress)}")


@click.command("patch")
@click.argument("network", type=options.A_PATH, required=False)
@a_folder
@click.option("-o", "--out", type=options.A_PATH, metavar="TXT", help="Write the tables too.")
def evaluate_patch(network: Path | None, data: Path, out: Path | None) -> None:
    """Print how far colors are from the truth, on measured rows or on simulated photos.

    NETWORK is an exported patch.onnx, or the folder it is in; without it, the network that is shipped. On measured
    rows the model for rows is cross-validated too: by patch, by set, by camera, and by random rows, which flatters.
    """
    with needs_train("evaluation needs torch and matplotlib"):
        from colorfast.training.loop import use_threads
        from colorfast.training.patch.measured import by_kernel, cross_validate, judge, lines_text
        from colorfast.training.patch.rows import has_rows, read_rows
        from colorfast.training.patch.simulated import simulated_text
        from colorfast.training.patch.spectra import read_spectra
        from colorfast.weights import PATCH, find

    use_threads(1)
    path = find(PATCH).path if network is None else network / "patch.onnx" if network.is_dir() else network
    if has_rows(data):
        rows = read_rows(data)
        judged, crossed = lines_text(judge(path, rows)), lines_text(cross_validate(rows, by_kernel))
        text = f"{path.stem}\n{judged}\n\nthe model for rows, cross-validated\n{crossed}"
    else:
        text = f"{path.stem}\n{simulated_text(path, read_spectra(data))}"
    say(text)
    if out is not None:
        write_atomically(out, f"{text}\n".encode())


def _progress(line: str) -> None:
    click.echo(line, err=True)
