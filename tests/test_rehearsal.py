"""A rehearsal says what is likely to fail, as the correction then shows, and touches no file."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorfast.errors import SettingsError
from colorfast.pipeline import process
from colorfast.rehearsal import rehearse
from colorfast.report.rows import rehearsed_row, to_row
from colorfast.settings import Settings, override


def test_what_is_likely_to_pass_passes_with_the_error_that_was_foretold(pair):
    rehearsal, result = rehearse(pair), process(pair)
    assert (rehearsal.likely, result.judgement.verdict) == ("pass", "pass")
    assert rehearsed_row(rehearsal)["forecast"]["error"] == to_row(result, None)["forecast"]["error"]


def test_nothing_is_written(pair):
    before = {path: path.stat().st_mtime_ns for path in pair.photo.parent.iterdir()}
    rehearse(pair)
    assert {path: path.stat().st_mtime_ns for path in pair.photo.parent.iterdir()} == before


def test_another_garment_in_the_reference_is_foretold_and_then_reviewed(pair):
    picture = cv2.imread(str(pair.reference))
    cv2.imwrite(str(pair.reference), picture[..., [2, 1, 0]])
    rehearsal, result = rehearse(pair), process(pair)
    assert (rehearsal.likely, result.judgement.verdict) == ("review", "review")
    for reasons in (rehearsal.misses, result.judgement.reasons):
        assert any("another garment" in reason for reason in reasons)


def test_doubts_about_the_garment_are_told(pair):
    unsure = override(Settings(), {"limits": {"confidence": 1.0}})
    told = rehearse(replace(pair, mask=None), unsure)
    assert told.misses[0].startswith("garment: found with confidence")


def test_a_low_photo_and_a_jpeg_that_is_coded_anew_are_told(pair, tmp_path):
    coarse = tmp_path / "coarse.jpg"
    cv2.imwrite(str(coarse), cv2.imread(str(pair.photo)), [cv2.IMWRITE_JPEG_QUALITY, 60])
    risks = rehearse(replace(pair, photo=coarse)).forecast.risks
    assert {"resolution", "coding"} <= {risk.split(":")[0] for risk in risks}


def test_a_garment_of_few_pixels_is_told(pair, tmp_path):
    small = np.zeros(cv2.imread(str(pair.mask), cv2.IMREAD_GRAYSCALE).shape, np.uint8)
    small[70:95, 50:75] = 255
    cv2.imwrite(str(tmp_path / "small.png"), small)
    risks = rehearse(replace(pair, mask=tmp_path / "small.png")).forecast.risks
    assert any(risk.startswith("small:") for risk in risks)


def test_an_unknown_method_is_an_error(pair):
    with pytest.raises(SettingsError, match="method"):
        rehearse(replace(pair, method="magic"))
