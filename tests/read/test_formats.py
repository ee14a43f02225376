"""Formats are told by content, and names are held against it."""

from pathlib import Path

import pytest

from colorfast.read.formats import describe_foreign, format_of, is_animated, is_lossy, name_disagrees


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("jpeg", {}, "jpeg"),
        ("png", {}, "png"),
        ("tiff", {}, "tiff"),
        ("tiff", {"bigtiff": True}, "tiff"),
        ("webp", {}, "webp"),
        ("heif", {"compression": "av1", "effort": 0}, "avif"),
    ],
)
def test_a_format_is_told_by_its_first_bytes(save, noise, kind, options, expected):
    assert format_of(save(noise(), kind, **options)) == expected


def test_brands_tell_heif_from_avif():
    general = b"\0\0\0\x1cftypmif1\0\0\0\0mif1%smiaf"
    assert format_of(general % b"avif") == "avif"
    assert format_of(general % b"heic") == "heif"
    assert format_of(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom") is None


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"GIF89a", "GIF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"<!DOCTYPE html>", "web page"),
        (b'  {"error": 404}', "error message"),
        (b"\x00\x01\x02\x03", "no picture"),
    ],
)
def test_foreign_content_is_described_with_a_remedy(content, word):
    said = describe_foreign(content)
    assert word in said
    assert ";" in said


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.jfif", "a"])
def test_names_that_fit_their_content_agree(name):
    assert name_disagrees(Path(name), "jpeg") is None


def test_avif_may_be_named_heif():
    assert name_disagrees(Path("a.heic"), "avif") is None


def test_a_wrong_name_is_answered_with_the_right_one():
    assert "rename it to shirt.png" in (name_disagrees(Path("shirt.jpg"), "png") or "")


def test_a_raw_file_is_no_tiff():
    assert ".cr2" in (name_disagrees(Path("shirt.CR2"), "tiff") or "")


def test_an_animated_png_is_told_before_its_pixels(save, noise):
    still = save(noise(), "png")
    moving = still[:33] + b"\0\0\0\x08acTL" + bytes(12) + still[33:]
    assert is_animated(moving, "png")
    assert not is_animated(still, "png")


def test_lossless_webp_is_told_from_lossy(save, noise):
    assert not is_lossy(save(noise(), "webp", lossless=True), "webp")
    assert is_lossy(save(noise(), "webp"), "webp")
