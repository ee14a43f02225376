"""How near every method comes to the true colors, pixel by pixel, on the delivered file.

A case is degraded or wrong already; each method corrects it, the result is encoded in the photo's format,
decoded again and compared with the truth inside the core, in CIEDE2000. All methods get the same masks.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from colorfast.batch.threads import use_one_thread
from colorfast.bench.cases import Case, Problem, load
from colorfast.bench.datasets import find_cases
from colorfast.bench.peers import PEERS
from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import to_lab
from colorfast.correct import CORRECTORS
from colorfast.errors import ColorfastError, SettingsError
from colorfast.pipeline import compose, correct
from colorfast.read.image import decode
from colorfast.read.write import encode
from colorfast.records import Array, Correction, Photo
from colorfast.settings import Settings
from colorfast.verify.measure import measure

METHODS = (*PEERS, *CORRECTORS)
CLOSE, ACCEPTED = 1.0, 3.0  # CIEDE2000: hardly visible, and the project's limit for a pass
CHUNK = 4  # cases a worker takes at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One method on one case."""

    case: str
    data_set: str
    track: str
    stratum: str
    method: str
    before: float
    """Median CIEDE2000 to the truth inside the core, of the photo as it came but coded once more."""
    after: float
    """The same of the delivered file."""
    mean: float
    """Mean CIEDE2000 to the truth inside the core, of the delivered file."""
    ssim: float
    """SSIM-L between the photo and the delivered file, inside the garment."""
    rim: float
    """Old color left along the garment's edge."""
    spill: float
    """Change outside the garment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A case, or a method on it, that ended in an error."""

    case: str
    data_set: str
    track: str
    method: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One method over all pictures of a set's track or stratum: a line of the printed table."""

    data_set: str
    track: str
    stratum: str
    """Empty for the whole track."""
    method: str
    pictures: int
    mean: float
    """Mean over pictures of the median CIEDE2000 to the truth."""
    pixels: float
    """Mean over pictures of the mean over their pixels."""
    median: float
    """Median over pictures of the median CIEDE2000 to the truth."""
    p95: float
    """95th percentile over pictures of the same."""
    worse: float
    """Share of pictures that are farther from the truth than before, 0..1."""
    within_1: float
    """Share of pictures within CIEDE2000 1 of the truth; `within_3` likewise."""
    within_3: float
    ssim: float
    """Median SSIM-L."""
    rim: float
    """Median of the old color left along the garment's edge."""
    spill: float
    """Median change outside the garment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole benchmark."""

    lines: tuple[Line, ...]
    scores: tuple[Score, ...]
    failures: tuple[Failure, ...]


class Job(NamedTuple):
    """One case on its way to a worker process."""

    case: Case
    seed: int
    methods: tuple[str, ...]
    settings: Settings


