"""`colorfast train families`: every network of the ChromaFashionNet paper, and ours, on the same terms.

All learn the five classes from random weights on the same batches of photos, by the same recipe, for the same
time. Steps would be no fair measure: one of the largest U-Net costs as much as dozens of LR-ASPP. How many fit
into the time is measured first and kept, so that a family that was stopped goes on as if it had not been.

OUT holds a folder a family (training.json, weights.pt, result.json) and families.txt, the table.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import torch

from colorfast.errors import SettingsError
from colorfast.files import write_atomically
from colorfast.training.loop import (
    CHECKPOINT,
    Batches,
    Recipe,
    join_processes,
    seconds_of,
    seconds_of_a_step,
    train,
)
from colorfast.training.segmentation.batches import Sampling, batches
from colorfast.training.segmentation.compare import photos_of
from colorfast.training.segmentation.evaluate import evaluate
from colorfast.training.segmentation.networks import NETWORKS
from colorfast.training.segmentation.pictures import open_pictures
from colorfast.training.segmentation.readers import Labeled, find_labeled
from colorfast.training.segmentation.run import loss_of
from colorfast.training.segmentation.trained import make_network, predictor, save_weights

SAVE_SECONDS = 120.0  # of work that a stop may cost


class Family(NamedTuple):
    """A network and the loss that it learns by."""

    network: str
    loss: str

    @property
    def name(self) -> str:
        """Its folder."""
        return f"{self.network}-{self.loss}"


FAMILIES = (*(Family(*pair) for pair in product(NETWORKS, ("vanilla", "weighted"))), Family("own", "parts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is the same for all."""

    folders: tuple[Path, ...]
    ids: str = ""
    """What label ids of plain folders mean: a table's name or file."""
    split: str = "val"
    """What they are measured on."""
    photos: int = 100
    """How many of its photos, evenly from all."""
    seconds: float = 60.0
    """Of steps for each: core-seconds on a CPU, wall clock on a GPU."""
    height: int = 192
    """Rows of a photo as the networks see it; columns are two thirds of them."""
    batch: int = 8
    rate: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.height % 96:
            raise SettingsError(
                "families.height", self.height, "a multiple of 96, for columns are two thirds"
            )

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of a photo as the networks see it."""
        return self.height, self.height * 2 // 3


def chosen(names: Sequence[str]) -> Sequence[Family]:
    """Return the families of some networks, or all. Raises SettingsError."""
    for name in names:
        if name not in NETWORKS:
            raise SettingsError("families.only", name, f"one of {', '.join(NETWORKS)}")
    return [family for family in FAMILIES if not names or family.network in names]


def terms_text(terms: Terms) -> str:
    """Return a paragraph that says what the families were given, and what the paper's were."""
    rows, columns = terms.size
    clock = "seconds on a GPU" if torch.cuda.is_available() else "core-seconds"
    where = ", ".join(folder.name for folder in terms.folders)
    kept = _evenly(_labeled(terms, terms.split), terms.photos)
    return (
        f"{terms.seconds:g} {clock} of training each, from random weights: batches of {terms.batch} photos of "
        f"{columns} × {rows}, the same for all, from {len(_labeled(terms, 'train'))} of {where}; measured on "
        f"{len(kept)} photos of their {terms.split} split.\nThe paper's column is mIoU after 10 to 15 epochs from "
        "ImageNet weights, on 400 photos that are not to be had."
    )


def compare_families(
    terms: Terms,
    out: Path,
    *,
    families: Sequence[Family] = FAMILIES,
    say: Callable[[str], None] = lambda _: None,
) -> list[Mapping[str, Any]]:
    """Train and measure what is not yet in `out`; return a result for each family.

    Raises PairsError where there are no photos, SettingsError where `out` was begun on other terms.
    """
    _begin(terms, out)
    return [_result(family, terms, out / family.name, say) for family in families]


