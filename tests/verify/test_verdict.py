"""Limits, presets and the sentences of the verdict."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from colorfast.errors import NotANumber, SettingsError
from colorfast.records import Garment, Measures, Palette, SeedMeasures, Triplet
from colorfast.verify.verdict import PRESETS, Limits, judge

SEED = SeedMeasures(delta_e_median=1.0, delta_e_p95=20.0, ssim=0.97, spill=0.1, sci=0.01)
GOOD = Measures(
    delta_e_median=1.0, delta_e_p95=4.0, delta_e_palette=2.0, ssim=0.98, structure=0.98, spill=0.2, rim=0.5,
    sci=0.97, seed=SEED, triplet=Triplet(before=8.0, after=1.0),
)  # fmt: skip
GARMENT = Garment(
    core=np.ones((4, 4), bool), alpha=np.ones((4, 4), np.float32), way="mask", confidence=1.0,
    box=(slice(0, 4), slice(0, 4)),
)  # fmt: skip

COLORS = np.float32([[30, 40, 20], [70, 0, 5]])
PRINT = Palette(colors=COLORS, weights=np.float32([0.7, 0.3]), median=COLORS[0])


def found(**measured):
    return judge(replace(GOOD, **measured))


def test_a_picture_that_keeps_every_limit_passes_without_a_reason():
    assert judge(GOOD, garment=GARMENT) == judge(GOOD)
    assert (judge(GOOD).verdict, judge(GOOD).reasons) == ("pass", ())


def test_lost_texture_is_told_with_number_and_limit():
    reason = "texture: structure 0.85 inside the garment, at least 0.90 wanted"
    assert (found(structure=0.85).verdict, found(structure=0.85).reasons) == ("review", (reason,))


@pytest.mark.parametrize(
    ("measure", "value", "quality"),
    [("delta_e_median", 3.5, "color"), ("delta_e_palette", 6, "palette"), ("delta_e_p95", 13, "palette"),
     ("spill", 1.5, "spill"), ("rim", 3, "rim"), ("sci", 0.5, "coherence")],
)  # fmt: skip
def test_each_limit_that_is_narrowly_missed_asks_for_a_review(measure, value, quality):
    judgement = found(**{measure: value})
    assert judgement.verdict == "review"
    assert [reason.split(":")[0] for reason in judgement.reasons] == [quality]


@pytest.mark.parametrize(("measure", "value"), [("spill", 3.5), ("rim", 7.5), ("structure", 0.6)])
def test_gross_damage_fails(measure, value):
    assert found(**{measure: value}).verdict == "fail"


def test_a_color_that_is_wrong_and_worse_than_before_fails():
    judgement = found(delta_e_median=9.0, triplet=Triplet(before=7.5, after=9.0))
    assert judgement.verdict == "fail"
    assert judgement.reasons == (
        "color: median ΔE00 9.0 to the target, 7.5 before the correction, at most 3.0 wanted",
    )


def test_a_color_that_is_worse_but_right_passes():
    assert found(delta_e_median=2.5, triplet=Triplet(before=0.5, after=2.5)).verdict == "pass"


def test_a_solid_garment_off_by_a_median_of_5_does_not_pass():
    assert found(delta_e_median=5.0, triplet=Triplet(before=9.0, after=5.0)).verdict == "review"


def test_where_the_median_is_blind_the_palette_is_held_to_the_color_limit():
    assert found(delta_e_median=30.0, median_blind=True).verdict == "pass"
    reason = "color: mean ΔE00 3.5 over the palette of several colors, at most 3.0 wanted"
    assert found(delta_e_palette=3.5, median_blind=True).reasons == (reason,)


def test_a_garment_from_the_heuristic_is_reviewed():
    judgement = judge(GOOD, garment=replace(GARMENT, way="heuristic"))
    assert judgement.reasons == ("garment: found by the heuristic of last resort; check the mask",)


def test_a_garment_that_was_hardly_found_is_reviewed():
    judgement = judge(GOOD, garment=replace(GARMENT, way="color_prior", confidence=0.3))
    assert judgement.reasons == ("garment: found with confidence 0.30, at least 0.50 wanted",)


def test_the_seeds_preset_judges_the_seeds_measures_alone():
    assert judge(replace(GOOD, spill=9.0, rim=9.0, sci=0.0), PRESETS["seed"]).verdict == "pass"


@pytest.mark.parametrize(
    ("measure", "value"), [("delta_e_median", 3.1), ("delta_e_p95", 61.0), ("ssim", 0.89), ("spill", 0.6)]
)
def test_each_of_the_seeds_limits_is_kept(measure, value):
    seed = replace(SEED, **{measure: value})
    assert judge(replace(GOOD, seed=seed), PRESETS["seed"]).verdict == "review"


def test_nan_is_an_error_not_a_verdict():
    with pytest.raises(NotANumber, match="rim is nan"):
        judge(replace(GOOD, rim=float("nan")))
    with pytest.raises(NotANumber, match=r"seed\.sci"):
        judge(replace(GOOD, seed=replace(SEED, sci=float("inf"))))


@pytest.mark.parametrize(
    ("name", "value"),
    [("color", -1), ("texture", 1.1), ("coherence", -0.1), ("gross", 0.5), ("definitions", "ours"),
     ("spill", float("nan")), ("confidence", 2)],
)  # fmt: skip
def test_limits_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(SettingsError) as error:
        Limits(**{name: value})
    assert error.value.key == f"limits.{name}"


def test_every_limit_is_read():
    """Each limit, set to its strictest, takes a picture's pass away; `gross` and `worse` decide on failing."""
    middling = replace(GOOD, structure=0.95, triplet=Triplet(before=0.5, after=1.0))
    strict = {
        f.name: 1.0 if f.name in ("texture", "coherence", "confidence") else 0.0 for f in fields(Limits)
    }
    for name in strict.keys() - {"definitions", "gross", "worse"}:
        shy = replace(GARMENT, confidence=0.9)
        judged = judge(middling, Limits(**{name: strict[name]}), garment=shy, target=PRINT)
        assert judged.verdict != "pass"


def test_a_garment_far_from_the_reference_is_looked_at_since_that_may_show_another():
    far = replace(GOOD, triplet=Triplet(before=31.0, after=1.0))
    judged = judge(far, target=PRINT)
    assert judged.verdict == "review"
    assert "another garment" in judged.reasons[0]


def test_where_all_shades_agree_a_reference_may_be_twice_as_far():
    agreeing = replace(GOOD, delta_e_palette=0.5, triplet=Triplet(before=16.0, after=0.3))
    assert judge(agreeing, target=PRINT).verdict == "pass"
    assert judge(replace(agreeing, triplet=Triplet(before=31.0, after=0.3)), target=PRINT).verdict == "review"


def test_a_color_that_was_given_cannot_be_of_another_garment():
    far = replace(GOOD, triplet=Triplet(before=31.0, after=1.0))
    assert judge(far, target=replace(PRINT, colors=PRINT.colors[:1])).verdict == "pass"


def test_medians_that_stand_for_no_color_tell_nothing_of_another_garment():
    far = replace(GOOD, triplet=Triplet(before=31.0, after=1.0), median_blind=True)
    assert judge(far, target=PRINT).verdict == "pass"
