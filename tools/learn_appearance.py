"""Learn the table of correct/appearance.py from real pairs of still life and on-model photo.

    COLORFAST_DATA=DATA python tools/learn_appearance.py

Each of the VITON pairs is degraded three times (garment only, seeds 1 to 3); the table is the ridge regression of
true median minus reference median on FEATURES. Printed: the error on held-out garments (five folds by name), and
the table to paste. Data and seeds are fixed, so the same table comes out each time.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from colorfast.bench.cases import load
from colorfast.bench.datasets import find_cases
from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.correct.appearance import FEATURES, features
from colorfast.errors import ColorfastError
from colorfast.records import Mask, Photo
from colorfast.segment.settings import SegmentSettings

SEEDS = (1, 2, 3)
FOLDS = 5
RIDGE = 0.01  # of the number of rows, on standardized features


def main(data: Path) -> None:
    """Print held-out errors and the table."""
    photos, references, truths, folds = samples(data)
    design = np.array([features(p, r) for p, r in zip(photos, references, strict=True)])
    wanted = truths - references
    found = np.empty_like(wanted)
    for fold in range(FOLDS):
        rest = folds != fold
        found[~rest] = design[~rest] @ ridge(design[rest], wanted[rest])
    for name, guess in (("reference as it is", references), ("with the table, held out", references + found)):
        error = delta_e_2000(guess.astype(np.float32), truths.astype(np.float32))
        within = (error <= 3).mean()
        print(
            f"{name:26s} median {np.median(error):.2f}  P95 {np.percentile(error, 95):.2f}  <= 3 {within:.0%}"
        )
    for name, row in zip(FEATURES, ridge(design, wanted), strict=True):
        print(f"    [{row[0]:.4f}, {row[1]:.4f}, {row[2]:.4f}],  # {name}")


def samples(data: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return medians of degraded photo, reference and truth, each (n, 3), and the fold of each garment, (n,)."""
    photos, references, truths, folds = [], [], [], []
    settings = SegmentSettings()
    for case in find_cases(data / "viton_pairs"):
        for seed in SEEDS if case.track == "still" else ():
            try:
                problem = load(case, seed=seed, settings=settings)
            except ColorfastError:
                continue
            core = problem.garment.core
            photos.append(median(problem.photo, core))
            truths.append(median(problem.truth, core))
            references.append(np.median(problem.reference, axis=0))
            folds.append(int(hashlib.sha256(case.id.encode()).hexdigest(), 16) % FOLDS)
    return np.array(photos), np.array(references), np.array(truths), np.array(folds)


def median(photo: Photo, core: Mask) -> np.ndarray:
    """Return the per-channel median (3,) of a photo's core in Lab."""
    return np.median(to_lab(photo.pixels, photo.profile)[core], axis=0)


def ridge(design: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return coefficients (features, 3) for raw features; the penalty is on standardized ones, not on the first."""
    scale = np.append(1.0, design[:, 1:].std(axis=0))
    mean = np.append(0.0, design[:, 1:].mean(axis=0))
    standard = (design - mean) / scale
    penalty = RIDGE * len(design) * np.diag(np.append(0.0, np.ones(design.shape[1] - 1)))
    found = np.linalg.solve(standard.T @ standard + penalty, standard.T @ wanted) / scale[:, None]
    found[0] -= mean[1:] @ found[1:]
    return found


if __name__ == "__main__":
    main(Path(os.environ["COLORFAST_DATA"]))
