"""The colors of many photos, on worker processes where there are enough of them. Shots in, `Sampled` out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from colorfast.batch.pool import run_jobs
from colorfast.batch.work import named_error
from colorfast.errors import ColorfastError
from colorfast.settings import Settings
from colorfast.swatch.photos import Shot
from colorfast.swatch.sampling import Sample, sample

FEW = 64  # photos that are done before processes have started


class Job(NamedTuple):
    """One photo on its way to a worker."""

    shot: Shot
    network: str
    classes: str
    settings: Settings


class Sampled(NamedTuple):
    """One photo's colors, or why it has none."""

    shot: Shot
    sample: Sample | None
    error: ColorfastError | None


def sample_all(
    shots: Sequence[Shot], *, network: str, classes: str, settings: Settings, workers: int
) -> Iterator[Sampled]:
    """Yield each photo as it is done, in any order; see `sample` for the rest."""
    jobs = [Job(shot, network, classes, settings) for shot in shots]
    if workers == 1 or len(jobs) <= FEW:
        for job in jobs:
            try:
                yield Sampled(job.shot, work(job), None)
            except ColorfastError as error:
                yield Sampled(job.shot, None, error)
        return
    with closing(run_jobs(work, iter(jobs), workers, settings.batch)) as finished:
        for one in finished:
            ended = None if one.error is None else named_error(one.job.shot.photo.name, one.error)
            yield Sampled(one.job.shot, one.result, ended)


def work(job: Job) -> Sample:
    """Do one photo."""
    return sample(job.shot, network=job.network, classes=job.classes, limits=job.settings.read)
