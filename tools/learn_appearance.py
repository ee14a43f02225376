"""Learn the table of correct/appearance.py from real pairs of still life and on-model photo, and say its worth.

    COLORFAST_DATA=DATA python tools/learn_appearance.py [--every 1]

Each of the VITON pairs is degraded three times (garment only, seeds 1 to 3). The table is a ridge regression of
true median minus reference median on FEATURES, reweighted so that it is the CIEDE2000 of the typical picture that
becomes small. Printed: the errors of whole corrections on garments left out (five folds by name), delivered and
decoded again, beside what is left when more were known; the pictures of other sets; the table to paste.
Data and seeds are fixed, so the same table comes out each time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from colorfast.batch.threads import use_one_thread
from colorfast.bench.cases import Case, Problem, load
from colorfast.bench.datasets import find_cases
from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import palette_of
from colorfast.color.profiles import from_lab, to_lab
from colorfast.correct.appearance import FEATURES, TABLE, features, natural_difference, toward
from colorfast.correct.settings import CorrectSettings
from colorfast.errors import ColorfastError
from colorfast.pipeline import correct
from colorfast.read.image import decode
from colorfast.read.write import encode
from colorfast.records import Array, Lab, Palette
from colorfast.segment.settings import SegmentSettings
from colorfast.settings import Settings

SEEDS = (1, 2, 3)
FOLDS = 5
RIDGE = 0.01  # of the number of rows, on standardized features
ROUNDS = 4  # of reweighting
LEAST = 1.0  # CIEDE2000 below which a row weighs no more
SHARES = (
    1.0,
    0.75,
    0.5,
    0.25,
    0.0,
)  # of the held-out error of the foretold median: from the table to the truth
OTHERS = (
    ("viton_pairs", "same", 100),
    ("ccp", "same", 60),
    ("onmodel_views", "view", 60),
    ("gan_triples", "ai", 9),
)
REFERENCE = Settings()
WORN = replace(REFERENCE, correct=replace(REFERENCE.correct, appearance="worn"))
EXACT = CorrectSettings(delta_e_target=0.1)


def main(data: Path, every: int) -> None:
    """Print delivered errors on held-out garments, the oracle curve, other sets, and the table."""
    use_one_thread()
    cases = [case for case in find_cases(data / "viton_pairs") if case.track == "still"][::every]
    learned = [(case, seed, *sample(problem)) for case, seed, problem in problems(cases, SEEDS)]
    folds = np.array([fold_of(case) for case, *_ in learned])
    design, references, truths = (np.array(column) for column in list(zip(*learned, strict=True))[2:])
    errors: dict[str, list[float]] = defaultdict(list)
    for fold in range(FOLDS):
        rest = folds != fold
        TABLE[:] = ridge(
            design[rest], references[rest], truths[rest]
        )  # the walk below uses the held-out table
        for _, _, problem in problems([case for case in cases if fold_of(case) == fold], SEEDS):
            collect(problem, errors)
    show(f"viton_pairs, still, seeds {SEEDS}", errors)
    TABLE[:] = ridge(design, references, truths)
    for name, track, most in OTHERS:
        errors = defaultdict(list)
        others = [case for case in find_cases(data / name) if case.track == track][:most]
        for _, _, problem in problems(others, SEEDS[:1]):
            both_ways(problem, errors)
        show(f"{name}, {track}", errors)
    for name, row in zip(FEATURES, TABLE, strict=True):
        print(f"        [{row[0]:.4f}, {row[1]:.4f}, {row[2]:.4f}],  # {name}")


def problems(cases: list[Case], seeds: tuple[int, ...]) -> Iterator[tuple[Case, int, Problem]]:
    """Yield each case with each seed, loaded; those that cannot be used are left out."""
    for case in cases:
        for seed in seeds:
            try:
                yield case, seed, load(case, seed=seed, settings=SegmentSettings())
            except ColorfastError:
                continue


def fold_of(case: Case) -> int:
    """Return the fold of a garment, by its name."""
    return int(hashlib.sha256(case.id.encode()).hexdigest(), 16) % FOLDS


def sample(problem: Problem) -> tuple[Array, Array, Array]:
    """Return features, reference median (3,) and true median (3,)."""
    lab, true = colors(problem)
    return features(palette_of(lab), problem.target), problem.target.median, np.median(true, axis=0)


def colors(problem: Problem) -> tuple[Lab, Lab]:
    """Return Lab of the core in photo and truth, (n, 3) each."""
    core, photo, truth = problem.garment.core, problem.photo, problem.truth
    return to_lab(photo.pixels[core], photo.profile), to_lab(truth.pixels[core], truth.profile)


def collect(problem: Problem, errors: dict[str, list[float]]) -> None:
    """Add one picture's errors: as delivered, and with more known than can be known."""
    both_ways(problem, errors)
    lab, true = colors(problem)
    source, target = palette_of(lab), problem.target
    truth = np.median(true, axis=0) - target.median
    foretold = natural_difference(source, target)
    errors["its median alone"].append(gap(target.median + foretold, target.median + truth))
    for share in SHARES:
        name = f"map to the median, {share:.0%} of its error left"
        errors[name].append(mapped(source, target, truth + share * (foretold - truth), lab, true))
    middle, spread = np.median(lab, axis=0), (true.std(axis=0) + 0.3) / (lab.std(axis=0) + 0.3)
    errors["true median and true spread"].append(
        error((lab - middle) * spread + np.median(true, axis=0), true)
    )
    terms = np.hstack([np.ones((len(lab), 1)), lab])
    best = np.linalg.lstsq(terms, true, rcond=None)[0]
    errors["best affine map"].append(error(terms @ best, true))


