"""`colorfast train segmentation`: from folders of labeled photos to weights, with a record of how it went.

The folder that comes out holds checkpoint.pt (to go on from), weights.pt (the running mean, in float32),
training.json (what was asked for) and curve.jsonl (a line each save: step, loss, rate, seconds left, and mIoU
on the val splits now and then).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed import is_initialized

from colorfast.errors import PairsError, SettingsError
from colorfast.files import write_atomically
from colorfast.labels import FIVE, GARMENT
from colorfast.training.loop import Loss, Progress, Recipe, first_process, join_processes, train
from colorfast.training.segmentation.batches import Sampling, batches
from colorfast.training.segmentation.evaluate import evaluate, predictor
from colorfast.training.segmentation.losses import adversarial, five_ids_of, parts, vanilla, weighted
from colorfast.training.segmentation.networks import NETWORKS
from colorfast.training.segmentation.networks.pix2pix import Pix2Pix
from colorfast.training.segmentation.pictures import Pictures, open_pictures
from colorfast.training.segmentation.readers import find_labeled

LOSSES = ("parts", "vanilla", "weighted")


def loss_of(name: str, network: nn.Module) -> Loss:
    """Return the loss of LOSSES for a network, over sets of classes."""
    if name == "parts":
        return parts
    classes = {"vanilla": vanilla, "weighted": weighted}[name]
    over_ids = adversarial(network, classes) if isinstance(network, Pix2Pix) else classes
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
        if (self.loss == "parts") != (self.network == "own"):
            expected = "parts for our own network, vanilla or weighted for the others"
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
    network = NETWORKS[training.network](len(GARMENT if training.loss == "parts" else FIVE))
    loss = loss_of(training.loss, network)
    if first_process():
        write_atomically(out / "training.json", json.dumps(asdict(training), indent=1, default=str).encode())
        size = sum(one.numel() for one in network.parameters())
        say(f"{training.network}: {size / 1e6:.2f} M weights, {len(seen)} photos, {device}")
    report = _Reporter(training, out, device, say)
    mean = train(
        network, loss, batches(seen, training.sampling), training.recipe, out, device=device, report=report
    )
    return _save(mean, out / "weights.pt") if first_process() else out / "weights.pt"


class _Reporter:
    """Writes the curve, looks at the val splits now and then, and says how far it is."""

    def __init__(self, training: Training, out: Path, device: str, say: Callable[[str], None]) -> None:
        self.training, self.out, self.device, self.say = training, out, device, say
        self.kept = {folder.name: _of(folder, training, "val", out) for folder in training.folders}

    def __call__(self, progress: Progress) -> None:
        line: dict[str, Any] = {
            "step": progress.step,
            "loss": round(progress.loss, 4),
            "rate": progress.rate,
            "seconds_left": round(progress.seconds_left),
        }
        if progress.step % self.training.evaluate_every == 0 or progress.step == progress.steps:
            _save(progress.network, self.out / "weights.pt")
            line["val"] = {name: self._look(progress.network, kept) for name, kept in self.kept.items()}
        with (self.out / "curve.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.say(_sentence(line, progress.steps))

    def _look(self, network: nn.Module, kept: Pictures) -> dict[str, Any]:
        predict = predictor(network, device=self.device)
        found = evaluate(predict, (kept[number] for number in range(len(kept))))
        return {
            "miou": round(found.agreement.miou, 4),
            "iou": [round(value, 3) for value in found.agreement.iou],
            "clothes_boundary": round(found.clothes_boundary, 3),
        }


def _sentence(line: Mapping[str, Any], steps: int) -> str:
    hours, minutes = divmod(line["seconds_left"] // 60, 60)
    said = f"{line['step']}/{steps} loss {line['loss']:.3f}, {hours} h {minutes:02d} min left"
    val = line.get("val", {})
    return said + "".join(
        f"; {name} val mIoU {found['miou']:.3f} {found['iou']}" for name, found in val.items()
    )


def _pictures(training: Training, split: str, out: Path) -> Pictures:
    labeled = [one for folder in training.folders for one in find_labeled(folder, split, ids=training.ids)]
    return open_pictures(labeled, _cache(out))


def _of(folder: Path, training: Training, split: str, out: Path) -> Pictures:
    return open_pictures(find_labeled(folder, split, ids=training.ids), _cache(out))


def _cache(out: Path) -> Path:
    return out.parent / "cache"  # beside the run, so that several runs share it


def _save(network: nn.Module, path: Path) -> Path:
    temporary = path.with_suffix(".part")
    torch.save({name: value.cpu() for name, value in network.state_dict().items()}, temporary)
    return temporary.replace(path)


def open_weights(folder: Path) -> nn.Module:
    """Return the network that a training left in its folder, ready to be asked. Raises PairsError."""
    try:
        asked = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        weights = torch.load(folder / "weights.pt", map_location="cpu", weights_only=True)
    except OSError as error:
        raise PairsError(folder, "no training.json and weights.pt; train first") from error
    network = NETWORKS[asked["network"]](len(GARMENT if asked["loss"] == "parts" else FIVE))
    network.load_state_dict(weights)
    return network.eval()
