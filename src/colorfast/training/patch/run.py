"""`colorfast train patch` on spectra: from measured spectra to a network, with a record of how it went.

The folder that comes out holds patch.onnx and patch.json, which `colorfast swatch --network` takes,
checkpoint.pt to go on from, and curve.jsonl.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from colorfast.color.difference import delta_e_2000
from colorfast.errors import SettingsError
from colorfast.files import make_folder
from colorfast.records import Array
from colorfast.swatch.patch_network import combined
from colorfast.training.curve import CURVE
from colorfast.training.loop import Batch, Progress, Recipe, train
from colorfast.training.patch.export import answers, deviation_scale, export
from colorfast.training.patch.loss import patch_loss
from colorfast.training.patch.networks.fusion import Design, PatchNetwork
from colorfast.training.patch.simulate import CONDITIONS, Conditions, Shots, Studio
from colorfast.training.patch.skin import skin
from colorfast.training.patch.spectra import Spectra, read_spectra, split_in_two

TONES = 600  # of skin, simulated
REFERENCES = 190  # reflectances that cameras are matched by: the last ones of the fabrics
PHOTOS = 2000  # simulated for each measurement
COLORS = ("skin", "all")
MIXED = "mixed"  # conditions: all of them in turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What to train on what."""

    spectra: Path
    design: Design = field(default_factory=Design)
    colors: str = "all"
    """skin: tones alone; all: fabrics too."""
    conditions: str = MIXED
    """One of CONDITIONS, or MIXED."""
    batch: int = 128
    recipe: Recipe = field(default_factory=lambda: Recipe(steps=4000, rate=3e-3))

    def __post_init__(self) -> None:
        if self.colors not in COLORS:
            raise SettingsError("patch.colors", self.colors, f"one of {', '.join(COLORS)}")
        if self.conditions not in (*CONDITIONS, MIXED):
            raise SettingsError("patch.conditions", self.conditions, f"{MIXED}, {', '.join(CONDITIONS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worlds:
    """Where photos are taken: to learn from, and to test with colors and cameras that taught nothing."""

    seen: Studio
    tests: Mapping[str, Studio]
    cameras: tuple[str, ...]
    """Names of those that are learned."""


def worlds(spectra: Spectra, colors: str) -> Worlds:
    """Return the worlds of spectra: three quarters of colors and cameras to learn from, the others to test with."""
    names, others = split_in_two(list(spectra.cameras))
    tones = skin(np.random.default_rng(0), TONES)
    faces, fabrics = spectra.faces, spectra.fabrics
    wanted = [tones, faces] if colors == "skin" else [tones, faces, fabrics]
    learned = np.concatenate([one[~_fourth(one)] for one in wanted])
    seen = Studio(
        learned,
        spectra.lamps,
        spectra.daylights,
        [spectra.cameras[name] for name in names],
        fabrics[-REFERENCES:],
    )
    unseen = [spectra.cameras[name] for name in others] + list(spectra.foreign.values())
    tests = {"unseen tones": replace(seen, reflectances=tones[_fourth(tones)], complete=True)}
    if colors == "all":
        tests["unseen fabrics"] = replace(seen, reflectances=fabrics[_fourth(fabrics)], complete=True)
    tests["unseen tones, unseen cameras"] = replace(
        seen, reflectances=tones[_fourth(tones)], cameras=unseen, named=False, complete=True
    )
    return Worlds(seen=seen, tests=tests, cameras=tuple(names))


def run(training: Training, out: Path, *, say: Callable[[str], None] = lambda _: None) -> Path:
    """Train, or go on training, and return the exported network. Raises PairsError without spectra."""
    make_folder(out)
    found = worlds(read_spectra(training.spectra), training.colors)
    torch.manual_seed(training.recipe.seed)
    network = PatchNetwork(replace(training.design, cameras=len(found.cameras)))

    def report(progress: Progress) -> None:
        line = {"step": progress.step, "loss": round(progress.loss, 4), "rate": progress.rate}
        with (out / CURVE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        say(f"{progress.step}/{progress.steps} loss {progress.loss:.2f}, {progress.seconds_left:.0f} s left")

    def batches(step: int) -> Batch:
        rng = np.random.default_rng((training.recipe.seed, step))
        shots = found.seen.take(rng, training.batch, condition(training.conditions, step))
        return torch.from_numpy(shots.planes), torch.from_numpy(shots.true)

    trained = train(network, patch_loss, batches, training.recipe, out, report=report)
    shown = _held_back(found, training)
    scale = deviation_scale(answers(trained, shown.planes), shown.true)
    errors = measure(trained, found, scale)
    asked = json.loads(json.dumps(asdict(training), default=lambda path: path.name))
    said = {"training": asked, "errors": errors}
    return export(trained, out, cameras=found.cameras, deviations=scale, said=said)


def condition(name: str, step: int) -> Conditions:
    """Return the conditions of a step."""
    return list(CONDITIONS.values())[step % len(CONDITIONS)] if name == MIXED else CONDITIONS[name]


def measure(network: torch.nn.Module, found: Worlds, scale: float) -> dict[str, dict[str, float]]:
    """Return mean CIEDE2000 and the share of values within one deviation, by test and conditions."""
    errors: dict[str, dict[str, float]] = {}
    for name, world in found.tests.items():
        for where, conditions in CONDITIONS.items():
            shots = world.take(np.random.default_rng(1), PHOTOS, conditions)
            answer = combined(answers(network, shots.planes), scale)
            within = np.abs(answer.lab - shots.true) <= answer.deviation
            errors[f"{name}, {where}"] = {
                "mean": round(float(delta_e_2000(answer.lab, shots.true).mean()), 3),
                "within": round(float(within.mean()), 3),
            }
    return errors


def _held_back(found: Worlds, training: Training) -> Shots:
    """Return photos of colors that taught nothing, in all conditions that teach, complete or not."""
    tests = list(found.tests.values())
    taken = [
        replace(world, complete=False).take(
            np.random.default_rng(2), PHOTOS, condition(training.conditions, step)
        )
        for step, world in enumerate(tests * len(CONDITIONS))
    ]
    return Shots(np.concatenate([one.planes for one in taken]), np.concatenate([one.true for one in taken]))


def _fourth(colors: Array) -> Array:
    """Return which are held back: each fourth."""
    return np.arange(len(colors)) % 4 == 3
