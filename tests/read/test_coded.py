"""What a coded JPEG shows is what libvips shows, bit for bit, whichever box is looked at."""

import numpy as np
import pytest
import pyvips

from colorfast.errors import NotAPicture
from colorfast.read import coded as module
from colorfast.read.coded import CodedJpeg, coded
from colorfast.read.image import decode
from colorfast.read.jpeg_file import CannotKeep

EVERYTHING = slice(0, 1 << 20), slice(0, 1 << 20)
PLAIN = {"Q": 95, "subsample_mode": "off"}


def waves(h, w, seed=1, grain=8.0):
    """Return waves with grain, (h, w, 3) uint8."""
    y, x, band = np.mgrid[:h, :w, :3]
    noise = np.random.default_rng(seed).normal(0, grain, (h, w, 3))
    return (128 + 70 * np.sin(x / 7 + band) + 60 * np.cos(y / 9) + noise).clip(0, 255).astype(np.uint8)


def shown(data):
    """Return what libvips shows."""
    return pyvips.Image.jpegload_buffer(data, fail_on="error").numpy()


def all_parts(photo):
    """Return the whole photo without asking for all of it: as a part."""
    assert isinstance(photo.source, CodedJpeg)
    photo.source.decode = None  # type: ignore[assignment] - libvips must not be asked
    return photo.part((slice(0, photo.size[0]), slice(0, photo.size[1])))


@pytest.mark.parametrize("quality", [1, 5, 20, 50, 75, 90, 95, 100])
def test_every_pixel_is_that_of_libvips(save, quality):
    data = save(waves(70, 83), "jpeg", Q=quality, subsample_mode="off")
    np.testing.assert_array_equal(all_parts(decode(data, "a")), shown(data))


@pytest.mark.parametrize("grain", [0, 60, 500])
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 7), (64, 640), (530, 17)])
def test_every_size_and_any_grain_are_shown_right(save, size, grain):
    data = save(waves(*size, grain=grain), "jpeg", **PLAIN)
    np.testing.assert_array_equal(decode(data, "a").part((slice(0, size[0]), slice(0, size[1]))), shown(data))


def test_saturated_edges_are_shown_right(save):
    pixels = np.random.default_rng(3).choice(np.array([0, 255], np.uint8), (64, 64, 3))
    for quality in (3, 10, 30, 60, 95):
        data = save(pixels, "jpeg", Q=quality, subsample_mode="off")
        photo = decode(data, "a")
        np.testing.assert_array_equal(photo.part((slice(0, 64), slice(0, 64))), shown(data))


def test_a_box_is_the_same_as_cut_from_the_whole(save):
    data, rng = save(waves(90, 110), "jpeg", **PLAIN), np.random.default_rng(2)
    for _ in range(30):
        rows, columns = (slice(*sorted(rng.integers(0, most + 1, 2))) for most in (90, 110))
        np.testing.assert_array_equal(decode(data, "a").part((rows, columns)), shown(data)[rows, columns])


def test_pixels_are_decoded_once_and_boxes_then_cut_from_them(save):
    photo = decode(save(waves(40, 40), "jpeg", **PLAIN), "a")
    assert photo.size == (40, 40)
    assert photo.dtype == np.uint8
    assert photo.pixels is not None
    assert np.shares_memory(photo.part((slice(3, 9), slice(4, 8))), photo.pixels)


def test_what_was_forgotten_is_decoded_again(save):
    photo = decode(save(waves(40, 40), "jpeg", **PLAIN), "a")
    pixels = photo.pixels
    photo.source.forget()
    assert not np.shares_memory(photo.pixels, pixels)
    np.testing.assert_array_equal(photo.pixels, pixels)


def test_an_eighth_is_the_mean_of_each_block_and_decodes_nothing(save):
    photo = decode(save(waves(44, 83), "jpeg", **PLAIN), "a")
    photo.source.decode = None  # libvips must not be asked
    eighth = photo.source.eighth()
    means = shown(photo.source.data)[:40, :80].reshape(5, 8, 10, 8, 3).mean(axis=(1, 3))
    assert eighth.shape == (6, 11, 3)
    np.testing.assert_allclose(eighth[:5, :10], means, atol=2.5)  # pixels beyond 0..255 were cut off


