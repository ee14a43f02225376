"""What the quality benchmark found: scores of single pictures, and the lines of the printed table.

Every error is CIEDE2000 between delivered file and truth, pixel by pixel inside the garment's core.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from colorfast.records import Verdict

CLOSE, ACCEPTED = 1.0, 3.0  # CIEDE2000: hardly visible, and the project's limit for a pass
OURS = "hybrid"  # what the product does by default: held against the peers
PRINTED = 0.005  # smaller differences than half of the last printed digit are none
BY_VERDICT = ("wrong",)  # tracks without a truth to come near to: the verdict counts


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
    moved: float
    """Median CIEDE2000 between the photo and the delivered file inside the core."""
    verdict: Verdict
    """What the product says of the delivered file."""


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
    moved: float
    """Median over pictures of how far the garment's color was moved."""
    passed: float
    """Share of pictures with this verdict, 0..1; `review` and `failed` likewise."""
    review: float
    failed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """A peer that comes nearer to the truth than ours."""

    data_set: str
    track: str
    peer: str
    figure: str
    """Which column of `Line` is the better one: median or mean."""
    by: float
    """Difference in CIEDE2000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole benchmark."""

    lines: tuple[Line, ...]
    scores: tuple[Score, ...]
    failures: tuple[Failure, ...]
    missing: tuple[str, ...] = ()
    """Packages whose color transfers would stand beside ours if they were installed."""


def summarize(scores: Sequence[Score]) -> tuple[Line, ...]:
    """Return one line a set, track and method, then one a stratum, methods in the order they were run."""
    groups: dict[tuple[str, str, str, str], list[Score]] = {}
    for stratum_of in (lambda _: "", lambda score: score.stratum):
        for score in scores:
            key = (score.data_set, score.track, stratum_of(score), score.method)
            groups.setdefault(key, []).append(score)
    return tuple(_line(key, group) for key, group in groups.items())


def behind(lines: Sequence[Line], peers: Sequence[str]) -> tuple[Lag, ...]:
    """Return where one of the peers has the lower median or mean over the pictures of a track."""
    tracks: dict[tuple[str, str], dict[str, Line]] = {}
    for line in lines:
        if not line.stratum and line.track not in BY_VERDICT:
            tracks.setdefault((line.data_set, line.track), {})[line.method] = line
    return tuple(lag for found in tracks.values() for lag in _lags(found, peers))


def _lags(found: dict[str, Line], peers: Sequence[str]) -> Iterator[Lag]:
    ours = found.get(OURS)
    for peer in peers:
        if ours is None or peer not in found:
            continue
        for figure in ("median", "mean"):
            by = getattr(ours, figure) - getattr(found[peer], figure)
            if by >= PRINTED:
                yield Lag(data_set=ours.data_set, track=ours.track, peer=peer, figure=figure, by=by)


def _line(key: tuple[str, str, str, str], scores: Sequence[Score]) -> Line:
    after, before = (np.array([getattr(each, name) for each in scores]) for name in ("after", "before"))
    data_set, track, stratum, method = key
    verdicts = [each.verdict for each in scores]
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
        moved=float(np.median([each.moved for each in scores])),
        passed=verdicts.count("pass") / len(scores),
        review=verdicts.count("review") / len(scores),
        failed=verdicts.count("fail") / len(scores),
    )
