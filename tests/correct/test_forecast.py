"""What is told of a correction without its truth."""

from __future__ import annotations

import numpy as np

from colorfast.color.distribution import palette_of, single_color
from colorfast.correct.forecast import FEATURES, TABLE, expected_error, features, forecast
from colorfast.correct.maps import unchanged


def shifted(lab):
    return lab + np.float32([8, 0, 0])


def test_there_is_a_row_for_every_feature():
    assert TABLE.shape == (len(FEATURES), 3)
    assert np.isfinite(TABLE).all()
    assert TABLE.any(axis=0).all()


def test_a_perfect_match_is_expected_nearer_the_truth_than_a_poor_one(solid, stripes):
    source, target = palette_of(solid + np.float32([5, 8, 0])), palette_of(solid)
    perfect = forecast(source, target, lambda lab: lab - np.float32([5, 8, 0]))
    poor = forecast(source, palette_of(stripes), unchanged)
    assert 0 <= perfect.error < 1 < poor.error
    assert perfect.risks == ()


def test_features_of_a_perfect_match_have_no_gap_and_nothing_left(solid):
    found = features(palette_of(solid), palette_of(solid), unchanged)
    assert np.exp(found[1:6]).max() < 0.6  # of which 0.3 is the least that a logarithm is taken of


def test_an_error_is_finite_and_not_negative_however_odd_the_palettes(solid):
    white, black = single_color(np.float32([100, 0, 0])), single_color(np.float32([0, 0, 0]))
    for target in (white, black, palette_of(solid)):
        for source in (white, palette_of(solid)):
            assert 0 <= expected_error(features(source, target, shifted)) < 1000


def test_a_color_that_the_reference_hides_is_named(stripes, solid):
    told = forecast(palette_of(stripes), palette_of(solid), unchanged)
    assert any(risk.startswith("reference: 6") for risk in told.risks)


def test_clipped_dark_and_neutral_garments_are_named(solid):
    def first_words(source, target):
        return {risk.split(":")[0] for risk in forecast(source, target, unchanged).risks}

    white, black, gray = (single_color(np.float32([L, 0, 0])) for L in (100, 5, 50))
    assert first_words(white, white) == {"clipped", "neutral"}
    assert "dark" in first_words(gray, black)
    assert first_words(gray, gray) == {"neutral"}
