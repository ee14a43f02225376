"""Each method brings a garment with a known error back, and does nothing that was not asked."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import palette_of, single_color
from colorfast.color.profiles import from_lab, to_lab
from colorfast.correct import CORRECTORS, CorrectSettings
from colorfast.errors import SettingsError
from colorfast.records import Photo


def picture(lab):
    """Lay (n, 3) Lab out as a square picture, plane by plane in memory."""
    side = int(len(lab) ** 0.5)
    return np.ascontiguousarray(lab.T.reshape(3, side, side), np.float32).transpose(1, 2, 0)


def photo(lab):
    """A photo of a picture in Lab, in 16 bits: nothing is lost."""
    return Photo(id="made", pixels=from_lab(lab, None, np.uint16))


def corrected(method, before, whole, target, settings):
    """What a method makes of a picture, in Lab."""
    return to_lab(CORRECTORS[method](photo(before), whole, target, settings).pixels)


def wrong(lab):
    """A generator's error: darker, grayer, turned in hue."""
    out = np.array(lab)
    out[..., 0] = (lab[..., 0] + 16) * np.float32(0.9) - 16
    out[..., 1] = 0.8 * lab[..., 1] - 4
    out[..., 2] = 0.85 * lab[..., 2] + 5
    return out


def error_after(method, truth, whole, **settings):
    before, target = picture(wrong(truth)), palette_of(truth)
    after = corrected(method, before, whole, target, CorrectSettings(method=method, **settings))
    return float(np.median(delta_e_2000(after, picture(truth))))


@pytest.mark.parametrize(("method", "most"), [("classical", 2.0), ("ot", 0.8), ("hybrid", 0.3)])
def test_a_solid_garment_gets_its_color_back(method, most, solid, whole):
    assert error_after(method, solid, whole) <= most


@pytest.mark.parametrize(("method", "most"), [("ot", 0.8), ("hybrid", 0.3)])
def test_a_striped_garment_gets_each_color_back(method, most, stripes, whole):
    assert error_after(method, stripes, whole) <= most


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_a_right_garment_is_left_as_it_is(method, stripes, whole):
    after = corrected(method, picture(stripes), whole, palette_of(stripes), CorrectSettings())
    assert float(np.median(delta_e_2000(after, picture(stripes)))) <= 0.25


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_strength_zero_changes_nothing(method, solid, whole):
    before, settings = photo(picture(wrong(solid))), CorrectSettings(strength=0)
    after = CORRECTORS[method](before, whole, palette_of(solid), settings).pixels
    np.testing.assert_array_equal(after, before.pixels)


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_without_luminance_lightness_stays(method, solid, whole):
    before = picture(wrong(solid))
    after = corrected(method, before, whole, palette_of(solid), CorrectSettings(luminance=False))
    np.testing.assert_allclose(after[..., 0], before[..., 0], atol=5e-3)  # 16-bit codes
    assert float(np.abs(np.median(after - picture(solid), axis=(0, 1))[1:]).max()) < 3


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_gray_cloth_stays_gray(method, solid, whole):
    gray = solid * np.float32([1, 0.01, 0.01])
    before = picture(gray * np.float32([0.85, 1, 1]))
    after = corrected(method, before, whole, palette_of(gray), CorrectSettings())
    assert np.hypot(after[..., 1], after[..., 2]).max() < 2


@pytest.mark.parametrize("method", sorted(CORRECTORS))
def test_a_target_color_moves_the_median_and_keeps_the_folds(method, solid, whole):
    before, color = picture(solid), np.float32([30, 20, -40])
    after = corrected(method, before, whole, single_color(color), CorrectSettings(method=method))
    assert float(delta_e_2000(np.median(after, axis=(0, 1)), color)) <= 2.6
    assert after[..., 0].std() > 0.5 * before[..., 0].std()


def test_shares_of_a_worn_print_may_differ_from_the_still_life(stripes, whole):
    shown = np.concatenate([stripes[stripes[:, 0] > 70][:200], stripes[stripes[:, 0] < 70]])
    before = picture(wrong(stripes))
    after = corrected("hybrid", before, whole, palette_of(shown), CorrectSettings())
    assert float(np.median(delta_e_2000(after, picture(stripes)))) <= 3.2


def test_a_color_that_the_reference_does_not_show_stays(stripes, whole):
    white = stripes[:, 0] > 70
    before = picture(wrong(stripes))
    after = corrected("hybrid", before, whole, palette_of(stripes[~white]), CorrectSettings()).reshape(-1, 3)
    truth = picture(stripes).reshape(-1, 3)
    np.testing.assert_allclose(after[white], before.reshape(-1, 3)[white], atol=0.5)
    assert float(np.median(delta_e_2000(after[~white], truth[~white]))) <= 1.0


def test_the_input_is_not_written_to(solid, whole):
    before = photo(picture(wrong(solid)))
    kept = before.pixels.copy()
    CORRECTORS["hybrid"](before, whole, palette_of(solid), CorrectSettings())
    np.testing.assert_array_equal(before.pixels, kept)


def test_steps_tell_how_near_the_medians_came(solid, whole):
    before, target = photo(picture(wrong(solid))), palette_of(solid)
    steps = CORRECTORS["hybrid"](before, whole, target, CorrectSettings()).steps
    assert [step.name for step in steps[:3]] == ["as it is", "colors matched", "distributions matched"]
    assert steps[0].delta_e > 5 > 1 > steps[-1].delta_e


@pytest.mark.parametrize(
    ("key", "value"),
    [("method", "magic"), ("strength", 1.5), ("delta_e_target", 0), ("reach", -1), ("edge_width", 0)],
)
def test_settings_out_of_range_are_refused_by_name(key, value):
    with pytest.raises(SettingsError, match=f"correct.{key}"):
        CorrectSettings(**{key: value})