def test_blocks_in_which_decoders_would_differ_are_left_to_libvips(save, monkeypatch):
    monkeypatch.setattr(module, "show", lambda *_: False)
    data = save(waves(24, 24), "jpeg", **PLAIN)
    np.testing.assert_array_equal(decode(data, "a").part((slice(2, 9), slice(0, 24))), shown(data)[2:9])


def test_numbers_that_run_over_are_noticed(save):
    data = bytearray(save(waves(32, 32, grain=90), "jpeg", Q=100, subsample_mode="off"))
    table = data.index(b"\xff\xdb") + 5
    data[table : table + 64] = bytes([255]) * 64  # steps so large that no picture has such coefficients
    photo = decode(bytes(data), "a")
    np.testing.assert_array_equal(photo.part((slice(0, 32), slice(0, 32))), shown(bytes(data)))
    assert photo.source.part((slice(0, 1), slice(0, 1))).base is not None


OTHERS = {
    "subsampled": {"Q": 90, "subsample_mode": "on"},
    "progressive": {**PLAIN, "interlace": True},
    "restart": {**PLAIN, "restart_interval": 2},
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_kinds_are_decoded_at_once(save, kind):
    data = save(waves(33, 40), "jpeg", **OTHERS[kind])
    photo = decode(data, "a")
    assert photo.source is None
    np.testing.assert_array_equal(photo.pixels, shown(data))


def test_gray_and_turned_photos_are_decoded_at_once(save):
    assert decode(save(waves(16, 16)[..., :1], "jpeg"), "a").source is None
    assert decode(save(waves(16, 16), "jpeg", fields={"orientation": 6}, **PLAIN), "a").source is None


def outcome(data, read):
    """Return what a reader makes of a file: pixels, or None."""
    try:
        return read(data)
    except (NotAPicture, pyvips.Error):
        return None


def test_damaged_files_are_refused_or_shown_as_by_libvips(save):
    data, rng, alike = save(waves(40, 56), "jpeg", **PLAIN), np.random.default_rng(7), 0
    for _ in range(400):
        broken = bytearray(data)
        for at in rng.integers(2, len(data), rng.integers(1, 4)):
            broken[at] = rng.integers(256)
        ours = outcome(bytes(broken), lambda found: decode(found, "a").part(EVERYTHING))
        theirs = outcome(bytes(broken), decode_eagerly)
        assert (ours is None) == (theirs is None)
        alike += ours is not None and np.array_equal(ours, theirs)
        assert ours is None or np.array_equal(ours, theirs)
    assert 10 < alike < 390


def decode_eagerly(data):
    """Return the pixels as read where no JPEG stays coded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("colorfast.read.image.coded", refuse)
        return decode(data, "a").pixels


def refuse(*_):
    raise CannotKeep("not now")


def test_a_file_cut_anywhere_is_refused_at_once(save):
    data = save(waves(40, 56), "jpeg", **PLAIN)
    for end in range(2, len(data) - 1, 11):
        with pytest.raises(NotAPicture, match="a: "):
            decode(data[:end], "a")


def test_bytes_left_over_behind_the_last_block_are_damage(save):
    data = save(waves(16, 16), "jpeg", **PLAIN)
    with pytest.raises(CannotKeep, match="damaged"):
        coded(data[:-2] + bytes([1, 2, 3]) + data[-2:], lambda: np.empty(0))


def test_real_photographs_are_shown_as_by_libvips(data_dir):
    served = 0
    for path in sorted(data_dir.glob("*/**/*.jpg"))[::400]:
        photo = decode(path.read_bytes(), path.name)
        if photo.source is not None:
            served += 1
            np.testing.assert_array_equal(all_parts(photo), shown(path.read_bytes()))
    assert served
