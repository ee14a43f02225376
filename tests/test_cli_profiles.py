"""Depth, profile, metadata, opacity and every pixel that is no garment survive `colorfast correct`."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
import pyvips
from click.testing import CliRunner, Result

from colorfast.bench.pictures import made_pair
from colorfast.cli import cli
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.spaces import lab_to_linear
from colorfast.masks import erode
from colorfast.pipeline import process
from colorfast.read.image import read_photo
from colorfast.records import Pair
from colorfast.settings import Settings

PRIMARIES = {  # XYZ of red, green and blue under D50, from the profiles' published data
    "adobe": ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    "p3": ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}
D50 = (0.9642, 1.0, 0.8249)
SHIFT = np.array([-4.0, 9.0, -7.0], np.float32)  # Lab; the error that is corrected
SIZE = (256, 192)
WRITTEN = (0, 3)  # passed, or written to be reviewed


def profile_of(space: str) -> bytes:
    """Return a small ICC 2 display profile with gamma 2.2; ICC.1:2001-04, clause 6."""

    def xyz(values) -> bytes:
        return struct.pack(">4s4x3i", b"XYZ ", *(round(value * 65536) for value in values))

    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, PRIMARIES[space]), strict=True))
    curve = struct.pack(">4s4xIH2x", b"curv", 1, round(2.2 * 256))
    tags |= {b"wtpt": xyz(D50), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    start, table, body = 132 + 12 * len(tags), b"", b""
    for name, element in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(element))
        body += element
    head = struct.pack(">I4xI4s4s4s12x4s", start + len(body), 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    head += bytes(28) + struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def save(path: Path, pixels: np.ndarray, *, profile: bytes | None = None, interpretation="", **options):
    image = pyvips.Image.new_from_array(np.ascontiguousarray(pixels))
    usual = "rgb16" if pixels.dtype == np.uint16 else "srgb"
    image = image.copy(interpretation=interpretation or usual)
    if profile is not None:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    image.write_to_file(str(path), **options)


@pytest.fixture(scope="module")
def made():
    return made_pair("solid", SIZE)


@pytest.fixture
def write_pair(made, tmp_path):
    """Write a rendered garment, its color off by SHIFT, and its still life in any format and RGB space."""

    def write(suffix: str, dtype=np.uint8, space: str | None = None, **options) -> Pair:
        profile = None if space is None else profile_of(space)
        worn, flat = to_lab(made.worn, None), to_lab(made.flat, None)
        wrong = worn + SHIFT * made.worn_mask[..., None]
        names = {"photo": wrong, "reference": flat}
        for name, lab in names.items():
            pixels = from_lab(lab.astype(np.float32), profile, dtype)
            save(tmp_path / f"{name}{suffix}", pixels, profile=profile, **options)
        for name, mask in (("mask", made.worn_mask), ("reference_mask", made.flat_mask)):
            cv2.imwrite(str(tmp_path / f"{name}.png"), mask.astype(np.uint8) * 255)
        paths = {name: tmp_path / f"{name}{suffix}" for name in names}
        return Pair(
            id="photo", **paths, mask=tmp_path / "mask.png", reference_mask=tmp_path / "reference_mask.png"
        )

    return write


def correct(pair: Pair, out: Path) -> Result:
    args = ["correct", pair.reference, pair.photo, "-o", out, "--mask", pair.mask, "--json"]
    args += ["--reference-mask", pair.reference_mask] if pair.reference_mask else []
    return CliRunner().invoke(cli, [str(arg) for arg in args])


WIDE = [
    (".tif", np.uint16, "adobe", {}),
    (".tif", np.uint8, "adobe", {}),
    (".png", np.uint16, "p3", {}),
    (".jpg", np.uint8, "p3", {"Q": 95}),
    (".webp", np.uint8, "p3", {"Q": 95}),
    (".avif", np.uint8, "p3", {"Q": 90, "effort": 0}),
]


@pytest.mark.parametrize(("suffix", "dtype", "space", "options"), WIDE)
def test_profile_and_depth_come_back_and_the_color_is_corrected(
    write_pair, tmp_path, suffix, dtype, space, options
):
    pair, out = write_pair(suffix, dtype, space, **options), tmp_path / f"out{suffix}"
    ended = correct(pair, out)
    assert ended.exit_code in WRITTEN, ended.output
    before, after = (pyvips.Image.new_from_file(str(path)) for path in (pair.photo, out))
    assert after.get("icc-profile-data") == profile_of(space)
    assert (after.format, after.bands, after.width) == (before.format, 3, before.width)
    assert json.loads(ended.stdout)["metrics"]["delta_e_median"] < 1.5


@pytest.mark.parametrize(("suffix", "dtype"), [(".tif", np.uint16), (".png", np.uint8), (".png", np.uint16)])
def test_pixels_that_are_no_garment_keep_every_bit(write_pair, tmp_path, suffix, dtype):
    pair, out = write_pair(suffix, dtype, "adobe"), tmp_path / f"out{suffix}"
    correct(pair, out)
    before, after = read_photo(pair.photo), read_photo(out)
    outside = process(pair, Settings()).garment.alpha == 0
    np.testing.assert_array_equal(after.pixels[outside], before.pixels[outside])
    assert 0.3 < outside.mean() < 0.95
    assert (after.pixels[~outside] != before.pixels[~outside]).any()


def test_a_garment_beyond_srgb_stays_beyond_srgb(made, write_pair, tmp_path):
    pair, out, profile = write_pair(".jpg", space="p3", Q=95), tmp_path / "out.jpg", profile_of("p3")
    for name, picture, mask in (
        ("reference", made.flat, made.flat_mask),
        ("photo", made.worn, made.worn_mask),
    ):
        red, other = ((250, 20, 12), (205, 60, 60)), picture.astype(np.float32)
        shade = other.mean(axis=-1, keepdims=True) / other[mask].mean()
        cloth = np.clip(np.minimum(shade, 1.0) * red[name == "photo"], 0, 255)
        pixels = np.where(mask[..., None], cloth, other).round().astype(np.uint8)
        save(tmp_path / f"{name}.jpg", pixels, profile=profile, Q=98)
    assert correct(pair, out).exit_code in WRITTEN
    lab = to_lab(read_photo(out).pixels, profile)[erode(made.worn_mask, 4)]
    assert np.median(lab_to_linear(lab).min(axis=-1)) < -0.01


def test_exif_is_kept_and_the_orientation_applied_once(write_pair, tmp_path):
    pair, out = write_pair(".jpg", Q=95), tmp_path / "out.jpg"
    image = pyvips.Image.new_from_file(str(pair.photo)).rot270().copy_memory()
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Artist", "A. Name")
    image.write_to_file(str(pair.photo), Q=95)
    assert correct(pair, out).exit_code in WRITTEN
    after = pyvips.Image.new_from_file(str(out))
    assert (after.height, after.width) == SIZE
    assert after.get("orientation") == 1
    assert after.get("exif-ifd0-Artist").startswith("A. Name")


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_an_alpha_channel_comes_back_as_it_was(made, write_pair, tmp_path, suffix):
    pair, out = write_pair(suffix), tmp_path / f"out{suffix}"
    alpha = np.full(SIZE, 255, np.uint8)
    alpha[:40] = np.arange(SIZE[1]) + 30  # half transparent
    pixels = read_photo(pair.photo).pixels
    options = {"lossless": True, "exact": True} if suffix == ".webp" else {}
    save(pair.photo, np.dstack([pixels, alpha]), **options)
    assert correct(pair, out).exit_code in WRITTEN
    np.testing.assert_array_equal(read_photo(out).opacity, alpha)


def test_a_cmyk_jpeg_comes_back_as_srgb(write_pair, tmp_path):
    pair, out = write_pair(".jpg", Q=98), tmp_path / "out.jpg"
    image = pyvips.Image.new_from_file(str(pair.photo)).icc_transform("cmyk", input_profile="srgb")
    image.copy_memory().write_to_file(str(pair.photo), Q=98)
    ended = correct(pair, out)
    assert ended.exit_code in WRITTEN, ended.output
    after = pyvips.Image.new_from_file(str(out))
    assert (after.interpretation, after.bands) == ("srgb", 3)


def test_a_gray_jpeg_gets_the_color_of_its_reference(write_pair, tmp_path):
    pair, out = write_pair(".jpg", Q=98), tmp_path / "out.jpg"
    gray = pyvips.Image.new_from_file(str(pair.photo)).colourspace("b-w").copy_memory()
    gray.write_to_file(str(pair.photo), Q=98)
    assert correct(pair, out).exit_code in WRITTEN
    found = to_lab(read_photo(out).pixels, None)[erode(read_photo(pair.mask).pixels[..., 0] > 127, 4)]
    wanted = to_lab(read_photo(pair.reference).pixels, None)[
        erode(read_photo(pair.reference_mask).pixels[..., 0] > 127, 4)
    ]
    assert np.abs(np.median(found, axis=0) - np.median(wanted, axis=0)).max() < 4
