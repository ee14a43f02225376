"""Write garment masks and a PAIRS manifest for the VITON still-life / on-model pairs.

    python tools/viton_manifest.py DATA/viton_pairs OUT

OUT gets masks/KEY.png (parse classes 5 upper-clothes, 6 dress, 7 coat, taken together) and manifest.csv, which
`colorfast degrade --garment-only OUT/manifest.csv DEGRADED` and `colorfast batch` read.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from colorfast.bench.labels import read_labels
from colorfast.read.write import encode_mask

GARMENT = (5, 6, 7)


def main(source: Path, out: Path) -> None:
    """Write masks and manifest for every pair in source/manifest.csv."""
    (out / "masks").mkdir(parents=True, exist_ok=True)
    pairs = (source / "pairs").resolve()
    with (source / "manifest.csv").open() as rows, (out / "manifest.csv").open("w", newline="") as made:
        table = csv.writer(made)
        table.writerow(["id", "reference", "reference_mask", "photo", "mask"])
        for row in csv.DictReader(rows):
            key = row["key"]
            mask = np.isin(read_labels(pairs / f"{key}_parse.png"), GARMENT)
            (out / "masks" / f"{key}.png").write_bytes(encode_mask(mask))
            named = [pairs / f"{key}_{part}" for part in ("cloth.jpg", "clothmask.png", "model.jpg")]
            table.writerow([key, *named, f"masks/{key}.png"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
