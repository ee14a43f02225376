from dataclasses import replace

import numpy as np
import pytest

from colorfast.bench.degrade import generator
from colorfast.bench.pictures import made_pair
from colorfast.bench.scenarios import (
    DARK,
    EXPOSURE,
    LIGHT,
    SCENARIOS,
    core_colors,
    darkened,
    fine_stripes,
    half,
    other_shares,
    stripes_from_near,
    too_narrow,
    too_wide,
    unevenly_lit,
)
from colorfast.color.profiles import to_lab
from colorfast.color.spaces import lab_to_linear
from colorfast.masks import dilate, erode
from colorfast.records import Photo


@pytest.fixture(scope="module")
def pair():
    made = {kind: made_pair(kind, (256, 192)) for kind in ("solid", "print", "white")}
    return {
        kind: (Photo(id=kind, pixels=each.worn.astype(np.uint16) * 257), each.worn_mask)
        for kind, each in made.items()
    }


def rng(seed=1):
    return generator(seed, "test")


def light(photo, where):
    return lab_to_linear(to_lab(photo.pixels[where][None], photo.profile))[0].mean(axis=1)


def test_a_darkened_garment_has_its_share_of_the_light(pair):
    photo, mask = pair["solid"]
    core = erode(mask, 2)
    ratio = light(darkened(photo, mask, rng()), core) / light(photo, core)
    np.testing.assert_allclose(ratio, DARK, atol=2e-3)


def test_uneven_light_spans_its_range_and_is_smooth(pair):
    photo, mask = pair["solid"]
    core = erode(mask, 2)
    ratio = light(unevenly_lit(photo, mask, rng()), core) / light(photo, core)
    assert LIGHT[0] - 0.01 < ratio.min() < 0.85
    assert 1.1 < ratio.max() < LIGHT[1] + 0.01


def test_uneven_light_does_not_burn_out_a_white_garment(pair):
    photo, mask = pair["white"]
    lit = unevenly_lit(photo, mask, rng())
    assert (lit.pixels[mask].max(axis=1) == 65535).mean() < 0.02


@pytest.mark.parametrize("change", [darkened, unevenly_lit, fine_stripes])
def test_nothing_beyond_the_soft_edge_is_touched(pair, change):
    photo, mask = pair["print"]
    far = ~dilate(mask, 3)
    np.testing.assert_array_equal(change(photo, mask, rng()).pixels[far], photo.pixels[far])


def test_half_a_garment_is_half_its_pixels_at_another_exposure(pair):
    photo, mask = pair["solid"]
    found = half(photo, mask, rng())
    whole = core_colors(photo, mask)
    assert 0.45 < len(found) / len(whole) < 0.6
    ratio = np.median(lab_to_linear(found), axis=0) / np.median(lab_to_linear(whole), axis=0)
    assert EXPOSURE[0] - 0.06 < ratio.min() <= ratio.max() < EXPOSURE[1] + 0.06


def test_other_shares_show_less_of_one_color_and_all_of_the_other(pair):
    photo, mask = pair["print"]
    whole, found = core_colors(photo, mask), other_shares(photo, mask, rng())
    assert 0.2 < len(found) / len(whole) < 0.9
    assert np.linalg.norm(found.mean(axis=0) - whole.mean(axis=0)) > 5


def test_stripes_from_near_are_further_apart_than_stripes_at_the_limit(pair):
    photo, mask = pair["solid"]
    far = core_colors(fine_stripes(photo, mask, rng()), mask)
    near = stripes_from_near(photo, mask, rng())
    assert near[:, 0].std() > 1.1 * far[:, 0].std()
    np.testing.assert_allclose(*(lab_to_linear(lab).mean(axis=0) for lab in (near, far)), atol=0.02)


def test_a_wide_mask_holds_the_true_one_and_a_narrow_one_lies_in_it(pair):
    mask = pair["solid"][1]
    wide, narrow = too_wide(mask), too_narrow(mask)
    assert (wide >= mask).all()
    assert (narrow <= mask).all()
    assert wide.sum() > mask.sum() > narrow.sum()


@pytest.mark.parametrize("name", [name for name, each in SCENARIOS.items() if each.shown])
def test_the_same_generator_draws_the_same_reference(pair, name):
    photo, mask = pair["print"]
    shown = SCENARIOS[name].shown
    np.testing.assert_array_equal(shown(photo, mask, rng()), shown(photo, mask, rng()))


def test_a_scenario_leaves_the_photo_it_is_given_alone(pair):
    photo, mask = pair["print"]
    kept = replace(photo, pixels=photo.pixels.copy())
    unevenly_lit(photo, mask, rng())
    fine_stripes(photo, mask, rng())
    np.testing.assert_array_equal(photo.pixels, kept.pixels)
