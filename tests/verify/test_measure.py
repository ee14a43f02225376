"""All measures at once: their ranges, and inputs that cannot be measured."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from colorfast.color.distribution import single_color
from colorfast.errors import MaskMismatch, MaskTooSmall, NotAligned, SettingsError
from colorfast.records import Photo, Window
from colorfast.verify import VerifySettings, judge, measure
from colorfast.verify.view import mean_codes


def test_a_picture_compared_with_itself_has_lost_nothing(solid):
    found = measure(solid.right, solid.right, solid.garment, solid.target)
    assert (found.ssim, found.structure, found.sci) == pytest.approx((1, 1, 1), abs=1e-4)
    assert (found.spill, found.rim, found.seed.spill) == pytest.approx((0, 0, 0), abs=1e-3)
    assert found.delta_e_median < 0.1


def test_measures_are_plain_floats(solid):
    found = asdict(solid.measure(solid.right))
    assert found.pop("median_blind") is False
    flat = [*found.pop("seed").values(), *found.pop("triplet").values(), *found.values()]
    assert {type(value) for value in flat} == {float}


def test_nothing_is_written_to_the_inputs(solid):
    before = solid.before.pixels.copy()
    solid.measure(solid.right)
    np.testing.assert_array_equal(solid.before.pixels, before)


def test_a_swatch_does_not_send_a_shaded_garment_to_review(solid):
    swatch = single_color(solid.target.median)
    judgement = judge(measure(solid.before, solid.right, solid.garment, swatch))
    assert judgement.verdict == "pass"


def test_a_swatch_rejects_the_old_color(solid):
    swatch = single_color(solid.target.median)
    assert judge(measure(solid.before, solid.before, solid.garment, swatch)).verdict != "pass"


def test_a_picture_of_another_size_is_refused_in_numbers(solid):
    with pytest.raises(NotAligned, match="100x90 and the photo 288x384"):
        solid.measure(Photo(id="small", pixels=np.zeros((90, 100, 3), np.uint8)))


def test_a_mask_of_another_size_is_refused(solid):
    garment = replace(solid.garment, core=solid.garment.core[1:])
    with pytest.raises(MaskMismatch):
        measure(solid.before, solid.right, garment, solid.target)


def test_an_empty_core_is_refused(solid):
    garment = replace(solid.garment, core=np.zeros_like(solid.garment.core))
    with pytest.raises(MaskTooSmall):
        measure(solid.before, solid.right, garment, solid.target)


@pytest.mark.parametrize(("name", "value"), [("nodes", 4), ("reached", 0), ("reached", float("nan"))])
def test_settings_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(SettingsError) as error:
        VerifySettings(**{name: value})
    assert error.value.key == f"verify.{name}"


def test_sixteen_bits_measure_as_eight(solid):
    deep = [replace(p, pixels=p.pixels.astype(np.uint16) * 257) for p in (solid.before, solid.right)]
    first = solid.measure(solid.right)
    second = measure(*deep, solid.garment, solid.target)
    assert second.delta_e_median == pytest.approx(first.delta_e_median, abs=0.02)
    assert second.structure == pytest.approx(first.structure, abs=1e-3)


def test_a_large_picture_measures_as_its_small_self(solid):
    def enlarged(picture):
        return replace(picture, pixels=picture.pixels.repeat(5, axis=0).repeat(5, axis=1))

    core, alpha = (
        plane.repeat(5, axis=0).repeat(5, axis=1) for plane in (solid.garment.core, solid.garment.alpha)
    )
    box = tuple(slice(5 * span.start, 5 * span.stop) for span in solid.garment.box)
    garment = replace(solid.garment, core=core, alpha=alpha, box=box)
    found = measure(enlarged(solid.before), enlarged(solid.before), garment, solid.target)
    small = solid.measure(solid.before)
    assert found.delta_e_median == pytest.approx(small.delta_e_median, abs=0.05)
    assert found.delta_e_palette == pytest.approx(small.delta_e_palette, abs=0.2)
    assert (found.spill, found.rim) == (0, 0)
    assert found.structure == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_large_box_is_averaged_over_squares(dtype):
    codes = np.random.default_rng(3).integers(0, np.iinfo(dtype).max + 1, (60, 50, 3)).astype(dtype)
    box = slice(5, 53), slice(7, 43)
    squares = codes[box].astype(np.float64).reshape(8, 6, 6, 6, 3).mean(axis=(1, 3))
    wanted = squares * (65535 / np.iinfo(dtype).max)
    np.testing.assert_allclose(mean_codes(Window(codes, box), 6), wanted, atol=0.51)