def run_quality(
    source: Path,
    *,
    methods: Sequence[str] = METHODS,
    seeds: int = 1,
    limit: int | None = None,
    workers: int = 2,
    settings: Settings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Return how every method does on the cases of a folder or manifest.

    methods    names of CORRECTORS and PEERS
    seeds      every case is degraded with seed 1, 2, … up to this one
    limit      only so many cases of each set and track
    workers    processes, one thread each; the numbers do not hang on how many
    progress   called with (done, total) after each case

    Raises SettingsError for an unknown method and PairsError when there are no cases.
    """
    for method in methods:
        if method not in METHODS:
            raise SettingsError("method", method, f"one of {', '.join(METHODS)}")
    cases = _limited(find_cases(source), limit)
    jobs = [
        Job(case, seed, tuple(methods), settings or Settings())
        for case in cases
        for seed in range(1, seeds + 1)
        if seed == 1 or case.photo is None  # a wrong photo that is given has no seed
    ]
    found: list[Score | Failure] = []
    for done, outcome in enumerate(_outcomes(jobs, workers), start=1):
        found += outcome
        if progress is not None:
            progress(done, len(jobs))
    scores = tuple(each for each in found if isinstance(each, Score))
    failures = tuple(each for each in found if isinstance(each, Failure))
    return Report(lines=summarize(scores), scores=scores, failures=failures)


def summarize(scores: Sequence[Score]) -> tuple[Line, ...]:
    """Return one line a set, track and method, then one a stratum, methods in the order they were run."""
    groups: dict[tuple[str, str, str, str], list[Score]] = {}
    for stratum_of in (lambda _: "", lambda score: score.stratum):
        for score in scores:
            key = (score.data_set, score.track, stratum_of(score), score.method)
            groups.setdefault(key, []).append(score)
    return tuple(_line(key, group) for key, group in groups.items())


def score(job: Job) -> list[Score | Failure]:
    """Run all methods on one case, in a worker process."""
    case = job.case
    try:
        problem = load(case, seed=job.seed, settings=job.settings.segment)
    except ColorfastError as error:
        return [_failure(case, "", error)]
    photo = problem.photo
    coded = decode(encode(photo, photo.pixels, job.settings.write), photo.id)  # coding is no method's fault
    before = float(np.median(errors_to_truth(coded, problem)))
    found: list[Score | Failure] = []
    for method in job.methods:
        try:
            found.append(_score(problem, method, before, job.settings))
        except ColorfastError as error:
            found.append(_failure(case, method, error))
    return found


def errors_to_truth(photo: Photo, problem: Problem) -> Array:
    """Return CIEDE2000 to the truth (n,), pixel by pixel inside the core."""
    core, truth = problem.core, problem.truth
    return delta_e_2000(to_lab(photo.pixels[core], photo.profile), to_lab(truth.pixels[core], truth.profile))


def correction_of(problem: Problem, method: str, settings: Settings) -> Correction:
    """Return a method's correction of the garment's box: ours as the pipeline makes it, or a peer's."""
    garment, photo = problem.garment, problem.photo
    if method not in PEERS:
        return correct(photo, garment, problem.target, settings, method=method)
    rows, columns = garment.box
    boxed = replace(garment, core=garment.core[rows, columns], alpha=garment.alpha[rows, columns])
    return PEERS[method](to_lab(photo.pixels[rows, columns], photo.profile), boxed, problem.reference)


def _score(problem: Problem, method: str, before: float, settings: Settings) -> Score:
    photo, garment, case = problem.photo, problem.garment, problem.case
    pixels = compose(photo, garment, correction_of(problem, method, settings).lab)
    after = decode(encode(photo, pixels, settings.write), photo.id)
    measures = measure(photo, after, garment, problem.target, settings.verify)
    errors = errors_to_truth(after, problem)
    return Score(
        case=case.id,
        data_set=case.data_set,
        track=case.track,
        stratum=case.stratum,
        method=method,
        before=before,
        after=float(np.median(errors)),
        mean=float(errors.mean()),
        ssim=measures.ssim,
        rim=measures.rim,
        spill=measures.spill,
    )


def _failure(case: Case, method: str, error: ColorfastError) -> Failure:
    return Failure(case=case.id, data_set=case.data_set, track=case.track, method=method, error=str(error))


def _line(key: tuple[str, str, str, str], scores: Sequence[Score]) -> Line:
    after, before = (np.array([getattr(each, name) for each in scores]) for name in ("after", "before"))
    data_set, track, stratum, method = key
    return Line(
        data_set=data_set,
        track=track,
        stratum=stratum,
        method=method,
        pictures=len(scores),
        mean=float(after.mean()),
        pixels=float(np.mean([each.mean for each in scores])),
        median=float(np.median(after)),
        p95=float(np.percentile(after, 95)),
        worse=float((after > before).mean()),
        within_1=float((after <= CLOSE).mean()),
        within_3=float((after <= ACCEPTED).mean()),
        ssim=float(np.median([each.ssim for each in scores])),
        rim=float(np.median([each.rim for each in scores])),
        spill=float(np.median([each.spill for each in scores])),
    )


def _limited(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """Return the first so many cases of each set and track."""
    taken: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        taken.setdefault((case.data_set, case.track), []).append(case)
    return [case for group in taken.values() for case in group[:limit]]


def _outcomes(jobs: Sequence[Job], workers: int) -> Iterator[list[Score | Failure]]:
    """Yield the scores of each job in the jobs' order."""
    if workers == 1:
        yield from map(score, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=use_one_thread) as pool:
        yield from pool.map(score, jobs, chunksize=CHUNK)
