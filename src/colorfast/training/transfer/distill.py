"""`colorfast train distill`: does a student learn faster from a teacher than from the truth alone?

A half-width teacher is trained, then a student that it teaches, and one that is taught by the truth alone, both for
the same seconds; all three are asked, at every save, about the same photos that they did not learn from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from colorfast.files import write_atomically
from colorfast.training.curve import png_of
from colorfast.training.loop import TIMED, Batch, Progress, Recipe, seconds_of_a_step, train
from colorfast.training.transfer.crops import Cropping, crop_batches, parts_of
from colorfast.training.transfer.losses import distilled, hard_loss
from colorfast.training.transfer.networks import NETWORKS
from colorfast.training.transfer.photos import find_scenes
from colorfast.training.transfer.run import save_weights

RATE = 1e-3
"""Of all three, falling to 0: the paper's 5e-5 is for days on a GPU."""
LONGER = 3
"""Times a student's seconds that the teacher is trained: who has learned less has nothing to teach."""
POINTS = 12  # of a curve
JUDGED = 8  # batches that are judged
NAMES = ("teacher", "student, taught by the teacher", "student, from scratch")


def distill(
    folders: Sequence[Path],
    out: Path,
    *,
    seconds: float,
    side: int = 64,
    batch: int = 8,
    say: Callable[[str], None] = lambda _: None,
) -> str:
    """Train the three, write distillation.png into a folder, and return what they reach as text.

    Each has a folder there that `colorfast evaluate transfer` can open.

    seconds   of training for each student, on one core; the teacher gets LONGER times as many
    """
    out.mkdir(parents=True, exist_ok=True)
    lessons = crop_batches(
        [one for folder in folders for one in find_scenes(folder, "train")], Cropping(batch=batch, side=side)
    )
    tests = crop_batches(
        [one for folder in folders for one in find_scenes(folder, "val")],
        Cropping(batch=batch, side=side, seed=1, identical=0.0),
    )
    judged = [tests(number) for number in range(JUDGED)]
    found: dict[str, list[tuple[float, float]]] = {}
    teacher: nn.Module | None = None
    for name in NAMES:
        say(name)
        taught = teacher if name == NAMES[1] else None
        share = LONGER * seconds if teacher is None else seconds
        network, found[name] = _trained(name, taught, lessons, judged, out, share)
        teacher = teacher or network
    write_atomically(out / "distillation.png", _drawn(found, seconds))
    return "\n".join(f"{name}: {points[-1][1]:.4f}" for name, points in found.items())


def _trained(
    name: str,
    teacher: nn.Module | None,
    lessons: Callable[[int], Batch],
    judged: Sequence[Batch],
    out: Path,
    seconds: float,
) -> tuple[nn.Module, list[tuple[float, float]]]:
    """Return a network trained for so many seconds, and its loss on unseen photos after each part of them."""
    torch.manual_seed(0)
    for number in range(TIMED):
        lessons(number)  # decodes photos that are then held in memory: steps cost what they do later
    kind = "half" if name == NAMES[0] else "student"
    make = NETWORKS[kind]
    loss = _from_truth if teacher is None else distilled(teacher)
    recipe = _recipe(seconds, seconds_of_a_step(make(), loss, lessons, "cpu"))
    network = make()
    points = [(0.0, _judge(network, judged))]
    folder = out / name.replace(", ", "-").replace(" ", "-")

    def report(progress: Progress) -> None:
        points.append((progress.seconds, _judge(progress.network, judged)))

    mean = train(network, loss, lessons, recipe, folder, report=report)
    write_atomically(folder / "training.json", json.dumps({"network": kind, "seconds": seconds}).encode())
    save_weights(mean, folder)
    return mean, points


def _recipe(seconds: float, each: float) -> Recipe:
    """Return how to learn for so many seconds, of which a step takes some."""
    part = max(1, round(seconds / each) // POINTS)  # steps between two points of the curve
    return Recipe(steps=POINTS * part, rate=RATE, betas=(0.5, 0.999), decay=0, mean=0.98, save_every=part)


def _from_truth(found: tuple[Tensor, ...], targets: Tensor) -> Tensor:
    return hard_loss(found, parts_of(targets)[0])


@torch.no_grad()
def _judge(network: nn.Module, judged: Sequence[Batch]) -> float:
    """Return the mean loss against the truth."""
    network.eval()
    return sum(float(_from_truth(network(pair), targets)) for pair, targets in judged) / len(judged)


def _drawn(found: Mapping[str, Sequence[tuple[float, float]]], seconds: float) -> bytes:
    """Return the curves as a PNG."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, points in found.items():
        axes.plot(*zip(*points, strict=True), "o-", markersize=3, label=f"{name}: {points[-1][1]:.3f}")
    axes.set(xlabel="seconds of training on one core", ylabel="loss on unseen photos", yscale="log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.set_title(f"{LONGER * seconds:g} seconds for the teacher, {seconds:g} for each student")
    axes.grid(alpha=0.3)
    axes.legend()
    return png_of(figure)
