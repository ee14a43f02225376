"""Make the shipped file of a trained transfer network, with the record of its training.

    python tools/export_transfer.py RUN OUT.onnx [--curve CURVE.png]

RUN is the folder of `colorfast train transfer --network lattice`. OUT.json records command, data, seed, seconds,
settings, curve, size and SHA-256; CURVE.png shows the curve.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import torch

from colorfast.correct.analogy import PLANES, SIDE
from colorfast.training.curve import draw_curve, read_curve
from colorfast.training.export import export_planes
from colorfast.training.loop import seconds_of, use_threads
from colorfast.training.transfer.run import open_weights


def main() -> None:
    """Export and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--curve", type=Path, help="picture of the curve")
    asked = parser.parse_args()
    use_threads(1)
    export_planes(open_weights(asked.run), asked.out, (PLANES, SIDE, SIDE), answer="lattice")
    record = record_of(asked.run, asked.out)
    asked.out.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if asked.curve:
        draw_curve(read_curve(asked.run), asked.curve)


def record_of(run: Path, out: Path) -> dict[str, Any]:
    """Return how the file came to be, without the paths of the machine it was made on."""
    training = json.loads((run / "training.json").read_text(encoding="utf-8"))
    training["folders"] = [Path(folder).name for folder in training["folders"]]
    curve, content = read_curve(run), out.read_bytes()
    recipe, data = training["recipe"], " ".join(f"--data {name}" for name in training["folders"])
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "command": f"colorfast train transfer {data} -o RUN --network lattice "
        f"--steps {recipe['steps']} --rate {recipe['rate']:g} --seed {recipe['seed']}",
        "steps": curve[-1]["step"],
        "seconds": round(seconds_of(run)),
        "training": training,
        "curve": curve[:: max(1, len(curve) // 60)],
    }


if __name__ == "__main__":
    main()