def both_ways(problem: Problem, errors: dict[str, list[float]]) -> None:
    """Add the errors of the delivered picture before and after correction, to the reference and as worn."""
    errors["nothing"].append(gap(*colors(problem)))
    for name, settings in (("reference", REFERENCE), ("worn", WORN)):
        photo, garment = problem.photo, problem.garment
        pixels = photo.pixels.copy()
        pixels[garment.box] = correct(photo, garment, problem.target, settings).pixels
        after = decode(encode(photo, pixels, settings.write), photo.id)
        errors[f"--appearance {name}, delivered"].append(gap(*colors(replace(problem, photo=after))))


def mapped(source: Palette, target: Palette, difference: Array, lab: Lab, true: Lab) -> float:
    """Return the error of the map as worn with a given difference, without trust and coding."""
    color_map, _ = toward(difference.astype(np.float32), source, target, EXACT, trusted=0.0)
    return error(color_map(lab), true)


def error(lab: Array, true: Lab) -> float:
    """Return the median CIEDE2000 of colors (n, 3), rounded to 8 bits, to the truth."""
    return gap(to_lab(from_lab(lab.astype(np.float32))), true)


def gap(lab: Array, true: Array) -> float:
    """Return the median CIEDE2000 between colors."""
    return float(np.median(delta_e_2000(np.float32(lab), np.float32(true))))


def show(title: str, errors: dict[str, list[float]]) -> None:
    """Print median, 95th percentile and share within 3 of each way, and the share farther off than before."""
    print(f"\n{title}: {len(errors['nothing'])} pictures\n{'':42s} median   P95  <= 3  worse")
    before = np.array(errors["nothing"])
    for name, found in errors.items():
        e = np.array(found)
        median, high, within, worse = np.median(e), np.percentile(e, 95), (e <= 3).mean(), (e > before).mean()
        print(f"{name:42s} {median:6.2f} {high:5.2f} {within:5.0%} {worse:6.1%}", flush=True)


def ridge(design: Array, references: Array, truths: Array) -> Array:
    """Return coefficients (features, 3) for raw features; the penalty is on standardized ones, not on the first.

    Rows weigh by the inverse of their error, and in each channel by how much CIEDE2000 a Lab unit is worth there.
    """
    scale = np.append(1.0, design[:, 1:].std(axis=0))
    mean = np.append(0.0, design[:, 1:].mean(axis=0))
    standard = (design - mean) / scale
    penalty = RIDGE * len(design) * np.diag(np.append(0.0, np.ones(design.shape[1] - 1)))
    worth = worth_of(truths)
    weights = np.ones(len(design))
    found = np.zeros((design.shape[1], 3))
    for _ in range(ROUNDS):
        for channel in range(3):
            weighted = (
                standard * (weights * worth[:, channel] / np.mean(weights * worth[:, channel]))[:, None]
            )
            wanted = truths[:, channel] - references[:, channel]
            found[:, channel] = np.linalg.solve(weighted.T @ standard + penalty, weighted.T @ wanted)
        left = delta_e_2000(np.float32(references + standard @ found), np.float32(truths))
        weights = 1 / np.maximum(left, LEAST)
    found = found / scale[:, None]
    found[0] -= mean[1:] @ found[1:]
    return found


def worth_of(lab: Array) -> Array:
    """Return the square of CIEDE2000's weights 1/S_L and 1/(1 + 0.03 C), near enough to S_C and S_H, (n, 3)."""
    off = (lab[:, 0] - 50) ** 2
    lightness = 1 / (1 + 0.015 * off / np.sqrt(20 + off))
    chroma = 1 / (1 + 0.03 * np.hypot(lab[:, 1], lab[:, 2]))
    return np.stack([lightness, chroma, chroma], axis=1) ** 2


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="take each n-th garment alone, for a quick look")
    main(Path(os.environ["COLORFAST_DATA"]), parser.parse_args().every)
