"""A corrected photo leaves in the format, depth and company in which it came."""

import io

import numpy as np
import pytest
import pyvips

from colorfast.errors import SettingsError, WriteError
from colorfast.read.image import decode
from colorfast.read.write import WriteSettings, encode, encode_jpeg, encode_mask
from colorfast.records import Photo

LOSSLESS = [("png", np.uint8), ("png", np.uint16), ("tiff", np.uint8), ("tiff", np.uint16)]


def rewritten(data, settings=None):
    """Return the photo in a file, and the photo in what colorfast writes of it."""
    before = decode(data, "a")
    return before, decode(encode(before, before.pixels, settings or WriteSettings()), "a")


@pytest.mark.parametrize(("kind", "dtype"), LOSSLESS)
@pytest.mark.parametrize("bands", [3, 4])
def test_untouched_pixels_of_png_and_tiff_are_identical(save, noise, wide_profile, kind, dtype, bands):
    data = save(noise(dtype, bands), kind, blocks={"icc-profile-data": wide_profile})
    before, after = rewritten(data)
    assert (after.format, after.pixels.dtype, after.profile) == (kind, before.pixels.dtype, wide_profile)
    np.testing.assert_array_equal(after.pixels, before.pixels)
    if bands == 4:
        np.testing.assert_array_equal(after.opacity, before.opacity)


def test_new_pixels_are_written_and_not_the_old(save, noise):
    before = decode(save(noise(), "png"), "a")
    new = np.ascontiguousarray(before.pixels[::-1])
    np.testing.assert_array_equal(decode(encode(before, new), "a").pixels, new)


def test_pixels_may_lie_in_memory_in_any_order(save, noise):
    before = decode(save(noise(), "png"), "a")
    turned = np.asfortranarray(before.pixels)
    np.testing.assert_array_equal(decode(encode(before, turned), "a").pixels, before.pixels)


def test_lossless_webp_stays_lossless_also_under_transparency(save, noise):
    before, after = rewritten(save(noise(bands=4), "webp", lossless=True, exact=True))
    np.testing.assert_array_equal(after.pixels, before.pixels)
    np.testing.assert_array_equal(after.opacity, before.opacity)


@pytest.mark.parametrize(
    ("kind", "options"), [("jpeg", {"Q": 95}), ("webp", {"Q": 95}), ("heif", {"compression": "av1"})]
)
def test_lossy_formats_stay_near_and_keep_their_profile(save, wide_profile, kind, options):
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    pixels = np.stack(np.broadcast_arrays(ramp, ramp[:, None], np.uint8(90)), axis=-1)
    before, after = rewritten(save(pixels, kind, blocks={"icc-profile-data": wide_profile}, **options))
    assert (after.format, after.profile) == (before.format, wide_profile)
    assert np.abs(after.pixels.astype(int) - before.pixels).mean() < 1.5


def test_jpeg_keeps_color_at_full_resolution(save, noise):
    before = decode(save(noise(), "jpeg"), "a")
    image = pyvips.Image.new_from_buffer(encode(before, before.pixels), "")
    assert image.get("jpeg-chroma-subsample") == "4:4:4"


@pytest.mark.parametrize("bits", [10, 12])
def test_avif_keeps_its_bits(save, noise, bits):
    data = save(noise(np.uint16), "heif", compression="av1", bitdepth=bits, Q=95)
    before = decode(data, "a")
    image = pyvips.Image.new_from_buffer(encode(before, before.pixels), "")
    assert image.get("bits-per-sample") == bits


def test_cmyk_jpeg_comes_out_as_rgb_jpeg_without_the_press_profile(save, noise, cmyk_profile):
    data = save(noise(bands=4), "jpeg", interpretation="cmyk", blocks={"icc-profile-data": cmyk_profile})
    before, after = rewritten(data)
    image = pyvips.Image.new_from_buffer(encode(before, before.pixels), "")
    assert (image.bands, image.interpretation, after.format, after.profile) == (3, "srgb", "jpeg", None)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
def test_density_is_kept(save, noise, kind):
    image = pyvips.Image.new_from_array(noise()).copy(xres=300 / 25.4, yres=300 / 25.4)
    before = decode(getattr(image, f"{kind}save_buffer")(), "a")
    again = pyvips.Image.new_from_buffer(encode(before, before.pixels), "")
    assert again.xres == pytest.approx(300 / 25.4, rel=1e-3)


@pytest.mark.parametrize("kind", ["png", "webp", "tiff"])
def test_a_file_without_exif_gets_none(save, noise, kind):
    _, after = rewritten(save(noise(), kind, keep="none"))
    assert "exif-data" not in after.metadata


def test_a_rotated_photo_is_not_rotated_again(save, noise):
    _, once = rewritten(save(noise(), "png", fields={"orientation": 6}))
    _, twice = rewritten(encode(once, once.pixels))
    assert once.size == twice.size == (53, 37)
    np.testing.assert_array_equal(once.pixels, twice.pixels)


def can_write_heic():
    try:
        return bool(pyvips.Image.black(8, 8, bands=3).heifsave_buffer(compression="hevc"))
    except pyvips.Error:
        return False


@pytest.mark.skipif(can_write_heic(), reason="this libvips can write HEIC")
def test_heic_that_cannot_be_written_is_refused_with_a_remedy(noise):
    photo = Photo(id="shirt", pixels=noise(), format="heif")
    with pytest.raises(WriteError, match=r"shirt: .*cannot write HEIF .*; convert the photo to PNG"):
        encode(photo, photo.pixels)


def test_pixels_of_another_size_or_depth_are_a_mistake_of_the_caller(noise):
    photo = Photo(id="a", pixels=noise())
    with pytest.raises(ValueError, match="uint16"):
        encode(photo, noise(np.uint16))
    with pytest.raises(ValueError, match="given for"):
        encode(photo, noise(h=5))


@pytest.mark.parametrize("key", ["jpeg_quality", "webp_quality", "avif_quality"])
@pytest.mark.parametrize("value", [0, 101])
def test_quality_is_from_1_to_100(key, value):
    with pytest.raises(SettingsError, match=f"write.{key}"):
        WriteSettings(**{key: value})


def test_quality_steers_the_size(save, noise):
    photo = decode(save(noise(h=100, w=100), "jpeg"), "a")
    small, large = (encode(photo, photo.pixels, WriteSettings(jpeg_quality=q)) for q in (40, 98))
    assert len(small) < len(large)


def test_a_mask_becomes_black_and_white(noise):
    mask = noise(bands=1)[..., 0] > 99
    image = pyvips.Image.new_from_buffer(encode_mask(mask), "")
    assert (image.bands, image.format) == (1, "uchar")
    np.testing.assert_array_equal(image.numpy(), mask * 255)


def test_an_alpha_becomes_gray():
    alpha = np.array([[0, 0.5, 1], [1.2, -0.1, 0.25]], np.float32)
    found = pyvips.Image.new_from_buffer(encode_mask(alpha), "").numpy()
    np.testing.assert_array_equal(found, [[0, 128, 255], [255, 0, 64]])


def test_a_report_picture_is_a_small_jpeg_without_metadata(noise):
    data = encode_jpeg(noise())
    assert io.BytesIO(data).read(2) == b"\xff\xd8"
    assert decode(data, "a").size == (37, 53)
    assert b"Exif" not in data


def test_the_same_photo_is_coded_to_the_same_bytes(save, noise):
    for kind in ("jpeg", "png", "tiff", "webp"):
        photo = decode(save(noise(), kind), "a")
        assert encode(photo, photo.pixels) == encode(photo, photo.pixels)
