"""Color maps as .cube files: what is baked, written and read, and what is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.lut import bake, read_cube, write_cube
from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.errors import LutError, WriteError

HALF_A_DIGIT = 6e-7  # six decimals are written, and read as float32


def warmer(lab):
    return lab + np.float32([2, 5, 8])


def applied(lut, rgb):
    """Trilinear interpolation of sRGB (n, 3), 0..1."""
    at = rgb * (len(lut) - 1)
    low = np.minimum(at.astype(int), len(lut) - 2)
    share = at - low
    out = np.zeros_like(rgb)
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, share, 1 - share), axis=1)
        out += weight[:, None] * lut[tuple((low + corner).T)]
    return out


def test_doing_nothing_bakes_to_the_identity():
    lut = bake(lambda lab: lab, 9)
    assert lut.shape == (9, 9, 9, 3)
    np.testing.assert_allclose(lut[4, 1, 8], [0.5, 0.125, 1], atol=1e-5)


def test_a_baked_map_does_what_the_map_does():
    rgb = np.random.default_rng(0).uniform(0.2, 0.8, (2000, 3)).astype(np.float32)
    far = delta_e_2000(rgb_to_lab(applied(bake(warmer), rgb)), warmer(rgb_to_lab(rgb)))
    assert far.max() < 0.3


def test_a_baked_color_outside_the_gamut_keeps_its_hue():
    lut = bake(lambda lab: lab * np.float32([1, 3, 3]), 3)
    assert lut.min() >= 0
    assert lut.max() <= 1


def test_a_cube_file_comes_back_as_it_was(tmp_path):
    lut = bake(warmer, 5)
    write_cube(tmp_path / "warm.cube", lut, "warm")
    np.testing.assert_allclose(read_cube(tmp_path / "warm.cube"), lut, rtol=0, atol=HALF_A_DIGIT)


def test_a_cube_file_reads_as_resolve_wants_it(tmp_path):
    lut = np.zeros((2, 2, 2, 3), np.float32)
    lut[1, 0, 0] = [1, 0.5, 0.25]
    write_cube(tmp_path / "x.cube", lut, 'a "red"\ncoat')
    lines = (tmp_path / "x.cube").read_text().splitlines()
    assert lines[:2] == ["TITLE \"a 'red' coat\"", "LUT_3D_SIZE 2"]
    assert lines[2:5] == ["DOMAIN_MIN 0.0 0.0 0.0", "DOMAIN_MAX 1.0 1.0 1.0", ""]
    assert lines[5:8] == ["0.000000 0.000000 0.000000", "1.000000 0.500000 0.250000", lines[5]]


def test_a_file_of_another_program_is_read(tmp_path):
    path = tmp_path / "other.cube"
    path.write_text("# made elsewhere\nLUT_3D_SIZE 2\nLUT_3D_INPUT_RANGE 0.0 1.0\n" + "0 0.5 1e0\n" * 8)
    np.testing.assert_array_equal(read_cube(path)[1, 1, 1], [0, 0.5, 1])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "LUT_3D_SIZE must be given"),
        ("LUT_3D_SIZE 1\n0 0 0\n", "from 2 to 256"),
        ("LUT_3D_SIZE two\n", "from 2 to 256"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", "LUT_1D_SIZE is not understood"),
        ("LUT_3D_SIZE 2\n0 0 0\n", "1 colors and 8 are needed"),
        ("LUT_3D_SIZE 2\n" + "0 0\n" * 8, "needed"),
        ("LUT_3D_SIZE 2\n" + "0 0 1x\n" * 8, "not a number"),
        ("LUT_3D_SIZE 2\n" + "0 0 -inf\n" * 8, "not finite"),
        ("LUT_3D_SIZE 2\nDOMAIN_MAX 2 2 2\n" + "0 0 0\n" * 8, "DOMAIN_MAX is 2 2 2"),
        ("LUT_3D_SIZE 2\nDOMAIN_MIN a b c\n" + "0 0 0\n" * 8, "DOMAIN_MIN is a b c"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(tmp_path, text, why):
    path = tmp_path / "bad.cube"
    path.write_text(text)
    with pytest.raises(LutError, match=why):
        read_cube(path)


def test_what_is_no_text_or_no_file_is_refused(tmp_path):
    (tmp_path / "picture.cube").write_bytes(b"\x89PNG\xff\xfe\x00")
    for name in ("picture.cube", "none.cube", "."):
        with pytest.raises(LutError):
            read_cube(tmp_path / name)
    with pytest.raises(WriteError):
        write_cube(tmp_path / "none" / "x.cube", bake(warmer, 2), "x")


def test_applying_a_table_agrees_with_the_map_on_a_picture():
    picture = cv2.resize(np.random.default_rng(1).integers(60, 190, (4, 4, 3), dtype=np.uint8), (32, 32))
    by_table = applied(bake(warmer, 33), picture.reshape(-1, 3) / 255).reshape(32, 32, 3)
    by_map = lab_to_rgb(warmer(rgb_to_lab(picture)), np.float32)
    np.testing.assert_allclose(by_table, by_map, atol=0.005)


@pytest.mark.parametrize(("size", "most"), [(33, 0.3), (65, 0.1)])
def test_another_program_reads_the_cube_and_colors_as_the_map_does(tmp_path, size, most):
    ocio = pytest.importorskip("PyOpenColorIO")
    write_cube(tmp_path / "x.cube", bake(warmer, size), "warmer")
    transform = ocio.FileTransform(str(tmp_path / "x.cube"), interpolation=ocio.INTERP_TETRAHEDRAL)
    rgb = np.random.default_rng(0).uniform(0.2, 0.8, (20000, 3)).astype(np.float32)
    found = rgb.copy()
    ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB(found)
    assert delta_e_2000(rgb_to_lab(found), warmer(rgb_to_lab(rgb))).max() < most
