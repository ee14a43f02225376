"""Say in a network's record how unsure it is of patches with nothing around them, by measured rows.

    python tools/calibrate_patch.py src/colorfast/networks/patch.onnx ROWS

Simulated photos are kinder than phones where a network sees a patch alone. One number is measured, the scale of its
deviations with which 68 % of the rows' true values lie within one; the weights stay as they are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from colorfast.files import write_atomically
from colorfast.swatch.patch_network import BARE
from colorfast.training.patch.export import deviation_scale
from colorfast.training.patch.measured import ask
from colorfast.training.patch.rows import read_rows


def main(network: Path, folder: Path) -> None:
    """Measure the scale and write it down."""
    rows = read_rows(folder)
    record = network.with_suffix(".json")
    said = json.loads(record.read_text(encoding="utf-8"))
    said[BARE] = round(deviation_scale(ask(network, rows), rows.true), 4)
    write_atomically(record, f"{json.dumps(said, indent=1)}\n".encode())
    print(f"{BARE}: {said[BARE]}, on {len(rows.sets)} rows")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
