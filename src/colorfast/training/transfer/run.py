"""`colorfast train transfer`: from folders of photos to weights, with a record of how it went.

The folder that comes out holds checkpoint.pt (to go on from), weights.pt (the running mean), training.json (what
was asked for), and curve.jsonl (a line a save: step, loss, rate, seconds) with its picture curve.png.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch import nn

from colorfast.errors import PairsError, SettingsError
from colorfast.files import write_atomically
from colorfast.training.curve import CURVE, draw_curve, read_curve
from colorfast.training.loop import (
    Batches,
    Loss,
    Progress,
    Recipe,
    first_process,
    join_processes,
    leave_processes,
    save,
    train,
)
from colorfast.training.segmentation.readers import find_labeled
from colorfast.training.transfer.batches import Sampling, batches
from colorfast.training.transfer.colors import open_regions
from colorfast.training.transfer.crops import Cropping, crop_batches, parts_of
from colorfast.training.transfer.losses import color_loss, distilled, hard_loss
from colorfast.training.transfer.networks import LATTICE, NETWORKS
from colorfast.training.transfer.photos import find_scenes


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What to train on what."""

    folders: tuple[Path, ...]
    network: str = LATTICE
    """The lattice learns from labeled photos, histogram analogy from any."""
    teacher: Path | None = None
    """A finished training of histogram analogy that the student learns from, too."""
    recipe: Recipe = field(default_factory=Recipe)
    sampling: Sampling = field(default_factory=Sampling)
    """Of the lattice."""
    cropping: Cropping = field(default_factory=Cropping)
    """Of histogram analogy."""

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise SettingsError("train.network", self.network, f"one of {', '.join(NETWORKS)}")
        if self.teacher is not None and self.network == LATTICE:
            raise SettingsError(
                "train.teacher", str(self.teacher), "none for the lattice, which knows the truth"
            )


PAPER = Recipe(rate=5e-5, betas=(0.5, 0.999), decay=0, warm_up=0, cool_down=0, save_every=50)
"""How histogram analogy is taught in Lee et al. 2020, section 4.1, and in the student project's report."""


def training_of(
    *,
    folders: tuple[Path, ...],
    network: str,
    steps: int,
    seed: int = 0,
    side: int = 256,
    batch: int | None = None,
    rate: float | None = None,
    teacher: Path | None = None,
) -> Training:
    """Return a training with what suits the network wherever nothing is asked."""
    if network == LATTICE:
        recipe = Recipe(steps=steps, rate=rate or 1.5e-3, seed=seed, save_every=100)
    else:
        recipe = replace(PAPER, steps=steps, rate=rate or PAPER.rate, seed=seed)
    return Training(
        folders=folders,
        network=network,
        teacher=teacher,
        recipe=recipe,
        sampling=Sampling(batch=batch or 32, seed=seed),
        cropping=Cropping(batch=batch or 8, side=side, seed=seed),
    )


def run(training: Training, out: Path, *, say: Callable[[str], None] = lambda _: None) -> Path:
    """Train, or go on training, and return the file of the weights.

    Raises PairsError where a folder holds no photos, or no labeled ones for the lattice, and SettingsError.
    """
    device = join_processes()
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(training.recipe.seed)
    network, lessons = NETWORKS[training.network](), _lessons(training, out)
    loss = _loss(training, device)
    if first_process():
        write_atomically(out / "training.json", json.dumps(asdict(training), indent=1, default=str).encode())
        size = sum(one.numel() for one in network.parameters())
        say(f"{training.network}: {size / 1e6:.2f} M weights, {device}")

    def report(progress: Progress) -> None:
        _report(progress, out)
        say(
            f"{progress.step}/{progress.steps} loss {progress.loss:.4f}, {progress.seconds_left / 60:.0f} min left"
        )

    mean = train(network, loss, lessons, training.recipe, out, device=device, report=report)
    if first_process():
        save_weights(mean, out)
    leave_processes()
    return out / "weights.pt"


def name_of(folder: Path) -> str:
    """Return which of NETWORKS a folder's training is of. Raises PairsError."""
    try:
        return str(json.loads((folder / "training.json").read_text(encoding="utf-8"))["network"])
    except OSError as error:
        raise PairsError(folder, "no training.json; train first") from error


def open_weights(folder: Path) -> nn.Module:
    """Return the network that a training left in its folder, ready to be asked. Raises PairsError."""
    network = NETWORKS[name_of(folder)]()
    try:
        weights = torch.load(folder / "weights.pt", map_location="cpu", weights_only=True)
    except OSError as error:
        raise PairsError(folder, "no weights.pt yet; wait for the first save") from error
    network.load_state_dict(weights)
    return network.eval()


def save_weights(network: nn.Module, folder: Path) -> None:
    """Write a network's weights; a kill leaves the file as it was."""
    save({name: value.cpu() for name, value in network.state_dict().items()}, folder / "weights.pt")


def _lessons(training: Training, out: Path) -> Batches:
    if training.network == LATTICE:
        labeled = [one for folder in training.folders for one in find_labeled(folder, "train")]
        return batches(open_regions(labeled, out.parent / "cache"), training.sampling)
    scenes = [scene for folder in training.folders for scene in find_scenes(folder, "train")]
    return crop_batches(scenes, training.cropping)


def _loss(training: Training, device: str) -> Loss:
    if training.network == LATTICE:
        return color_loss
    if training.teacher is None:
        return lambda found, targets: hard_loss(found, parts_of(targets)[0])
    if name_of(training.teacher) == LATTICE:
        raise SettingsError("train.teacher", str(training.teacher), "a training of histogram analogy")
    return distilled(open_weights(training.teacher).to(device))


def _report(progress: Progress, out: Path) -> None:
    """Write a line of the curve, its picture, and the weights as they are."""
    with (out / CURVE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(progress.line()) + "\n")
    draw_curve(read_curve(out), out / "curve.png")
    save_weights(progress.network, out)
