"""How near every method comes to the true colors, pixel by pixel, on the delivered file.

A case is degraded or wrong already; each method corrects it, the result is encoded in the photo's format,
decoded again and compared with the truth inside the core, in CIEDE2000. All methods get the same masks.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from colorfast.batch.threads import use_one_thread
from colorfast.bench.cases import Case, Problem, load
from colorfast.bench.datasets import find_cases
from colorfast.bench.libraries import LIBRARIES, installed, library_peer, missing
from colorfast.bench.peers import PEERS
from colorfast.bench.scores import OURS, Failure, Report, Score, summarize
from colorfast.color.difference import delta_e_2000
from colorfast.color.profiles import from_lab, to_lab
from colorfast.correct import CORRECTORS
from colorfast.errors import ColorfastError, SettingsError
from colorfast.pipeline import correct
from colorfast.read.image import decode
from colorfast.read.write import encode, with_part
from colorfast.records import Array, Mask, Photo
from colorfast.settings import Settings
from colorfast.verify.measure import measure
from colorfast.verify.verdict import judge

WORN = "hybrid, worn"
SHOT = ("still", "ai", "view", "pairs", "wrong")  # tracks whose reference is another picture than the photo
METHODS = (*PEERS, *LIBRARIES, *CORRECTORS, WORN)
CHUNK = 4  # cases a worker takes at once


class Job(NamedTuple):
    """One case on its way to a worker process."""

    case: Case
    seed: int
    methods: tuple[str, ...]
    settings: Settings


def run_quality(
    source: Path,
    *,
    methods: Sequence[str] | None = None,
    tracks: Sequence[str] = (),
    seeds: int = 1,
    limit: int | None = None,
    workers: int = 2,
    settings: Settings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Return how every method does on the cases of a folder or manifest.

    methods    names of METHODS; None: all, less those whose package is not installed
    tracks     only these; none: all
    seeds      every case is degraded with seed 1, 2, … up to this one
    limit      only so many cases of each set and track
    workers    processes, one thread each; the numbers do not hang on how many
    progress   called with (done, total) after each case

    Raises SettingsError for an unknown method or track, PairsError when there are no cases, and ExtraMissing for
    a method whose package is not installed.
    """
    chosen = _available() if methods is None else _known(methods)
    cases = _limited(_on_tracks(find_cases(source), tracks), limit)
    jobs = [
        Job(case, seed, _fitting(chosen, case.track), settings or Settings())
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
    absent = missing() if methods is None else ()
    return Report(lines=summarize(scores), scores=scores, failures=failures, missing=absent)


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
    return _apart(photo, problem.truth, problem.core)


def corrected(problem: Problem, method: str, settings: Settings) -> Array:
    """Return the new code values of the garment's box: by a method of ours as in the pipeline, or by a peer."""
    garment, photo = problem.garment, problem.photo
    if method == WORN:
        worn = replace(settings, correct=replace(settings.correct, appearance="worn"))
        return correct(photo, garment, problem.target, worn, method=OURS).pixels
    if method in CORRECTORS:
        return correct(photo, garment, problem.target, settings, method=method).pixels
    peer = PEERS[method] if method in PEERS else library_peer(method)
    rows, columns = garment.box
    boxed = replace(garment, core=garment.core[rows, columns], alpha=garment.alpha[rows, columns])
    new = peer(to_lab(photo.part(garment.box), photo.profile), boxed, problem.reference)
    codes = from_lab(new, photo.profile, photo.dtype)
    return np.where(boxed.alpha[..., None] > 0, codes, photo.part(garment.box))


def _score(problem: Problem, method: str, before: float, settings: Settings) -> Score:
    photo, garment, case = problem.photo, problem.garment, problem.case
    pixels = corrected(problem, method, settings)
    after = decode(encode(photo, with_part(photo, garment.box, pixels), settings.write), photo.id)
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
        moved=float(np.median(_apart(photo, after, problem.core))),
        verdict=judge(measures, settings.limits, garment=garment, target=problem.target).verdict,
    )


def _apart(one: Photo, other: Photo, core: Mask) -> Array:
    """Return CIEDE2000 (n,) between two photos, pixel by pixel."""
    labs = [to_lab(photo.pixels[core][None], photo.profile) for photo in (one, other)]
    return np.asarray(delta_e_2000(*labs)[0])


def _failure(case: Case, method: str, error: ColorfastError) -> Failure:
    return Failure(case=case.id, data_set=case.data_set, track=case.track, method=method, error=str(error))


def _available() -> tuple[str, ...]:
    here = installed()
    return tuple(method for method in METHODS if method not in LIBRARIES or method in here)


def _known(methods: Sequence[str]) -> tuple[str, ...]:
    """Return the methods if all of them can be run."""
    for method in methods:
        if method not in METHODS:
            raise SettingsError("method", method, f"one of {', '.join(METHODS)}")
        if method in LIBRARIES:
            library_peer(method)
    return tuple(methods)


def _fitting(methods: Sequence[str], track: str) -> tuple[str, ...]:
    """Return the methods for a track: a reference in the photo's own light leaves nothing to foretell."""
    return tuple(method for method in methods if method != WORN or track in SHOT)


def _on_tracks(cases: Sequence[Case], tracks: Sequence[str]) -> Sequence[Case]:
    found = dict.fromkeys(case.track for case in cases)
    for track in tracks:
        if track not in found:
            raise SettingsError("track", track, f"one of {', '.join(found)}")
    return [case for case in cases if case.track in tracks] if tracks else cases


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
