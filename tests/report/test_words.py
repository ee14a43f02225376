import inspect
from dataclasses import asdict, fields

import pytest

from colorfast import errors
from colorfast.records import Measures, SeedMeasures
from colorfast.report.rows import failed_row
from colorfast.report.words import (
    AFTER_AN_ERROR,
    LOOK_AGAIN,
    METRICS,
    SEED_METRICS,
    broken_limits,
    limits_by_metric,
    next_steps,
)
from colorfast.verify.verdict import PRESETS, Limits


def test_every_measure_has_its_words():
    assert {m.key for m in METRICS} == {f.name for f in fields(Measures)} - {
        "seed",
        "triplet",
        "median_blind",
    }
    assert {m.key for m in SEED_METRICS} == {f"seed.{f.name}" for f in fields(SeedMeasures)}


def test_every_limit_of_the_settings_finds_its_metric():
    limits = asdict(Limits())
    judged = {m.limit for m in METRICS if m.limit}
    assert judged == set(limits) - {"definitions", "confidence", "move", "gross", "worse"}
    assert limits_by_metric(limits)["structure"] == limits["texture"]


def test_the_seed_preset_limits_the_seed_metrics_alone():
    found = limits_by_metric(asdict(PRESETS["seed"]))
    assert found == {"seed.delta_e_median": 3, "seed.delta_e_p95": 60, "seed.ssim": 0.9, "seed.spill": 0.5}


def test_every_judged_metric_says_what_to_do():
    assert all(m.advice.endswith(".") for m in (*METRICS, *SEED_METRICS) if m.limit)


def test_every_code_with_advice_is_the_code_of_an_error():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if hasattr(c, "code")]
    assert set(AFTER_AN_ERROR) <= {c.code for c in classes}


def test_a_metric_on_its_limit_keeps_it(rows):
    metrics = rows[0]["metrics"]
    assert broken_limits(rows[0], {"spill": metrics["spill"], "structure": metrics["structure"]}) == ()


@pytest.mark.parametrize(("key", "limit"), [("spill", 0.01), ("structure", 0.999), ("seed.ssim", 0.99)])
def test_a_limit_is_broken_on_the_bad_side_of_its_metric(rows, key, limit):
    assert [m.key for m in broken_limits(rows[0], {key: limit})] == [key]


def test_a_pass_needs_nothing_done(rows, run):
    assert next_steps(rows[0], run.limits) == ()


def test_each_broken_limit_brings_its_advice(rows, run):
    assert len(next_steps(rows[2], run.limits)) == 2
    assert "mask" in next_steps(rows[2], run.limits)[1]


def test_a_median_that_stands_for_no_color_is_not_called_broken(rows, run):
    blind = {**rows[2], "reasons": ["spill: ΔE00 4.2 in the worst tile, at most 1.0 wanted"]}
    assert len(next_steps(blind, run.limits)) == 1


def test_a_review_without_a_broken_limit_asks_for_a_look(rows):
    assert next_steps(rows[1], {}) == (LOOK_AGAIN,)


def test_an_unknown_error_still_gets_advice():
    assert next_steps(failed_row("1", errors.ColorfastError("?")), {})[0].endswith(".")


def test_a_doubted_reference_is_the_first_thing_to_look_at():
    reasons = ["reference: it may show another garment: …"]
    doubted = {"verdict": "review", "reasons": reasons, "metrics": None}
    assert "reference" in next_steps(doubted, {})[0]
