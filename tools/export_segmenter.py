"""Make the shipped file of a trained segmentation network, with the record of its training.

    python tools/export_segmenter.py RUN OUT.onnx --data FOLDER [--data FOLDER] [--curve CURVE.png]

RUN is the folder of `colorfast train segmentation`, FOLDER as given to that. The network is folded, exported in
float32, brought to 8 bits with 24 training photos, and measured on the val splits as trained and as exported.
OUT.json records command, data, seed, seconds, settings, curve, scores, size and SHA-256; CURVE.png shows the curve.
What is printed is the comparison with the paper's tables.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from colorfast.labels import GARMENT
from colorfast.read.image import read_photo
from colorfast.segment.networks import as_seen
from colorfast.training.curve import Line, draw_curve, read_curve
from colorfast.training.export import export, in_8_bits
from colorfast.training.loop import use_threads
from colorfast.training.segmentation.compare import judge
from colorfast.training.segmentation.evaluate import Evaluation
from colorfast.training.segmentation.networks.folded import folded
from colorfast.training.segmentation.pictures import LONGEST, training_size
from colorfast.training.segmentation.readers import find_labeled
from colorfast.training.segmentation.table import comparison
from colorfast.training.segmentation.trained import open_weights
from colorfast.weights import Input

CALIBRATED = 24  # photos, evenly from all folders


def main() -> None:
    """Export, measure, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--curve", type=Path, help="picture of the curve")
    asked = parser.parse_args()
    use_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        exact = export(folded(open_weights(asked.run)), Path(folder) / "float32.onnx")
        in_8_bits(exact, asked.out, calibration(asked.data))
        scores = {place.name: judge([asked.run, exact, asked.out], place, "val") for place in asked.data}
    for name, found in scores.items():
        print(f"{name}, val\n\n{comparison((one.network, one.evaluation) for one in found)}\n")
    record = record_of(asked, {name: found[-1].evaluation for name, found in scores.items()})
    asked.out.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if asked.curve:
        draw_curve(read_curve(asked.run), asked.curve)


def calibration(folders: list[Path]) -> list[np.ndarray]:
    """Return training photos as the network will see them."""
    labeled = [one for folder in folders for one in find_labeled(folder, "train")]
    chosen = labeled[:: max(1, len(labeled) // CALIBRATED)][:CALIBRATED]
    photos = (training_size(read_photo(one.photo).pixels, one.labels(), LONGEST)[0] for one in chosen)
    return [as_seen(photo, Input()) for photo in photos]


def record_of(asked: argparse.Namespace, scores: dict[str, Evaluation]) -> dict[str, Any]:
    """Return how the file came to be, without the paths of the machine it was made on."""
    training = json.loads((asked.run / "training.json").read_text(encoding="utf-8"))
    training["folders"] = [Path(folder).name for folder in training["folders"]]
    curve, content = read_curve(asked.run), asked.out.read_bytes()
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "classes": GARMENT,
        "val": {
            name: asdict(one.agreement) | {"clothes_boundary": one.clothes_boundary}
            for name, one in scores.items()
        },
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__},
        "command": command_of(training),
        "data": {
            folder.name: {split: len(find_labeled(folder, split)) for split in ("train", "val")}
            for folder in asked.data
        },
        "seed": training["recipe"]["seed"],
        "seconds": seconds_of(curve, training["recipe"]["steps"]),
        "steps": curve[-1]["step"],
        "training": training,
        "curve": [line for line in curve if "val" in line],
    }


def command_of(training: dict[str, Any]) -> str:
    """Return the command that starts such a training."""
    recipe, chosen = training["recipe"], training["sampling"]
    folders = " ".join(f"--data {folder}" for folder in training["folders"])
    return (
        f"colorfast train segmentation {folders} -o RUN --network {training['network']} --loss {training['loss']} "
        f"--steps {recipe['steps']} --batch {chosen['batch']} --rate {recipe['rate']} --seed {recipe['seed']}"
    )


def seconds_of(curve: Sequence[Line], steps: int) -> int:
    """Return what the training took: as its clock says, or, of a run before it had one, by what was left to do."""
    if "seconds" in curve[-1]:
        return round(curve[-1]["seconds"])
    total, before, pace = 0.0, 0, 0.0
    for line in curve:
        if line["step"] < steps:
            pace = line["seconds_left"] / (steps - line["step"])
        total, before = total + pace * (line["step"] - before), line["step"]
    return round(total)


if __name__ == "__main__":
    main()
