"""CxF files, written out as the schema lays them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import SwatchError
from colorfast.swatch.cxf import read_cxf

PATH = Path("brand.cxf")
NAMESPACE = "http://colorexchangeformat.com/CxF3-core"
LAB = '<cc:ColorCIELab ColorSpecification="s"><cc:L>32</cc:L><cc:A>33</cc:A><cc:B>22</cc:B></cc:ColorCIELab>'
SRGB = "<cc:ColorSRGB><cc:R>123</cc:R><cc:G>45</cc:G><cc:B>38</cc:B></cc:ColorSRGB>"


def spectrum(values, start='StartWL="400"'):
    numbers = " ".join(map(str, values))
    return f'<cc:ReflectanceSpectrum ColorSpecification="s" {start}>{numbers}</cc:ReflectanceSpectrum>'


def light(illuminant="D65", observer="2_Degree", waves=""):
    return (
        '<cc:ColorSpecification Id="s"><cc:TristimulusSpec>'
        f"<cc:Illuminant>{illuminant}</cc:Illuminant><cc:Observer>{observer}</cc:Observer>"
        f"</cc:TristimulusSpec><cc:MeasurementSpec>{waves}</cc:MeasurementSpec></cc:ColorSpecification>"
    )


def file(values, specification="", head=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<cc:CxF xmlns:cc="{NAMESPACE}"><cc:Resources>'
        '<cc:ObjectCollection><cc:Object ObjectType="Standard" Name="Burgundy" Id="1"><cc:ColorValues>'
        f"{values}</cc:ColorValues></cc:Object></cc:ObjectCollection><cc:ColorSpecificationCollection>"
        f"{specification}</cc:ColorSpecificationCollection></cc:Resources></cc:CxF>"
    ).encode()


def test_lab_under_d65_is_taken_as_it_is():
    [found] = read_cxf(file(LAB, light()), PATH)
    assert (found.name, found.group, found.note) == ("Burgundy", "Standard", "")
    np.testing.assert_allclose(found.lab, [32, 33, 22])


def test_lab_under_d50_is_adapted_and_says_so():
    [found] = read_cxf(file(LAB, light("D50")), PATH)
    assert "D50" in found.note
    assert 0.3 < np.abs(found.lab - [32, 33, 22]).max() < 6


def test_lab_for_another_observer_says_so():
    assert "10_Degree" in read_cxf(file(LAB, light("D65", "10_Degree")), PATH)[0].note


def test_a_spectrum_wins_over_lab():
    [found] = read_cxf(file(LAB + spectrum([0.5] * 31), light()), PATH)
    np.testing.assert_allclose(found.lab, [76.0693, 0, 0], atol=1e-3)
    assert found.spectrum.step == 10


def test_the_measurement_tells_where_a_spectrum_begins_and_its_steps():
    waves = '<cc:WavelengthRange StartWL="380" Increment="20"/>'
    [found] = read_cxf(file(spectrum([0.5] * 18, start=""), light(waves=waves)), PATH)
    assert (found.spectrum.start, found.spectrum.step) == (380, 20)


def test_srgb_is_read_where_there_is_nothing_better():
    [found] = read_cxf(file(SRGB), PATH)
    np.testing.assert_allclose(found.lab, rgb_to_lab(np.array([123, 45, 38], np.uint8)), atol=1e-3)


def test_an_object_without_a_color_is_no_swatch():
    assert read_cxf(file(""), PATH) == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no XML"),
        (b"<a>", "no XML"),
        (b"<svg/>", "root element is 'svg'"),
        (file(LAB, head='<!DOCTYPE x [<!ENTITY e "boom">]>'), "document type"),
        (file(LAB, head='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "document type"),
        (file("<cc:ColorCIELab><cc:L>32</cc:L></cc:ColorCIELab>"), "not three numbers"),
        (file(LAB.replace("32", "nan")), "is no color"),
        (file(SRGB.replace("123", "256")), "from 0 to 255"),
        (file(spectrum([0.5] * 3)), "3 samples"),
        (file(spectrum(["x"] * 31)), "no number"),
        (file(spectrum([0.5] * 31, start="")), "shows no color"),
        (file(spectrum([40] * 31)), "from 0 to 1"),
    ],
)
def test_a_broken_file_is_refused_with_a_reason(data, why):
    with pytest.raises(SwatchError, match=why):
        read_cxf(data, PATH)
