"""Adobe Swatch Exchange files, laid out byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import SwatchError
from colorfast.swatch.ase import read_ase, write_ase
from colorfast.swatch.records import Swatch

PATH = Path("brand.ase")


def text(name):
    encoded = name.encode("utf-16-be") + b"\0\0"
    return struct.pack(">H", len(encoded) // 2) + encoded


def block(kind, body=b""):
    return struct.pack(">HI", kind, len(body)) + body


def color(name, model, *values):
    return block(1, text(name) + model + struct.pack(f">{len(values)}fH", *values, 0))


def file(*blocks, count=None):
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(blocks) if count is None else count) + b"".join(blocks)


def read(*blocks):
    return read_ase(file(*blocks), PATH)


def test_rgb_is_srgb():
    [found] = read(color("Burgundy", b"RGB ", 123 / 255, 45 / 255, 38 / 255))
    assert found.name == "Burgundy"
    np.testing.assert_allclose(found.lab, rgb_to_lab(np.array([123, 45, 38], np.uint8)), atol=1e-3)


def test_lab_is_under_d50_and_white_and_gray_stay_neutral():
    [white, gray] = read(color("white", b"LAB ", 1, 0, 0), color("gray", b"LAB ", 0.5, 0, 0))
    np.testing.assert_allclose(white.lab, [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(gray.lab, [50, 0, 0], atol=0.01)


def test_gray_goes_from_black_to_white():
    [black, white] = read(color("k", b"Gray", 0), color("w", b"Gray", 1))
    np.testing.assert_allclose([black.lab, white.lab], [(0, 0, 0), (100, 0, 0)], atol=0.01)


def test_cmyk_is_read_as_a_usual_press_prints_it_and_says_so():
    [paper, red] = read(color("paper", b"CMYK", 0, 0, 0, 0), color("red", b"CMYK", 0, 1, 1, 0))
    np.testing.assert_allclose(paper.lab, [100, 0, 0], atol=1)
    assert red.lab[1] > 50
    assert "CMYK" in red.note


def test_groups_hold_the_swatches_between_their_begin_and_end():
    inner = color("a", b"Gray", 0.5)
    found = read(block(0xC001, text("Fall")), inner, block(0xC002), color("b", b"Gray", 0.5))
    assert [(one.group, one.name) for one in found] == [("Fall", "a"), ("", "b")]


def test_names_may_be_in_any_script_and_unknown_blocks_are_skipped():
    found = read(block(0x0007, b"what"), color("红 \U0001f9e3", b"Gray", 0.5))
    assert found[0].name == "红 \U0001f9e3"


def test_what_is_written_is_read_again():
    given = tuple(
        Swatch(name=n, lab=np.array(lab, np.float32), group=g)
        for n, lab, g in (("a", (32, 33, 22), "x"), ("b", (50, 120, -90), "x"), ("c", (90, 0, 0), ""))
    )
    found = read_ase(write_ase(given), PATH)
    assert [(one.name, one.group) for one in found] == [(one.name, one.group) for one in given]
    np.testing.assert_allclose([one.lab for one in found], [one.lab for one in given], atol=0.05)


def test_another_reader_opens_what_is_written(tmp_path):
    swatch = pytest.importorskip("swatch", reason="the second reader is not installed")
    lab = rgb_to_lab(np.array([123, 45, 38], np.uint8))
    path = tmp_path / "a.ase"
    path.write_bytes(write_ase((Swatch(name="Burgundy", lab=lab, group="Fall"), Swatch(name="b", lab=lab))))
    [group, alone] = swatch.parse(str(path))
    assert (group["name"], group["swatches"][0]["name"], alone["name"]) == ("Fall", "Burgundy", "b")
    assert group["swatches"][0]["data"]["mode"] == "RGB"
    np.testing.assert_allclose(
        group["swatches"][0]["data"]["values"], np.array([123, 45, 38]) / 255, atol=1e-4
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "begin with ASEF"),
        (b"%PDF-1.7", "begin with ASEF"),
        (b"ASEF\0\1", "within its header"),
        (b"ASEF\0\2\0\0\0\0\0\0", "version is 2"),
        (file(count=3), "0 of 3 blocks"),
        (file(color("a", b"RGB ", 0, 0, 0))[:-4], "and then ends"),
        (file(color("a", b"HSB ", 0, 0, 0)), "unknown color model 'HSB '"),
        (file(color("a", b"RGB ", float("nan"), 0, 0)), "is no color"),
        (file(block(1, text("a") + b"RGB " + bytes(4))), "no room for the 3 numbers"),
        (file(block(1, b"\xff\xff")), "longer than the block"),
        (file(block(0xC001, b"\0\1\xd8\0")), "not UTF-16"),
        (file(block(1)), "longer than the block"),
    ],
)
def test_a_broken_file_is_refused_with_a_reason(data, why):
    with pytest.raises(SwatchError, match=why) as caught:
        read_ase(data, PATH)
    assert "brand.ase" in str(caught.value)
