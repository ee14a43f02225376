"""Libraries in tables, and colors by file and name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from colorfast.color.notation import parse_color
from colorfast.errors import ColorError, SwatchError, SwatchUnknown
from colorfast.swatch.library import library_in, read_library, target_of


@pytest.fixture
def brand(tmp_path):
    path = tmp_path / "brand.csv"
    path.write_text(
        "name,group,L,a,b\nBurgundy,Fall,32,33,22\nNavy,Fall,20,5,-30\nNavy,Spring,25,5,-30\n", "utf-8"
    )
    return path


def written(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    return read_library(path)


def test_a_swatch_is_found_by_its_name_whatever_its_case(brand):
    np.testing.assert_allclose(target_of(f"{brand}: burgundy ").lab, [32, 33, 22])


def test_a_group_tells_swatches_of_one_name_apart(brand):
    np.testing.assert_allclose(target_of(f"{brand}:spring/navy").lab, [25, 5, -30])
    with pytest.raises(SwatchUnknown, match="'Fall/Navy', 'Spring/Navy'"):
        target_of(f"{brand}:Navy")


def test_an_unknown_name_gets_the_nearest_ones(brand):
    with pytest.raises(SwatchUnknown, match="nearest names are 'Burgundy'"):
        target_of(f"{brand}:Burgandy")


def test_plain_colors_are_read_as_before():
    np.testing.assert_array_equal(target_of("#7b2d26").lab, parse_color("#7b2d26"))
    with pytest.raises(ColorError):
        target_of("burgundy")


def test_the_file_of_a_target_is_told_even_with_a_drive_letter():
    assert library_in("C:/brands/a.ase:Burgundy") == Path("C:/brands/a.ase")
    assert library_in("#7b2d26") is None
    assert library_in(None) is None


def test_spectra_in_percent_are_read_as_shares(tmp_path):
    header = ",".join(f"R{nm}" for nm in range(400, 701, 10))
    [found] = written(tmp_path, f"name,{header}\ngray,{','.join(['50'] * 31)}\n")
    np.testing.assert_allclose(found.lab, [76.0693, 0, 0], atol=1e-3)
    assert found.spectrum.values.max() == 0.5


def test_hex_values_are_srgb(tmp_path):
    [found] = written(tmp_path, "name,hex\nred,#7b2d26\n")
    np.testing.assert_array_equal(found.lab, parse_color("#7b2d26"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column name"),
        ("name,hex\n", "holds no colors"),
        ("name,hex\n,#123456\n", "row 2: no name"),
        ("name,hex\nred,#12345\n", "row 2, 'red': it has 5 digits"),
        ("name,L,a,b\nred,1,x,3\n", "row 2, 'red': a number is missing"),
        ("name,R400,R410\nred,1,1\n", "2 wavelengths"),
        ('name,hex\n"red,#123456\n', "row 2"),
    ],
)
def test_a_broken_table_is_refused_with_a_reason(tmp_path, text, why):
    with pytest.raises(SwatchError, match=why):
        written(tmp_path, text)


def test_a_missing_file_and_an_unknown_format_are_refused(tmp_path):
    with pytest.raises(SwatchError, match="No such file"):
        target_of(f"{tmp_path}/none.ase:Burgundy")
    with pytest.raises(SwatchError, match="ends in none of"):
        read_library(tmp_path / "brand.aco")
