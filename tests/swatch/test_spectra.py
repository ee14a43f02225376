"""Spectra look as the CIE says they do."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.swatch.records import Spectrum
from colorfast.swatch.spectra import LAMPS, OBSERVERS, lab_of, metamerism, white_of

# Chromaticities of the lamps: CIE 15:2004, tables T.3 and T.8.2; four decimals where five were not printed
PRINTED = {
    ("D65", 2): (0.31272, 0.32903),
    ("D65", 10): (0.31382, 0.33100),
    ("A", 2): (0.44758, 0.40745),
    ("A", 10): (0.45117, 0.40594),
    ("F11", 2): (0.3805, 0.3769),
    ("F11", 10): (0.3854, 0.3711),
}
FLAT = Spectrum(400.0, 10.0, np.full(31, 0.5))


def gray_with(bump, at):
    nm = np.arange(400, 701, 10)
    return Spectrum(400.0, 10.0, 0.4 + bump * np.exp(-(((nm - at) / 25) ** 2)))


@pytest.mark.parametrize(("lamp", "observer"), PRINTED)
def test_lamps_have_the_chromaticities_that_the_cie_prints(lamp, observer):
    xyz = white_of(lamp, observer)
    np.testing.assert_allclose((xyz / xyz.sum())[:2], PRINTED[lamp, observer], atol=1e-4)


@pytest.mark.parametrize("observer", OBSERVERS)
@pytest.mark.parametrize("lamp", LAMPS)
def test_a_flat_spectrum_is_neutral_under_every_lamp(lamp, observer):
    np.testing.assert_allclose(lab_of(FLAT, lamp=lamp, observer=observer), [76.0693, 0, 0], atol=1e-3)


def test_a_spectrum_that_reflects_long_waves_is_red_and_more_so_under_a():
    red = Spectrum(400.0, 10.0, np.where(np.arange(400, 701, 10) > 600, 0.7, 0.05))
    assert lab_of(red)[1] > 40
    assert lab_of(red, lamp="A")[0] > lab_of(red)[0]


def test_a_spectrum_is_no_metamer_of_itself():
    assert metamerism(FLAT, FLAT) == (0, 0, 0)


def matched(values, goal):
    """Add three bumps to a reflectance so that it looks like the goal in daylight: Newton's method."""
    bumps = np.stack([gray_with(1, at).values - 0.4 for at in (450, 540, 620)])
    for _ in range(20):
        found = lab_of(Spectrum(400.0, 10.0, values)).astype(float)
        slopes = [(lab_of(Spectrum(400.0, 10.0, values + 1e-3 * one)) - found) / 1e-3 for one in bumps]
        values = values + np.linalg.solve(np.array(slopes).T, lab_of(goal) - found) @ bumps
    return Spectrum(400.0, 10.0, values)


def test_two_spectra_that_match_in_daylight_may_part_under_other_lamps():
    goal = gray_with(0.2, 480)
    found = metamerism(matched(gray_with(0.2, 590).values, goal), goal)
    assert found.d65 < 0.05
    assert min(found.a, found.f11) > 0.5
