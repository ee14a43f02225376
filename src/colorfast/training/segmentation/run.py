"""`colorfast train segmentation`: from folders of labeled photos to weights, with a record of how it went.

The folder that comes out holds checkpoint.pt (to go on from), weights.pt (the running mean, in float32),
training.json (what was asked for), curve.jsonl (a line each save: step, loss, rate, seconds, and mIoU on the
val splits now and then) and its picture curve.png, and val-NAME.png, the overlays of the last look at a val split.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.distributed import is_initialized

from colorfast.errors import SettingsError
from colorfast.files import write_atomically
from colorfast.training.loop import Loss, Recipe, first_process, join_processes, leave_processes, train
from colorfast.training.segmentation.batches import Sampling, batches
from colorfast.training.segmentation.losses import (
    adversarial,
    five_ids_of,
    parts,
    vanilla,
    weighted,
    with_side,
)
from colorfast.training.segmentation.networks import NETWORKS
from colorfast.training.segmentation.networks.own import Own
from colorfast.training.segmentation.networks.pix2pix import Pix2Pix
from colorfast.training.segmentation.pictures import Pictures, open_pictures
from colorfast.training.segmentation.readers import find_labeled
from colorfast.training.segmentation.reporter import Reporter
from colorfast.training.segmentation.trained import make_network, save_weights

LOSSES = ("parts", "vanilla", "weighted")


def loss_of(name: str, network: nn.Module) -> Loss:
    """Return the loss of LOSSES for a network, over sets of classes."""
    if name == "parts":
        return parts
    classes = {"vanilla": vanilla, "weighted": weighted}[name]
    over_ids: Callable[..., Tensor] = classes
    if isinstance(network, Pix2Pix):
        over_ids = adversarial(network, classes)
    elif isinstance(network, Own):
        over_ids = with_side(classes)
    return lambda output, labels: over_ids(output, five_ids_of(labels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What to train on what."""

    folders: tuple[Path, ...]
    ids: str = ""
    """What label ids of plain folders mean: a table's name or file."""
    network: str = "own"
    loss: str = "parts"
    evaluate_every: int = 1000
    """Steps between two looks at the val splits."""
    recipe: Recipe = field(default_factory=Recipe)
    sampling: Sampling = field(default_factory=Sampling)

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise SettingsError("train.network", self.network, f"one of {', '.join(NETWORKS)}")
        if self.loss not in LOSSES or (self.loss == "parts" and self.network != "own"):
            expected = "vanilla or weighted; or parts, for our own network alone"
            raise SettingsError("train.loss", self.loss, expected)


def run(training: Training, out: Path, *, say: Callable[[str], None] = lambda _: None) -> Path:
    """Train, or go on training, and return the file of the weights.

    Raises PairsError where a folder holds no labeled photos, and SettingsError for a wrong choice.
    """
    device = join_processes()
    out.mkdir(parents=True, exist_ok=True)
    seen = _pictures(training, "train", out)
    if is_initialized() and training.network == "pix2pix":
        raise SettingsError(
            "train.network", "pix2pix", "one process, for the judge's gradients are not shared"
        )
    torch.manual_seed(training.recipe.seed)
    network = make_network(training.network, training.loss)
    loss = loss_of(training.loss, network)
    if first_process():
        write_atomically(out / "training.json", json.dumps(asdict(training), indent=1, default=str).encode())
        size = sum(one.numel() for one in network.parameters())
        say(f"{training.network}: {size / 1e6:.2f} M weights, {len(seen)} photos, {device}")
    kept = {folder.name: _of(folder, training, "val", out) for folder in training.folders}
    report = Reporter(out, kept, every=training.evaluate_every, device=device, say=say)
    mean = train(
        network, loss, batches(seen, training.sampling), training.recipe, out, device=device, report=report
    )
    if first_process():
        save_weights(mean, out / "weights.pt")
    leave_processes()
    return out / "weights.pt"


def _pictures(training: Training, split: str, out: Path) -> Pictures:
    labeled = [one for folder in training.folders for one in find_labeled(folder, split, ids=training.ids)]
    return open_pictures(labeled, _cache(out))


def _of(folder: Path, training: Training, split: str, out: Path) -> Pictures:
    return open_pictures(find_labeled(folder, split, ids=training.ids), _cache(out))


def _cache(out: Path) -> Path:
    return out.parent / "cache"  # beside the run, so that several runs share it