def _begin(terms: Terms, out: Path) -> None:
    """Write the terms down, or see that they are those of the first time."""
    out.mkdir(parents=True, exist_ok=True)
    asked = json.dumps(asdict(terms), indent=1, default=str)
    file = out / "terms.json"
    if file.is_file() and file.read_text(encoding="utf-8") != asked:
        raise SettingsError("families", str(out), "a folder begun with the same options; give another one")
    write_atomically(file, asked.encode())


def _result(family: Family, terms: Terms, folder: Path, say: Callable[[str], None]) -> Mapping[str, Any]:
    """Return what a family reaches, from its folder where it stands there."""
    file = folder / "result.json"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        result = _train_and_measure(family, terms, folder, say)
        write_atomically(file, json.dumps(result, indent=1).encode())
        (folder / CHECKPOINT).unlink(missing_ok=True)  # that of U-Net6 is more than four gigabytes
    result = json.loads(file.read_text(encoding="utf-8"))
    say(f"{family.name}: {result['steps']} steps in {result['seconds']:.0f} s, mIoU {result['miou']:.3f}")
    return dict(result)


def _train_and_measure(
    family: Family, terms: Terms, folder: Path, say: Callable[[str], None]
) -> Mapping[str, Any]:
    device = join_processes()
    seen = open_pictures(_labeled(terms, "train"), folder.parent / "cache")
    sampling = Sampling(batch=terms.batch, seed=terms.seed, shapes=(terms.size,), small=0)
    draw = batches(seen, sampling)
    steps, each = _plan(family, terms, folder, draw, device)
    recipe = Recipe(
        steps=steps,
        rate=terms.rate,
        warm_up=0.1,
        mean=0.99,
        save_every=max(1, math.ceil(SAVE_SECONDS / each)),
        seed=terms.seed,
        mixed=_mixes(device),
    )
    torch.manual_seed(terms.seed)
    network = make_network(*family)
    say(f"{family.name}: {steps} steps, about {each:.2f} s each")
    mean = train(network, loss_of(family.loss, network), draw, recipe, folder, device=device)
    save_weights(mean, folder / "weights.pt")
    kept = _evenly(_labeled(terms, terms.split), terms.photos)
    found = evaluate(predictor(mean, device=device, area=math.prod(terms.size)), photos_of(kept))
    return {
        **family._asdict(),
        "weights": sum(one.numel() for one in network.parameters()),
        "steps": steps,
        "seconds": round(seconds_of(folder), 1),
        "photos": len(kept),
        "miou": found.agreement.miou,
        "pixels": found.agreement.pixels,
        "iou": found.agreement.iou,
    }


def _plan(family: Family, terms: Terms, folder: Path, draw: Batches, device: str) -> tuple[int, float]:
    """Return how many steps fit into the time, and the seconds of one; measured once, then kept."""
    file = folder / "training.json"
    if not file.is_file():
        network = make_network(*family)
        loss = loss_of(family.loss, network)
        each = seconds_of_a_step(network, loss, draw, device, mixed=_mixes(device))
        steps = max(1, round(terms.seconds / each))
        asked = {**family._asdict(), "steps": steps, "seconds_of_a_step": each, **asdict(terms)}
        write_atomically(file, json.dumps(asked, indent=1, default=str).encode())
    asked = json.loads(file.read_text(encoding="utf-8"))
    return asked["steps"], asked["seconds_of_a_step"]


def _mixes(device: str) -> bool:
    """Whether to learn in bfloat16: on CPUs with AMX it gives nan in the few pixels of the deepest U-Nets."""
    return device != "cpu"


def _labeled(terms: Terms, split: str) -> list[Labeled]:
    return [one for folder in terms.folders for one in find_labeled(folder, split, ids=terms.ids)]


def _evenly(labeled: Sequence[Labeled], count: int) -> Sequence[Labeled]:
    """Return so many, evenly from all."""
    return [labeled[at * len(labeled) // count] for at in range(count)] if count < len(labeled) else labeled
