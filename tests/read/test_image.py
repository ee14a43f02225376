"""Photos are read as they are, or refused by name."""

import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
import pyvips

from colorfast.errors import FileMissing, NotAPicture, ReadError, SettingsError, TooLarge
from colorfast.read.image import ReadLimits, _damage, decode, read_photo


def giant_png(width, height, bits=8):
    """Return a PNG whose header promises width x height gray pixels, with next to no content."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(bytes(10_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + packed + chunk(b"IEND", b"")


LOSSLESS = [("png", np.uint8), ("png", np.uint16), ("tiff", np.uint8), ("tiff", np.uint16)]


@pytest.mark.parametrize(("kind", "dtype"), LOSSLESS)
def test_lossless_pixels_come_in_unchanged(save, noise, kind, dtype):
    pixels = noise(dtype)
    photo = decode(save(pixels, kind), "a")
    assert (photo.format, photo.pixels.dtype) == (kind, pixels.dtype)
    np.testing.assert_array_equal(photo.pixels, pixels)


@pytest.mark.parametrize(("kind", "dtype"), LOSSLESS)
def test_the_alpha_channel_becomes_the_opacity(save, noise, kind, dtype):
    pixels = noise(dtype, 4)
    photo = decode(save(pixels, kind), "a")
    np.testing.assert_array_equal(photo.pixels, pixels[..., :3])
    np.testing.assert_array_equal(photo.opacity, pixels[..., 3])


@pytest.mark.parametrize(("kind", "options"), [("jpeg", {}), ("webp", {}), ("heif", {"compression": "av1"})])
def test_lossy_pixels_come_in_near(save, noise, kind, options):
    pixels = noise()
    photo = decode(save(pixels, kind, Q=98, **options), "a")
    assert photo.lossy
    assert np.abs(photo.pixels.astype(int) - pixels).mean() < 12


def test_pixels_are_contiguous_and_writable_for_the_kernels(save, noise):
    for bands in (1, 3, 4):
        pixels = decode(save(noise(bands=bands), "png"), "a").pixels
        assert pixels.flags.c_contiguous
        assert pixels.flags.writeable


def test_the_id_is_the_name_of_the_file(tmp_path, save, noise):
    path = tmp_path / "on-model-7.png"
    path.write_bytes(save(noise(), "png"))
    assert read_photo(path).id == "on-model-7.png"
    assert decode(path.read_bytes(), "shop/7").id == "shop/7"


def test_a_name_without_a_suffix_is_read_by_its_content(tmp_path, save, noise):
    path = tmp_path / "photo"
    path.write_bytes(save(noise(), "webp"))
    assert read_photo(path).format == "webp"


def test_one_pixel_is_a_picture():
    data = pyvips.Image.black(1, 1, bands=3).pngsave_buffer()
    assert decode(data, "a").size == (1, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("bands", [1, 2])
def test_gray_becomes_rgb_with_equal_channels(save, noise, dtype, bands):
    pixels = noise(dtype, bands)
    photo = decode(save(pixels, "png"), "a")
    np.testing.assert_array_equal(photo.pixels, np.repeat(pixels[..., :1], 3, axis=2))
    assert (photo.opacity is not None) == (bands == 2)
    assert photo.profile is None


def test_gray_with_its_own_profile_goes_through_it(save, gray_profile):
    linear = np.full((8, 8, 1), 55, np.uint8)  # a share of 0.2157 of the light, sRGB code 128
    photo = decode(save(linear, "png", blocks={"icc-profile-data": gray_profile}), "a")
    assert np.abs(photo.pixels.astype(int) - 128).max() <= 1
    assert photo.profile is None


def test_palette_and_one_bit_become_8_bit_rgb(save, noise):
    palette = decode(save(noise() // 64 * 64, "png", palette=True), "a")
    one_bit = decode(save(np.eye(16, dtype=np.uint8)[..., None] * 255, "png", bitdepth=1), "a")
    assert palette.pixels.dtype == one_bit.pixels.dtype == np.uint8
    assert set(np.unique(one_bit.pixels)) == {0, 255}


@pytest.mark.parametrize("kind", ["jpeg", "tiff"])
@pytest.mark.parametrize("embedded", [True, False])
def test_cmyk_becomes_srgb_through_its_profile(save, cmyk_profile, kind, embedded):
    red = np.tile(np.array([0, 255, 255, 0], np.uint8), (16, 16, 1))
    blocks = {"icc-profile-data": cmyk_profile} if embedded else {}
    photo = decode(save(red, kind, interpretation="cmyk", blocks=blocks), "a")
    r, g, b = photo.pixels.reshape(-1, 3).mean(axis=0)
    assert photo.pixels.shape == (16, 16, 3)
    assert r > 200
    assert max(g, b) < 70
    assert photo.profile is None


def test_paper_white_of_cmyk_becomes_white(save, cmyk_profile):
    white = np.zeros((16, 16, 4), np.uint8)
    photo = decode(save(white, "tiff", interpretation="cmyk", blocks={"icc-profile-data": cmyk_profile}), "a")
    assert photo.pixels.min() >= 254


def test_16_bit_cmyk_keeps_its_depth(save, noise):
    assert decode(save(noise(np.uint16, 4), "tiff", interpretation="cmyk"), "a").pixels.dtype == np.uint16


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "webp"])
def test_an_rgb_profile_is_kept_byte_by_byte(save, noise, wide_profile, kind):
    assert decode(save(noise(), kind, blocks={"icc-profile-data": wide_profile}), "a").profile == wide_profile


def test_a_profile_of_another_class_is_left_behind(save, noise, cmyk_profile, gray_profile):
    for profile in (cmyk_profile, gray_profile, b"nonsense" * 40):
        data = save(noise(), "tiff", blocks={"icc-profile-data": profile})
        assert decode(data, "a").profile is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
def test_orientation_is_applied_as_libvips_does(save, noise, orientation, kind):
    data = save(noise(), kind, fields={"orientation": orientation})
    expected = pyvips.Image.new_from_buffer(data, "").autorot().numpy()
    photo = decode(data, "a")
    np.testing.assert_array_equal(photo.pixels, expected)
    assert photo.size == ((53, 37) if orientation > 4 else (37, 53))


def test_10_bits_are_stretched_to_white(save):
    white = np.full((16, 16, 3), 65535, np.uint16)
    photo = decode(save(white, "heif", compression="av1", bitdepth=10, lossless=True), "a")
    assert photo.pixels.min() == 65535


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileMissing, match=r"gone\.jpg: there is no such file"):
        read_photo(tmp_path / "gone.jpg")


def test_a_folder_is_no_photo(tmp_path):
    with pytest.raises(FileMissing, match="this is a folder"):
        read_photo(tmp_path)


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "a.jpg").touch()
    with pytest.raises(NotAPicture, match=r"a\.jpg: the file is empty"):
        read_photo(tmp_path / "a.jpg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ReadError, match="no regular file"):
        read_photo(tmp_path / "a.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    (tmp_path / "a.png").touch(mode=0o000)
    with pytest.raises(ReadError, match="Permission denied"):
        read_photo(tmp_path / "a.png")


def test_a_png_renamed_jpg_is_refused_by_name(tmp_path, save, noise):
    (tmp_path / "a.jpg").write_bytes(save(noise(), "png"))
    with pytest.raises(
        NotAPicture, match=r"a\.jpg: its name says JPEG, its content is PNG; rename it to a\.png"
    ):
        read_photo(tmp_path / "a.jpg")


def test_text_is_no_picture(tmp_path):
    (tmp_path / "a.jpg").write_text("<html>404</html>")
    with pytest.raises(NotAPicture, match="web page"):
        read_photo(tmp_path / "a.jpg")


FORMATS = [
    ("jpeg", {}),
    ("png", {}),
    ("tiff", {}),
    ("webp", {}),
    ("heif", {"compression": "av1", "effort": 0}),
]


@pytest.mark.parametrize(("kind", "options"), FORMATS)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 0.95])
def test_a_truncated_file_is_refused(save, noise, kind, options, share):
    whole = save(noise(h=200, w=300), kind, **options)
    with pytest.raises(NotAPicture, match="truncated or damaged"):
        decode(whole[: int(len(whole) * share)], "a")


@pytest.mark.parametrize("lost", [2, 3, 10, 100, 1000])
def test_a_jpeg_that_lacks_a_few_bytes_is_refused(save, noise, lost):
    with pytest.raises(NotAPicture, match="JPEG is truncated"):
        decode(save(noise(h=200, w=300), "jpeg")[:-lost], "a")


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_damage_inside_is_refused(save, noise, kind):
    whole = bytearray(save(noise(h=200, w=300), kind, compression=6 if kind == "png" else "lzw"))
    whole[len(whole) // 2 : len(whole) // 2 + 40] = bytes(40)
    with pytest.raises(NotAPicture, match="damaged"):
        decode(bytes(whole), "a")


def test_heif_that_cannot_be_decoded_here_is_not_called_damaged():
    error = pyvips.Error(
        "unable to call", "heif: Support for this compression format has not been built in: HEVC"
    )
    assert _damage("heif", error).startswith("this libvips cannot decode this kind of HEIF; convert it")


def test_a_signature_alone_is_no_picture():
    for head in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypavif"):
        with pytest.raises(NotAPicture):
            decode(head + bytes(20), "a")


@pytest.mark.parametrize("dtype", [np.float32, np.uint32, np.int16])
def test_numbers_that_are_not_8_or_16_bits_are_refused(save, noise, dtype):
    data = save(noise().astype(dtype), "tiff", interpretation="rgb")
    with pytest.raises(NotAPicture, match="export it with 8 or 16 bits"):
        decode(data, "a")


def test_lab_tiff_is_refused():
    data = pyvips.Image.black(8, 8, bands=3).copy(interpretation="lab").cast("float").tiffsave_buffer()
    with pytest.raises(NotAPicture, match="export it"):
        decode(data, "a")


def test_five_channels_are_refused(save, noise):
    with pytest.raises(NotAPicture, match="export it as RGB"):
        decode(save(noise(bands=5), "tiff"), "a")


@pytest.mark.parametrize("kind", ["tiff", "webp"])
def test_several_pages_are_refused(save, noise, kind):
    data = save(noise(h=40), kind, fields={"page-height": 20})
    with pytest.raises(NotAPicture, match="export the one"):
        decode(data, "a")


def test_a_header_of_40000_by_40000_is_refused_before_decoding(tmp_path):
    (tmp_path / "a.png").write_bytes(giant_png(40_000, 40_000))
    with pytest.raises(TooLarge, match=r"40000x40000 = 1600\.0 million pixels"):
        read_photo(tmp_path / "a.png")


def test_a_bomb_within_the_limits_costs_no_more_than_its_pixels():
    with pytest.raises(NotAPicture, match="damaged"):
        decode(giant_png(2_000, 2_000), "a")


def test_too_many_bytes_are_refused_before_reading(tmp_path, save, noise):
    path = tmp_path / "a.png"
    path.write_bytes(save(noise(), "png"))
    with pytest.raises(TooLarge, match=r"read\.max_bytes allows 10"):
        read_photo(path, ReadLimits(max_bytes=10))
    with pytest.raises(TooLarge, match=r"read\.max_bytes"):
        decode(path.read_bytes(), "a", ReadLimits(max_bytes=10))


@pytest.mark.parametrize("key", ["max_bytes", "max_pixels"])
def test_limits_must_allow_something(key):
    with pytest.raises(SettingsError, match=f"read.{key}"):
        ReadLimits(**{key: 0})


REFUSE_A_GIANT = """
import resource, sys
from pathlib import Path
from colorfast.errors import TooLarge
from colorfast.read.image import read_photo
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_photo(Path(sys.argv[1]))
except TooLarge:
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.exit(grown > 50_000 * (1024 if sys.platform == "darwin" else 1))
sys.exit(2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module on Windows")
def test_refusing_a_giant_takes_no_memory(tmp_path):
    (tmp_path / "a.png").write_bytes(giant_png(40_000, 40_000))
    command = [sys.executable, "-c", REFUSE_A_GIANT, str(tmp_path / "a.png")]
    assert subprocess.run(command, check=False).returncode == 0


def test_libvips_itself_says_nothing_to_the_user(tmp_path, save, noise):
    (tmp_path / "a.jpg").write_bytes(save(noise(h=200, w=300), "jpeg")[:-50])
    (tmp_path / "b.tif").write_bytes(save(noise(h=200, w=300), "tiff")[:-50])
    code = "import sys; from pathlib import Path; from colorfast.read.image import *\n"
    code += "for name in sys.argv[1:]:\n  try: read_photo(Path(name))\n  except NotAPicture: pass\n"
    command = [sys.executable, "-c", code, str(tmp_path / "a.jpg"), str(tmp_path / "b.tif")]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stdout + done.stderr == b""


def test_every_camera_file_is_read_or_refused_by_name(data_dir):
    files = sorted((data_dir / "exif").glob("*.jp*g"))
    sizes = [read_photo(path).size for path in files]
    assert len(sizes) == 49
    assert min(map(min, sizes)) > 0
