import json
from dataclasses import replace
from pathlib import PureWindowsPath

import pytest

from colorfast.errors import MaskMismatch
from colorfast.records import Triplet
from colorfast.report.rows import failed_row, json_line, medians, tally, to_row, total_ms

KEYS = ["schema", "id", "verdict", "reasons", "method", "garment", "metrics", "timings_ms", "output"]
KEYS += ["write", "versions", "forecast"]
COLORS = {"delta_e_median", "delta_e_p95", "delta_e_palette"}
OTHERS = {"ssim", "structure", "spill", "rim", "sci", "seed", "triplet"}


def test_a_row_has_the_keys_of_the_contract(result):
    row = to_row(result, None)
    assert list(row) == KEYS
    assert set(row["metrics"]) == COLORS | OTHERS
    assert set(row["metrics"]["seed"]) == {"delta_e_median", "delta_e_p95", "ssim", "spill", "sci"}
    assert set(row["metrics"]["triplet"]) == {"before", "after", "improvement", "improvement_percent"}


def test_a_row_goes_through_json_unchanged(result):
    row = to_row(result, None)
    assert json.loads(json_line(row)) == row
    assert "\n" not in json_line(row)


def test_numbers_are_rounded_to_four_decimals_and_times_to_one(result):
    row = to_row(result, None)
    assert row["metrics"]["triplet"]["before"] == 6.2346
    assert row["timings_ms"] == {"read": 10.0, "correct": 20.0}


def test_the_pixels_of_a_garment_are_those_of_its_core(result):
    assert to_row(result, None)["garment"] == {"way": "mask", "confidence": 1.0, "pixels": 36 * 26}


def test_an_output_is_written_with_forward_slashes(result):
    assert to_row(result, PureWindowsPath("out\\a.jpg"))["output"] == "out/a.jpg"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_measurement_that_is_no_number_is_an_error(result, value):
    broken = replace(result, measures=replace(result.measures, spill=value))
    with pytest.raises(ValueError, match="spill"):
        to_row(broken, None)


def test_minus_zero_is_written_as_zero(result):
    measures = replace(result.measures, triplet=Triplet(before=1.0, after=1.00001))
    assert str(to_row(replace(result, measures=measures), None)["metrics"]["triplet"]["improvement"]) == "0.0"


def test_a_failed_row_has_the_same_keys_and_says_why(result):
    row = failed_row("7", MaskMismatch((10, 20), (30, 40)), method="ot")
    assert [key for key in row if key != "error"] == KEYS
    assert (row["verdict"], row["metrics"], row["garment"]) == ("fail", None, None)
    assert row["reasons"] == [row["error"]["message"]]
    assert row["error"]["code"] == "mask-size"
    assert json.loads(json_line(row)) == row


def test_the_tally_names_every_verdict(rows):
    assert tally(rows) == {"pass": 1, "review": 1, "fail": 2}
    assert tally([]) == {"pass": 0, "review": 0, "fail": 0}


def test_medians_leave_out_what_was_not_measured(rows):
    assert medians(rows) == {"before": 6.2346, "after": 6.5, "ms": 30.0}
    assert medians(rows[3:]) == {"before": None, "after": None, "ms": None}


def test_a_pair_that_was_not_timed_has_no_total(rows):
    assert total_ms(rows[0]) == 30.0
    assert total_ms(rows[3]) is None
