"""Learn the table of correct/forecast.py from corrections whose truth is known, and say how far it can be trusted.

    COLORFAST_DATA=DATA python tools/learn_forecast.py

Each garment of the VITON pairs is degraded once for each of the tracks `same` and `still`, by seed 1, 2 or 3 in
turn, corrected by `hybrid`, coded and decoded. Printed: the rank correlation (Spearman) of expected and true error
on held-out garments (five folds by name) and on data that the table was not fitted on, how far right and wrong
references are from the photo, and the table to paste. Data and seeds are fixed: the same table comes out each time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from colorfast.batch.threads import use_one_thread
from colorfast.bench.cases import Case, load
from colorfast.bench.datasets import find_cases
from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.correct import fitted
from colorfast.correct.forecast import FEATURES, LEAST, expected_error, features
from colorfast.errors import ColorfastError
from colorfast.pipeline import correct
from colorfast.read.image import decode
from colorfast.read.write import encode, with_part
from colorfast.records import Array
from colorfast.settings import Settings

FOLDS, SEEDS = 5, 3
OTHERS = ("ccp", "onmodel_views", "gan_triples")
MOST = 120  # cases of each set and track that the table is only tried on
RIDGE = 0.01  # of the number of rows, on standardized features
STEPS = 30  # of Newton's method
SETTINGS = Settings()
WRONG, SAMPLE = (
    15.0,
    40,
)  # CIEDE2000 between two references that are visibly of other garments; so many for each


class Sample(NamedTuple):
    """One correction with its truth."""

    case: Case
    found: Array
    error: float
    medians: Array
    """(2, 3) of photo and reference."""


def main(data: Path) -> None:
    """Print held-out rank correlations, distances of references, and the table."""
    with ProcessPoolExecutor(os.cpu_count(), initializer=use_one_thread) as pool:
        samples = [s for s in pool.map(sample, jobs(data), chunksize=8) if s is not None]
    known = [s for s in samples if s.case.data_set == "viton_pairs" and s.case.track in ("same", "still")]
    design, errors = np.array([s.found for s in known]), np.array([s.error for s in known])
    same = np.array([s.case.track == "same" for s in known])
    folds = np.array([int(hashlib.sha256(s.case.id.encode()).hexdigest(), 16) % FOLDS for s in known])
    expected = np.empty(len(known))
    for fold in range(FOLDS):
        rest = folds != fold
        expected[~rest] = foretold(design[~rest], learn(design[rest], errors[rest], same[rest]))
    for name, chosen in (("both", same | ~same), ("same", same), ("still", ~same)):
        tell(f"held out, {name}", expected[chosen], errors[chosen])
    table = learn(design, errors, same)
    for name in sorted(
        {f"{s.case.data_set} {s.case.track}" for s in samples} - {"viton_pairs same", "viton_pairs still"}
    ):
        group = [s for s in samples if f"{s.case.data_set} {s.case.track}" == name]
        tell(name, foretold(np.array([s.found for s in group]), table), np.array([s.error for s in group]))
    tell_references([s for s in known if s.case.track == "still"])
    for name, row in zip(FEATURES, table, strict=True):
        print(f"        [{', '.join(f'{value:.4f}' for value in row)}],  # {name}")


def named(case: Case) -> str:
    """Return the set and track of a case."""
    return f"{case.data_set} {case.track}"


def jobs(data: Path) -> Iterator[tuple[Case, int]]:
    """Yield cases with their seeds: all of two tracks, some of the others."""
    taken: dict[tuple[str, str], int] = {}
    for name in ("viton_pairs", *OTHERS):
        for case in find_cases(data / name):
            key = case.data_set, case.track
            taken[key] = taken.get(key, 0) + 1
            learned = case.data_set == "viton_pairs" and case.track in ("same", "still")
            if learned or taken[key] <= MOST:
                yield case, 1 + taken[key] % SEEDS


def sample(job: tuple[Case, int]) -> Sample | None:
    """Return what is known of one correction before and after; None when the case cannot be used."""
    case, seed = job
    try:
        problem = load(case, seed=seed, settings=SETTINGS.segment)
        photo, garment = problem.photo, problem.garment
        core = garment.core[garment.box]
        fit = fitted("hybrid", photo, garment, problem.target, SETTINGS.correct)
        pixels = correct(photo, garment, problem.target, SETTINGS, method="hybrid").pixels
        after = decode(encode(photo, with_part(photo, garment.box, pixels), SETTINGS.write), photo.id)
    except ColorfastError:
        return None
    found = features(fit.source, problem.target, fit.color_map)
    medians = np.array([fit.source.median, problem.target.median])
    truth = to_lab(problem.truth.part(garment.box), problem.truth.profile)
    errors = delta_e_2000(to_lab(after.part(garment.box), after.profile), truth)[core]
    return Sample(case, found, float(np.median(errors)), medians)


def learn(design: Array, errors: Array, same: Array) -> Array:
    """Return the table (features, 3)."""
    logs = np.log(errors + LEAST / 3)
    columns = [ridge(design[kind], logs[kind]) for kind in (same, ~same)]
    return np.array([odds(design, same), *columns]).T


def ridge(design: Array, wanted: Array) -> Array:
    """Return the coefficients (features,) of a linear regression; the first feature is 1 and free."""
    scale, mean = standards(design)
    standard = (design - mean) / scale
    penalty = RIDGE * len(design) * np.diag(np.append(0.0, np.ones(design.shape[1] - 1)))
    return raw(np.linalg.solve(standard.T @ standard + penalty, standard.T @ wanted), scale, mean)


def standards(design: Array) -> tuple[Array, Array]:
    """Return the deviations and means (features,) of all features but the first, which stays as it is."""
    return np.append(1.0, design[:, 1:].std(axis=0)), np.append(0.0, design[:, 1:].mean(axis=0))


def raw(found: Array, scale: Array, mean: Array) -> Array:
    """Return the coefficients for raw features from those for standardized ones."""
    found = found / scale
    found[0] -= mean[1:] @ found[1:]
    return found


def odds(design: Array, truth: Array) -> Array:
    """Return the coefficients (features,) of a logistic regression that weighs both classes alike."""
    scale, mean = standards(design)
    standard = (design - mean) / scale
    weights = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    penalty = RIDGE * len(design) * np.diag(np.append(0.0, np.ones(design.shape[1] - 1)))
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-standard @ found))
        slope = standard.T @ (weights * (truth - share)) - penalty @ found
        found += np.linalg.solve(
            standard.T @ ((weights * share * (1 - share))[:, None] * standard) + penalty, slope
        )
    return raw(found, scale, mean)


def foretold(design: Array, table: Array) -> Array:
    """Return the expected errors (n,)."""
    return np.array([expected_error(row, table) for row in design])


def tell(name: str, expected: Array, errors: Array) -> None:
    """Print how well the expected errors order the true ones, and how near they are."""
    ranks = [np.argsort(np.argsort(values)) for values in (expected, errors)]
    rank = np.corrcoef(*ranks)[0, 1]
    near = (np.abs(np.log((expected + 0.1) / (errors + 0.1))) < np.log(1.5)).mean()
    middle = f"{np.median(expected):.2f} expected, {np.median(errors):.2f} true"
    print(
        f"{name:28s} {len(errors):5d}  rank correlation {rank:5.2f}  medians {middle}  within x1.5 {near:.0%}"
    )


def tell_references(stills: list[Sample]) -> None:
    """Print how many right and wrong references are farther from the photo than a limit."""
    photos, references = (np.array([s.medians[i] for s in stills], np.float32) for i in (0, 1))
    right = delta_e_2000(photos, references)
    rng = np.random.default_rng(1)
    others = rng.integers(len(stills), size=(len(stills), SAMPLE))
    gaps = delta_e_2000(references[:, None], references[others])
    wrong = delta_e_2000(photos[:, None], references[others])[gaps > WRONG]
    for limit in (12.0, 13.0, 14.0, SETTINGS.limits.move, 15.0, 16.0, 18.0):
        print(
            f"farther than {limit:4.1f}: right {(right > limit).mean():.1%}, wrong {(wrong > limit).mean():.1%}"
        )


if __name__ == "__main__":
    main(Path(os.environ["COLORFAST_DATA"]))
