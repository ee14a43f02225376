"""GIMP palettes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.errors import SwatchError
from colorfast.swatch.gpl import read_gpl, write_gpl
from colorfast.swatch.records import Swatch

PATH = Path("brand.gpl")


def test_a_palette_as_gimp_writes_it_is_read():
    data = b"GIMP Palette\nName: Fall\nColumns: 4\n#\n123  45  38\tBurgundy red\n  0   0   0\n"
    found = read_gpl(data, PATH)
    assert [one.name for one in found] == ["Burgundy red", "#000000"]
    np.testing.assert_array_equal(lab_to_rgb(found[0].lab), [123, 45, 38])


def test_what_is_written_is_read_again_with_groups_before_names():
    lab = rgb_to_lab(np.array([1, 200, 30], np.uint8))
    data = write_gpl((Swatch(name="leaf\ngreen", lab=lab, group="dress"),), "my\npalette")
    assert data.splitlines()[:2] == [b"GIMP Palette", b"Name: my palette"]
    [found] = read_gpl(data, PATH)
    assert found.name == "dress leaf green"
    np.testing.assert_array_equal(lab_to_rgb(found.lab), [1, 200, 30])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "first line"),
        (b"JASC-PAL\n", "first line"),
        (b"GIMP Palette\n1 2\n", "line 2"),
        (b"GIMP Palette\n#\n1 2 300 x\n", "line 3: 300"),
        (b"GIMP Palette\n\xff\n", "not UTF-8"),
    ],
)
def test_a_broken_file_is_refused_with_a_reason(data, why):
    with pytest.raises(SwatchError, match=why):
        read_gpl(data, PATH)
