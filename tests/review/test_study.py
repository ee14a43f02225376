import json
from collections import Counter

import pytest
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.review.errors import Moved, NothingToReview, Unknown
from colorfast.review.log import FileLog
from colorfast.review.study.questions import questions, read_arms
from colorfast.review.study.report import analyzed, text
from colorfast.review.study.votes import Vote, votes


def cast(*choices, metric=None):
    """Votes as (rater, question, won, lost); a method's measures are all 0 but where `metric` says otherwise."""
    plain = dict.fromkeys(
        ("delta_e_median", "delta_e_palette", "delta_e_p95", "structure", "ssim", "spill", "rim", "sci"), 0.0
    )
    given = metric or {}
    return [
        Vote(
            rater, asked, won, lost, {name: {**plain, **given.get((asked, name), {})} for name in (won, lost)}
        )
        for rater, asked, won, lost in choices
    ]


def test_every_rater_is_asked_everything_once_in_an_order_of_their_own(arms):
    rosa, max_ = questions(arms, "Rosa", 1), questions(arms, "Max", 1)
    assert len(rosa) == len({question.key for question in rosa}) == 3
    assert {question.key for question in rosa} == {question.key for question in max_}
    assert rosa == questions(arms, "Rosa", 1)
    assert any(questions(arms, "Rosa", seed) != rosa for seed in range(2, 9))


def test_a_method_is_as_often_left_as_right(arms):
    sides = Counter(question.left for rater in range(200) for question in questions(arms, str(rater), 1))
    assert abs(sides["classical"] - sides["hybrid"]) < 80  # of 600; 3.3 standard deviations


def test_a_question_is_answered_once(poll):
    poll.vote("Rosa", 0, "left")
    with pytest.raises(Moved, match="answered before"):
        poll.vote("Rosa", 0, "right")
    poll.vote("Max", 0, "right")
    assert poll.progress("Rosa") == (1, 1, 3)
    [first, _] = votes(poll.log)
    assert first.won == poll.asked("Rosa", 0).left


def test_a_study_ends(poll):
    for number in range(3):
        poll.vote("Rosa", number, "right")
    assert poll.progress("Rosa") == (None, 3, 3)
    with pytest.raises(Unknown):
        poll.vote("Rosa", 3, "left")


def test_folders_of_one_name_or_without_a_common_picture_are_refused(finished, tmp_path):
    with pytest.raises(NothingToReview, match="names must differ"):
        read_arms([finished, finished])
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "results.jsonl").write_text("")
    with pytest.raises(NothingToReview, match="same pairs"):
        read_arms([finished, tmp_path / "empty"])


def test_the_report_names_the_preferred_method_with_its_interval():
    found = analyzed(cast(*[("r", str(i), "new", "old") for i in range(15)], *[("r", "x", "old", "new")] * 5))
    best = found["methods"][0]
    assert (best["method"], best["won"], best["asked"]) == ("new", 15, 20)
    assert 0 < best["low"] < best["worth"] < best["high"]
    assert found["pairs"][0]["share"] == 0.75


def test_a_metric_that_sides_with_every_vote_has_a_correlation_of_1():
    spills = {(str(i), "new"): {"spill": float(i) - 3} for i in range(6)}
    choices = [
        (r, str(i), *(("new", "old") if i < 3 else ("old", "new"))) for i in range(6) for r in "ab" if i != 3
    ]
    found = {one["metric"]: one for one in analyzed(cast(*choices, metric=spills))["metrics"]}
    assert found["spill"]["agrees"]["share"] == 1
    assert found["spill"]["spearman"]["rho"] > 0.8
    assert "differ" in found["rim"]["spearman"]["why"]


def test_the_names_of_methods_do_not_change_a_correlation():
    def measured(a, b):
        spills = {(str(i), a): {"spill": float(i % 4)} for i in range(8)}
        choices = [("r", str(i), *((a, b) if i in (0, 1, 4, 6) else (b, a))) for i in range(8)]
        return next(
            one for one in analyzed(cast(*choices, metric=spills))["metrics"] if one["metric"] == "spill"
        )

    assert measured("a", "b") == measured("b", "a")


def test_agreement_counts_raters_on_the_same_question():
    found = analyzed(
        cast(*[(r, q, *(("a", "b") if q < "3" else ("b", "a"))) for r in "xyz" for q in "12345"])
    )
    assert found["agreement"] == {"fleiss_kappa": 1.0, "krippendorff_alpha": 1.0}


def test_a_report_without_votes_says_what_is_missing():
    found = analyzed([])
    assert "needs" in found["agreement"]["fleiss_kappa"]["why"]
    assert "0 votes of 0 raters" in text(found)


def test_the_command_prints_the_report(poll, tmp_path):
    for number in range(3):
        poll.vote("Rosa", number, "left")
    FileLog(tmp_path / "votes.sqlite").close()
    plain = CliRunner().invoke(cli, ["study", "report", str(tmp_path)])
    assert "3 votes of 1 raters on 3 questions" in plain.output
    told = CliRunner().invoke(cli, ["study", "report", str(tmp_path), "--json"])
    assert json.loads(told.output)["votes"] == 3


def test_the_command_says_when_there_are_no_votes(tmp_path):
    told = CliRunner().invoke(cli, ["study", "report", str(tmp_path)])
    assert told.exit_code == 4
    assert "[nothing-to-review]" in told.output
