"""Palettes of collections of made people."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import MaskMismatch, SettingsError
from colorfast.read.image import DEFAULT_LIMITS
from colorfast.swatch.palette import PaletteSettings, palettes_of
from colorfast.swatch.photos import find_shots
from colorfast.swatch.sampling import Points, Sample, sample

NAVY, WINE = (30, 40, 90), (110, 20, 40)


def points(*colors, area=0.2):
    lab = np.array(colors, np.float32)
    return Points(lab, np.full(len(lab), area / len(lab), np.float32))


def samples_in(folder, labels):
    shots = find_shots(folder, labels)
    return [sample(shot, network="garment", classes="5", limits=DEFAULT_LIMITS) for shot in shots]


def named(found):
    return {one.name: one for one in found.palettes}


def test_clothes_skin_and_hair_have_the_colors_they_were_painted_in(wear, tmp_path):
    wear("a", NAVY)
    found = named(palettes_of(samples_in(tmp_path / "photos", tmp_path / "labels"), PaletteSettings()))
    assert set(found) == {"clothes", "skin", "hair"}
    [tone] = found["clothes"].tones
    assert delta_e_2000(tone.lab, rgb_to_lab(np.array(NAVY, np.uint8))) < 0.1
    assert tone.share == pytest.approx(1)


def test_every_photo_has_one_vote(wear, tmp_path):
    wear("a", NAVY), wear("b", WINE), wear("c", WINE)
    found = named(palettes_of(samples_in(tmp_path / "photos", tmp_path / "labels"), PaletteSettings()))
    assert [tone.share for tone in found["clothes"].tones] == pytest.approx([2 / 3, 1 / 3])
    assert found["clothes"].photos == 3


def test_labels_of_another_shape_are_refused(wear, tmp_path):
    wear("a", NAVY)
    from colorfast.segment.label_file import label_file

    labels = label_file(np.zeros((50, 90), np.uint8), ("background",))
    (tmp_path / "labels" / "a.png").write_bytes(labels)
    with pytest.raises(MaskMismatch):
        samples_in(tmp_path / "photos", tmp_path / "labels")


def test_a_class_gathers_its_types_and_a_type_that_is_a_slip_is_left_out():
    one = Sample({"upper": points((50, 0, 0)), "lower": points((20, 0, 0), area=0.01)}, "", "")
    found = named(palettes_of([one], PaletteSettings()))
    assert set(found) == {"clothes", "upper"}
    assert found["upper"].type_of == "clothes"
    assert [tone.share for tone in found["clothes"].tones] == pytest.approx([0.2 / 0.21, 0.01 / 0.21])


def test_a_color_that_comes_into_fashion_has_a_positive_slope():
    red, blue = (45, 60, 35), (35, 10, -45)
    shown = {"2022": (blue, blue), "2023": (blue, red), "2024": (red, red)}
    samples = [Sample({"clothes": points(color)}, year, "") for year, two in shown.items() for color in two]
    found = palettes_of(samples, PaletteSettings(by="year"))
    assert found.periods == ("2022", "2023", "2024")
    tones = sorted(found.palettes[0].tones, key=lambda tone: tone.lab[1])
    assert tones[1].trend == pytest.approx((0, 0.5, 1))
    assert [tone.change for tone in tones] == pytest.approx([-0.5, 0.5])


def test_folders_have_no_slope_and_photos_without_a_date_are_counted():
    samples = [Sample({"clothes": points((50, 0, 0))}, "", group) for group in ("b", "a")]
    assert palettes_of(samples, PaletteSettings(by="folder")).palettes[0].tones[0].change is None
    assert palettes_of(samples, PaletteSettings(by="year")).undated == 2


@pytest.mark.parametrize("wrong", [{"colors": 0}, {"apart": -1}, {"by": "week"}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(SettingsError):
        PaletteSettings(**wrong)


def test_no_name_stands_twice_in_a_class():
    shades = [(30 + k, 0, 0) for k in range(0, 40, 6)]
    found = palettes_of([Sample({"clothes": points(*shades)}, "", "")], PaletteSettings(apart=1))
    names = [tone.name for tone in found.palettes[0].tones]
    assert len(set(names)) == len(names) == len(shades)
