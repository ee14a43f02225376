import itertools

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import linear_to_lab, rgb_to_lab
from colorfast.report.heatmap import BAND_COLORS, BAND_EDGES, band_shares, bands, heatmap, on_picture

# Deuteranopia at full severity, in linear sRGB. Machado, Oliveira & Fernandes 2009. doi:10.1109/TVCG.2009.113
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
ERROR_SHAPE = (60, 50)


def test_the_edge_of_a_band_belongs_to_the_better_one():
    found = bands(np.float32([0, 2, 2.001, 5, 5.001, 10, 10.001, 99]))
    assert found.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_shares_of_the_bands_sum_to_one():
    shares = band_shares(np.float32([1, 1, 3, 20]))
    np.testing.assert_allclose(shares, [0.5, 0.25, 0, 0.25], rtol=0, atol=1e-12)


def test_no_pixels_have_no_shares():
    assert band_shares(np.empty(0, np.float32)).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("band", range(4))
def test_the_garment_is_painted_in_the_color_of_its_band(garment, band):
    error = np.full(ERROR_SHAPE, (*BAND_EDGES, 20.0)[band], np.float32)
    painted = heatmap(np.full((640, 480, 3), 128, np.uint8), error, garment)
    middle = painted[320, 240].astype(float)
    assert np.abs(middle - BAND_COLORS[band]).max() < 30


def test_beside_the_garment_the_heatmap_is_gray(garment):
    picture = np.random.default_rng(1).integers(0, 256, (120, 90, 3), np.uint8)
    painted = heatmap(picture, np.full(ERROR_SHAPE, 9, np.float32), garment)
    assert np.ptp(painted[:20].astype(int), axis=2).max() == 0


def test_the_heatmap_has_the_shape_of_its_picture(garment):
    painted = heatmap(np.zeros((640, 480, 3), np.uint8), np.zeros(ERROR_SHAPE, np.float32), garment)
    assert painted.shape == (640, 480, 3)


def test_errors_beside_the_garment_do_not_bleed_into_it(garment):
    error = np.full(ERROR_SHAPE, 50, np.float32)
    error[10:50, 10:40] = 1
    spread, alpha = on_picture(error, garment, (60, 45))
    np.testing.assert_allclose(spread[alpha > 0.01], 1, rtol=0, atol=1e-3)


def test_bands_stay_apart_without_red_and_green_vision():
    seen = [rgb_to_lab(BAND_COLORS), linear_to_lab(_as_seen(BAND_COLORS))]
    for colors in seen:
        gaps = [delta_e_2000(a, b) for a, b in itertools.combinations(colors, 2)]
        assert min(gaps) > 15


def test_bands_differ_in_lightness():
    lightness = np.sort(rgb_to_lab(BAND_COLORS)[:, 0])
    assert np.diff(lightness).min() > 4


def _as_seen(colors):
    linear = (colors / 255 + 0.055) / 1.055
    return (linear**2.4 @ DEUTERANOPIA.T).clip(0, 1).astype(np.float32)
