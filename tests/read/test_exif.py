"""What cameras say of exposure, whatever their units."""

from __future__ import annotations

import csv
import struct

import pytest

from colorfast.read.exif import Exposure, exposure_of, read_exposure
from colorfast.read.image import open_file
from colorfast.read.metadata import EXIF


def block(order: str = "<", *, offset: int = 26) -> bytes:
    """An EXIF block that holds an exposure time of 1/50 s, or a broken pointer to it."""
    mark = b"II" if order == "<" else b"MM"
    header = mark + struct.pack(order + "HI", 42, 8)
    entry = struct.pack(order + "HHHII", 1, 0x829A, 5, 1, offset) + struct.pack(order + "I", 0)
    return b"Exif\x00\x00" + header + entry + struct.pack(order + "II", 1, 50)


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_orders_of_bytes_are_read(order):
    assert read_exposure(block(order)).seconds == 0.02


@pytest.mark.parametrize("broken", [None, b"", b"Exif\x00\x00II", block()[:25], block(offset=9999)])
def test_a_broken_block_says_nothing(broken):
    assert read_exposure(broken) == Exposure()


def test_a_fraction_without_a_denominator_is_no_number():
    assert read_exposure(block()[:-4] + bytes(4)).seconds is None


def test_a_shutter_speed_is_stops_or_on_some_phones_seconds():
    assert exposure_of({"ShutterSpeedValue": 6}).seconds == 1 / 64
    assert exposure_of({"ShutterSpeedValue": "0.0166"}).seconds == 0.0166


def test_exposure_value_is_15_in_the_sun():
    sunny = {"ExposureTime": 1 / 128, "FNumber": 16, "ISOSpeedRatings": 100}
    assert exposure_of(sunny).value == 15


def test_brightness_that_is_an_exposure_value_loses_five_stops():
    said = {"ExposureTime": 1 / 64, "FNumber": 2, "ISOSpeedRatings": 100}  # exposure value 8
    assert exposure_of({**said, "BrightnessValue": 8.2}).brightness == pytest.approx(3.2)
    assert exposure_of({**said, "BrightnessValue": 3.2}).brightness == pytest.approx(3.2)


def test_brightness_of_zero_was_not_measured():
    assert exposure_of({"BrightnessValue": "0.0"}).brightness is None


def test_a_make_is_not_said_twice():
    assert exposure_of({"Make": "Canon", "Model": "Canon EOS 40D"}).camera == "Canon EOS 40D"


def test_real_cameras_are_read_as_another_reader_reads_them(data_dir):
    with (data_dir / "exif" / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["exposure_time"]]
    for row in rows:
        image = open_file(data_dir / "exif" / row["file"]).image
        found = read_exposure(image.get(EXIF))
        assert found.seconds == pytest.approx(float(row["exposure_time"]), rel=1e-3), row["file"]
        assert found.iso == (float(row["iso"]) if row["iso"] else None), row["file"]
