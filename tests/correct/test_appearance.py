"""As worn: the reference's palette moves by the natural difference, unless it is the photo's own light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.color.distribution import palette_of, single_color, weighted_median
from colorfast.color.profiles import from_lab
from colorfast.correct import CORRECTORS, CorrectSettings
from colorfast.correct.appearance import (
    FEATURES,
    MOST,
    TABLE,
    as_worn,
    features,
    find_map,
    moved,
    natural_difference,
    toward,
)
from colorfast.records import Photo


def photo(lab):
    """A photo of (64 · 64, 3) Lab."""
    return Photo(id="made", pixels=from_lab(lab.reshape(64, 64, 3), None, np.uint16))


WORN = CorrectSettings(appearance="worn", delta_e_target=0.1)


@pytest.fixture
def lit(solid):
    """The red cloth with its lights much brighter and its color off: another light, so no exact counterpart."""
    brighter = solid.copy()
    brighter[:, 0] = np.where(solid[:, 0] > 44, solid[:, 0] + 12, solid[:, 0])
    return palette_of(brighter + np.float32([0, -6, 5]))


def test_every_feature_has_a_row():
    found = features(single_color([50, 0, 0]), single_color([40, 1, 2]))
    assert len(found) == len(FEATURES) == len(TABLE)
    assert TABLE.shape[1] == 3


def test_features_are_what_their_names_say():
    named = dict(zip(FEATURES, features(single_color([56, 20, 0]), single_color([50, 30, 40])), strict=True))
    assert named["gap L"] == 6
    assert named["gap b × chroma"] == pytest.approx(-40 * 50 / 100)
    assert named["gap a × L"] == pytest.approx(-10 * 50 / 100)
    assert named["hue a"] == pytest.approx(30 / 53)
    assert named["soft gap a"] == named["low gap a"] == named["high gap a"] == pytest.approx(np.tanh(-10 / 4))


def test_low_and_high_gaps_see_the_ends_of_the_colors():
    two = np.float32([[20, 0, 0], [80, 0, 0]])
    wide = replace(single_color([50, 0, 0]), colors=two, weights=np.float32([0.5, 0.5]))
    named = dict(zip(FEATURES, features(wide, single_color([50, 0, 0])), strict=True))
    assert named["low gap L"] < -0.99
    assert named["high gap L"] > 0.99
    assert named["gap L"] == 0


def test_a_lighter_photo_is_taken_for_lighter_in_part():
    source, target = single_color([56, 20, 10]), single_color([50, 20, 10])
    difference = natural_difference(source, target)
    assert 0.5 < difference[0] < 5.5
    assert np.abs(difference[1:]).max() < 2


@pytest.mark.parametrize("color", [[90, 100, -100], [5, -60, 60], [100, 0, 0]])
def test_the_difference_is_bounded(color):
    difference = natural_difference(single_color(color), single_color([40, 10, 10]))
    assert np.linalg.norm(difference) <= MOST * 1.001


def test_the_same_light_is_matched_exactly(solid):
    wrong = solid + np.float32([3, -6, 5])
    color_map, _ = find_map(palette_of(wrong), palette_of(solid), WORN)
    np.testing.assert_allclose(color_map(wrong), solid, atol=1.0)


def test_another_light_ends_at_the_foretold_median(solid, lit):
    target = palette_of(solid)
    wanted = target.median + natural_difference(lit, target)
    color_map, _ = find_map(lit, target, WORN)
    points, weights = lit.points
    assert np.linalg.norm(wanted - target.median) > 0.5
    np.testing.assert_allclose(weighted_median(color_map(points), weights), wanted, atol=0.3)


def test_prints_reach_a_given_difference_and_keep_their_colors_apart(stripes):
    source = palette_of(stripes + np.float32([0, 5, -5]))
    target, difference = palette_of(stripes), np.float32([3, 1, 0])
    color_map, _ = toward(difference, source, target, WORN, trusted=0.0)
    apart = np.ptp(color_map(source.colors), axis=0) / np.ptp(target.colors, axis=0)
    np.testing.assert_allclose(apart, 1, atol=0.12)


def test_trust_mixes_the_exact_map_in(solid, lit):
    target = palette_of(solid)
    none, half, full = (
        toward(np.float32([5, 0, 0]), lit, target, WORN, trusted=share)[0](lit.colors)
        for share in (0.0, 0.5, 1.0)
    )
    np.testing.assert_allclose(half, (none + full) / 2, atol=1e-3)


def test_lightness_stays_when_it_is_not_to_be_corrected(solid, lit):
    color_map, _ = find_map(lit, palette_of(solid), replace(WORN, luminance=False))
    assert (color_map(lit.colors)[:, 0] == lit.colors[:, 0]).all()


def test_moving_a_palette_moves_median_and_colors_alike(solid):
    target = palette_of(solid)
    far = moved(target, np.float32([1, -2, 3]))
    for name in ("colors", "median", "fine"):
        change = getattr(far, name) - getattr(target, name)
        np.testing.assert_allclose(change, np.broadcast_to([1, -2, 3], change.shape), atol=1e-4)


def test_other_methods_aim_at_the_moved_palette(solid, lit):
    target = palette_of(solid)
    assert np.linalg.norm(as_worn(lit, target).median - target.median) > 0.5
    np.testing.assert_allclose(as_worn(palette_of(solid + 3), target).median, target.median, atol=0.1)


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_a_swatch_is_meant_exactly(method, solid, whole):
    picture, target = photo(solid), single_color([30, 20, -40])
    as_reference, worn = (
        CORRECTORS[method](picture, whole, target, CorrectSettings(appearance=each)).pixels
        for each in ("reference", "worn")
    )
    np.testing.assert_array_equal(worn, as_reference)


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_a_reference_that_is_worn_itself_is_matched_as_it_is(method, solid, whole):
    picture = photo(solid * 0.9 + 4)
    target = replace(palette_of(solid), on_person=True)
    as_reference, worn = (
        CORRECTORS[method](picture, whole, target, CorrectSettings(appearance=each)).pixels
        for each in ("reference", "worn")
    )
    np.testing.assert_array_equal(worn, as_reference)
