from dataclasses import replace

import numpy as np
import pytest

from colorfast.bench.scores import OURS, Report, Score, behind, summarize
from colorfast.bench.tables import quality_text

SCORE = Score(
    case="a",
    data_set="out",
    track="same",
    stratum="s",
    method="mkl",
    before=8.0,
    after=2.0,
    mean=2.2,
    ssim=0.97,
    rim=0.4,
    spill=0.0,
    moved=8.1,
    verdict="pass",
)


def report(*scores):
    return Report(lines=summarize(scores), scores=scores, failures=())


def both(ours, theirs, track="same"):
    return replace(SCORE, method=OURS, after=ours, track=track), replace(SCORE, after=theirs, track=track)


def test_shares_and_percentiles_are_over_pictures():
    scores = [replace(SCORE, case=str(i), after=after) for i, after in enumerate((0.5, 2.0, 4.0, 9.0))]
    line = summarize(scores)[0]
    assert (line.median, line.within_1, line.within_3, line.worse) == (3.0, 0.25, 0.5, 0.25)
    assert (line.mean, line.pixels) == (3.875, pytest.approx(2.2))
    assert line.p95 == pytest.approx(np.percentile([0.5, 2, 4, 9], 95))


def test_strata_have_lines_of_their_own():
    lines = summarize([SCORE, replace(SCORE, stratum="t", after=4.0)])
    assert [(line.stratum, line.median) for line in lines] == [("", 3.0), ("s", 2.0), ("t", 4.0)]


def test_ours_is_behind_a_peer_that_is_nearer_to_the_truth():
    lags = behind(summarize(both(2.5, 2.0)), ["mkl"])
    assert [(lag.peer, lag.figure, lag.by) for lag in lags] == [("mkl", "median", 0.5), ("mkl", "mean", 0.5)]


def test_ours_is_not_behind_where_the_printed_figures_agree():
    assert behind(summarize(both(2.003, 2.0)), ["mkl"]) == ()


def test_a_wrong_reference_is_judged_by_the_verdict_and_not_by_the_truth():
    assert behind(summarize(both(9.0, 2.0, track="wrong")), ["mkl"]) == ()


def test_the_text_says_where_ours_is_behind():
    text = quality_text(report(*both(2.5, 2.0)))
    assert f"{OURS} is behind in the median of same, out: mkl by 0.50" in text
    assert "is behind no peer" in quality_text(report(*both(1.5, 2.0)))


def test_the_table_of_wrong_references_shows_verdicts():
    scores = [replace(SCORE, track="wrong", case=v, verdict=v) for v in ("pass", "review", "review", "fail")]
    text = quality_text(report(*scores))
    assert "25.0 %  50.0 %  25.0 %   8.10" in text
    assert "behind" not in text


def test_missing_packages_are_named():
    assert "not installed: POT;" in quality_text(replace(report(SCORE), missing=("POT",)))
