"""With kept blocks, no pixel outside the changed MCUs changes, whatever kind of JPEG the source is."""

import contextlib
import itertools

import numpy as np
import pytest

from colorfast.errors import NotAPicture, SettingsError
from colorfast.read.blocks import (
    cost_of_keeping,
    keep_blocks,
    quality_of,
    same_outside,
    splice_blocks,
)
from colorfast.read.coded import Like, coded_like
from colorfast.read.image import decode
from colorfast.read.jpeg_change import COSINES, ZIGZAG
from colorfast.read.jpeg_entropy import code_words, shortest_code
from colorfast.read.jpeg_file import CannotKeep, parse
from colorfast.read.write import WriteSettings, encode, rewrite

KINDS = {
    "4:4:4": {"Q": 95, "subsample_mode": "off"},
    "4:2:0": {"Q": 90, "subsample_mode": "on"},
    "coarse": {"Q": 30, "subsample_mode": "on"},
    "finest": {"Q": 100, "subsample_mode": "off"},
    "restart": {"Q": 92, "subsample_mode": "off", "restart_interval": 3},
    "restart 4:2:0": {"Q": 80, "subsample_mode": "on", "restart_interval": 1},
    "optimized": {"Q": 90, "optimize_coding": True},
    "progressive": {"Q": 95, "subsample_mode": "off", "interlace": True},
    "progressive 4:2:0": {"Q": 85, "subsample_mode": "on", "interlace": True, "restart_interval": 4},
}
WHOLE = slice(0, 48), slice(0, 56)
SIZES = [(64, 48), (67, 53), (17, 130), (8, 8), (5, 3)]


@pytest.fixture(scope="session")
def picture():
    """Return a function that makes waves with grain, (h, w, bands) uint8."""

    def make(h, w, bands=3, seed=1):
        y, x = np.mgrid[:h, :w, :bands][:2] if bands > 1 else (a[..., None] for a in np.mgrid[:h, :w])
        waves = 128 + 60 * np.sin(x / 7 + np.arange(bands)) + 50 * np.cos(y / 9)
        grain = np.random.default_rng(seed).normal(0, 8, (h, w, bands))
        return (waves + grain).clip(0, 255).astype(np.uint8)

    return make


def shifted(pixels):
    """Return the pixels with another color in the middle, and where."""
    mask = np.zeros(pixels.shape[:2], bool)
    h, w = mask.shape
    mask[h // 3 : h // 2 + 1, w // 3 : w // 2 + 1] = True
    moved = (pixels + np.array([14, -9, 6])).clip(0, 255)
    return np.where(mask[..., None], moved, pixels).astype(np.uint8), mask


def subsampled(data):
    """Return whether color is sampled more coarsely than light."""
    return len({(c.down, c.across) for c in parse(data).components}) > 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_without_a_change_every_pixel_stays(save, picture, kind, size):
    source = save(picture(*size), "jpeg", **KINDS[kind])
    before = decode(source, "a").pixels
    kept = keep_blocks(source, before, before)
    assert not kept.reach.any()
    np.testing.assert_array_equal(decode(kept.data, "a").pixels, before)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_pixels_outside_the_changed_blocks_are_identical(save, picture, kind, size):
    source = save(picture(*size), "jpeg", **KINDS[kind])
    before = decode(source, "a").pixels
    new, mask = shifted(before)
    kept = keep_blocks(source, before, new)
    assert same_outside(before, decode(kept.data, "a").pixels, kept.reach)
    assert not (mask & ~kept.reach).any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_reach_is_the_changed_mcus_and_a_rim_where_color_is_smoothed(save, picture, kind):
    source = save(picture(70, 90), "jpeg", **KINDS[kind])
    before = decode(source, "a").pixels
    new = before.copy()
    new[33, 35] ^= 64
    side = 16 if subsampled(source) else 8
    wanted = np.zeros((70, 90), bool)
    rim = int(side == 16)
    wanted[32 - rim : 32 + side + rim, 32 - rim : 32 + side + rim] = True
    np.testing.assert_array_equal(keep_blocks(source, before, new).reach, wanted)


@pytest.mark.parametrize("kind", ["4:4:4", "finest", "progressive", "restart"])
def test_new_pixels_are_as_near_as_with_the_same_tables_coded_anew(save, picture, kind):
    source = save(picture(80, 96), "jpeg", **KINDS[kind])
    before = decode(source, "a").pixels
    new, mask = shifted(before)
    kept = decode(keep_blocks(source, before, new).data, "a").pixels
    plain = decode(save(new, "jpeg", Q=KINDS[kind]["Q"], subsample_mode="off"), "a").pixels
    errors = [np.abs(found.astype(int) - new)[mask] for found in (kept, plain)]
    assert errors[0].mean() < errors[1].mean() + 0.25
    assert np.abs(kept.astype(int) - plain)[mask].mean() < 1.5


@pytest.mark.parametrize("kind", KINDS)
def test_a_gray_jpeg_takes_color_and_stays_gray_elsewhere(save, picture, kind):
    source = save(picture(41, 58, bands=1), "jpeg", **KINDS[kind])
    before = decode(source, "a").pixels
    new, _ = shifted(before)
    kept = keep_blocks(source, before, new)
    after = decode(kept.data, "a").pixels
    assert same_outside(before, after, kept.reach)
    assert np.ptp(after.astype(int), axis=2).max() > 5


def test_metadata_and_profile_are_kept_and_previews_are_not(save, picture, wide_profile):
    blocks = {"icc-profile-data": wide_profile, "xmp-data": b"<x:xmpmeta tiff:Make='me'/>"}
    source = save(picture(40, 40), "jpeg", blocks=blocks, **KINDS["4:4:4"])
    before = decode(source, "a")
    after = decode(keep_blocks(source, before.pixels, shifted(before.pixels)[0]).data, "a")
    assert (after.profile, after.metadata) == (wide_profile, before.metadata)
    preview = b"\xff\xe0" + (20).to_bytes(2, "big") + b"JFXX\0" + bytes(13)
    again = keep_blocks(source[:2] + preview + source[2:], before.pixels, before.pixels).data
    assert b"JFXX" not in again


def reason(source, pixels):
    with pytest.raises(CannotKeep) as found:
        keep_blocks(source, pixels, pixels)
    return str(found.value)


def test_cmyk_is_refused(save, noise, cmyk_profile):
    source = save(noise(bands=4), "jpeg", interpretation="cmyk", blocks={"icc-profile-data": cmyk_profile})
    assert "Y, Cb and Cr" in reason(source, decode(source, "a").pixels)


def test_gray_with_a_profile_of_its_own_is_refused(save, noise, gray_profile):
    source = save(noise(bands=1), "jpeg", blocks={"icc-profile-data": gray_profile})
    assert "profile of its own" in reason(source, decode(source, "a").pixels)


def test_rgb_without_transform_is_refused(save, picture):
    source = save(picture(20, 20), "jpeg", **KINDS["4:4:4"])
    adobe = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\0"
    rgb = source[:2] + adobe + source[2:]
    assert "Y, Cb and Cr" in reason(rgb, decode(rgb, "a").pixels)


def test_a_picture_of_another_size_is_refused(save, picture):
    source = save(picture(20, 24), "jpeg", **KINDS["4:4:4"])
    assert "size" in reason(source, picture(24, 20))


@pytest.mark.parametrize("kind", ["4:4:4", "restart 4:2:0", "progressive", "progressive 4:2:0"])
def test_a_file_cut_anywhere_is_refused(save, picture, kind):
    source = save(picture(40, 56), "jpeg", **KINDS[kind])
    pixels = decode(source, "a").pixels
    for end in range(2, len(source) - 1, 7):
        reason(source[:end], pixels)
        reason(source[:end] + b"\xff\xd9", pixels)


@pytest.mark.parametrize("kind", ["4:4:4", "restart 4:2:0", "progressive", "progressive 4:2:0"])
def test_damaged_bytes_never_crash(save, picture, kind):
    source = save(picture(40, 56), "jpeg", **KINDS[kind])
    pixels = decode(source, "a").pixels
    rng = np.random.default_rng(5)
    for _ in range(400):
        broken = bytearray(source)
        for at in rng.integers(2, len(source), rng.integers(1, 4)):
            broken[at] = rng.integers(256)
        try:
            keep_blocks(bytes(broken), pixels, pixels)
        except CannotKeep:
            continue


def test_what_damaged_bytes_become_shows_what_libvips_shows(save, picture):
    source = save(picture(40, 56), "jpeg", **KINDS["4:4:4"])
    rng, compared = np.random.default_rng(6), 0
    for _ in range(300):
        broken = bytearray(source)
        broken[rng.integers(600, len(source))] = rng.integers(256)
        try:
            pixels = decode(bytes(broken), "a").pixels
            again = decode(keep_blocks(bytes(broken), pixels, pixels).data, "a").pixels
        except (NotAPicture, CannotKeep):
            continue
        compared += np.array_equal(again, pixels)
    assert compared > 10


def test_quality_is_that_of_libjpeg(save, picture):
    for quality in (50, 75, 85, 90, 95):
        source = save(picture(16, 16), "jpeg", Q=quality)
        assert quality_of(parse(source)) == quality


def test_coarse_tables_and_coarse_color_cost_something(save, picture):
    small = {kind: save(picture(16, 16), "jpeg", **KINDS[kind]) for kind in KINDS}
    costs = {kind: cost_of_keeping(parse(data), 90) for kind, data in small.items()}
    assert costs["4:4:4"] is None
    assert costs["progressive"] is None
    assert "color is sampled" in costs["4:2:0"]
    coarse = parse(save(picture(16, 16), "jpeg", Q=75, subsample_mode="off"))
    assert cost_of_keeping(coarse, 90) == "its quality is about 75, below 90"


def test_the_transform_is_orthonormal_and_the_zigzag_a_permutation():
    np.testing.assert_allclose(COSINES @ COSINES.T, np.eye(8), atol=1e-6)
    assert sorted(ZIGZAG) == list(range(64))
    assert list(ZIGZAG[:8]) == [0, 1, 8, 16, 9, 2, 3, 10]


@pytest.mark.parametrize("seed", range(8))
def test_codes_are_short_and_none_begins_another(seed):
    rng = np.random.default_rng(seed)
    counts = (rng.random(256) ** -rng.uniform(0, 4)).astype(np.int64) * (rng.random(256) < 0.8)
    counts[:30] = 2 ** np.arange(30)  # frequencies that ask for codes of 30 bits
    words = code_words(shortest_code(counts))[counts > 0]
    lengths, bits = words >> 16, words & 0xFFFF
    assert set(lengths) <= set(range(1, 17))
    assert (bits < (1 << lengths) - 1).all()  # all ones begin no code
    spans = sorted(zip(bits << (16 - lengths), 1 << (16 - lengths), strict=True))
    assert all(start + size <= following for (start, size), (following, _) in itertools.pairwise(spans))


@pytest.fixture
def photo_file(save, picture, tmp_path):
    """Return a function that writes a JPEG and returns its path and photo."""

    def write(**options):
        path = tmp_path / "photo.jpg"
        path.write_bytes(save(picture(48, 56), "jpeg", **options))
        return path, decode(path.read_bytes(), "a")

    return write


FINE = {
    "4:4:4": KINDS["4:4:4"],
    "finest": KINDS["finest"],
    "optimized": {"Q": 92, "subsample_mode": "off", "optimize_coding": True},
}


def box_of(mask):
    """Return rows and columns that hold a mask."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


@pytest.mark.parametrize("size", [(64, 48), (67, 53), (17, 130), (8, 8)])
@pytest.mark.parametrize("kind", ["4:4:4", "finest"])
def test_a_splice_shows_what_coding_all_blocks_again_shows(save, picture, kind, size):
    data = save(picture(*size), "jpeg", **FINE[kind])
    photo = decode(data, "a")
    new, mask = shifted(photo.pixels)
    spliced = splice_blocks(photo.source, box_of(mask), new[box_of(mask)])
    wanted = decode(keep_blocks(data, photo.pixels, new).data, "a")
    np.testing.assert_array_equal(decode(spliced.data, "a").pixels, wanted.pixels)


def test_a_splice_copies_every_bit_where_nothing_changes(save, picture):
    photo = decode(save(picture(40, 56), "jpeg", **FINE["4:4:4"]), "a")
    box = slice(9, 30), slice(8, 41)
    spliced = splice_blocks(photo.source, box, photo.part(box))
    assert len(spliced.chosen) == 0
    assert np.array_equal(scan_of(spliced.data), scan_of(photo.source.data))


def scan_of(data):
    """Return the bytes of the only scan."""
    scan = parse(data).scans[0]
    return np.frombuffer(data, np.uint8)[scan.start : scan.stop]


def test_other_blocks_are_known_to_be_the_same_and_a_change_is_noticed(save, picture):
    photo = decode(save(picture(64, 72), "jpeg", **FINE["4:4:4"]), "a")
    new, mask = shifted(photo.pixels)
    spliced = splice_blocks(photo.source, box_of(mask), new[box_of(mask)])
    found = decode(spliced.data, "a", like=Like(photo.source, spliced.chosen)).source
    whole = decode(spliced.data, "a").source
    assert all(np.array_equal(one, other) for one, other in zip(found.index, whole.index, strict=True))
    for fewer in (spliced.chosen[1:], spliced.chosen[:-1]):
        assert decode(spliced.data, "a", like=Like(photo.source, fewer)).source is None


def test_of_a_file_that_is_like_another_only_what_differs_is_decoded(save, picture):
    photo = decode(save(picture(70, 83), "jpeg", **FINE["4:4:4"]), "a")
    new, mask = shifted(photo.pixels)
    spliced = splice_blocks(photo.source, box_of(mask), new[box_of(mask)])
    for box in (WHOLE, box_of(mask), (slice(3, 70), slice(60, 83))):
        after = decode(spliced.data, "a", like=Like(photo.source, spliced.chosen))
        np.testing.assert_array_equal(after.part(box), decode(spliced.data, "a").pixels[box])


def test_a_damaged_file_is_not_known_to_be_the_same(save, picture):
    photo = decode(save(picture(40, 48), "jpeg", **FINE["4:4:4"]), "a")
    new, mask = shifted(photo.pixels)
    data, chosen = splice_blocks(photo.source, box_of(mask), new[box_of(mask)])[:2]
    start, stop = parse(data).scans[0].start, parse(data).scans[0].stop
    for at in np.linspace(start, stop - 3, 60).astype(int):
        broken = data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]
        with contextlib.suppress(CannotKeep):
            after = coded_like(broken, lambda: None, Like(photo.source, chosen))
            np.testing.assert_array_equal(other_blocks(after, chosen), other_blocks(photo.source, chosen))


def other_blocks(source, chosen):
    """Return the coefficients of all MCUs but the chosen ones."""
    return source.blocks(np.setdiff1d(np.arange(len(source.index.levels)), chosen))


def test_a_file_with_other_tables_is_not_known_to_be_the_same(save, picture):
    one, other = (decode(save(picture(24, 24), "jpeg", Q=q, subsample_mode="off"), "a") for q in (95, 94))
    assert decode(other.source.data, "a", like=Like(one.source, np.arange(0))).source is None


def test_without_codes_for_what_is_new_all_blocks_are_coded_again(photo_file):
    path, photo = photo_file(**FINE["optimized"])
    loud = np.random.default_rng(4).integers(0, 256, photo.pixels.shape, dtype=np.uint8)
    with pytest.raises(CannotKeep, match="no codes"):
        splice_blocks(photo.source, WHOLE, loud)
    written = rewrite(photo, WHOLE, loud, path)
    assert written.coding.way == "blocks"
    assert np.abs(decode(written.data, "a").pixels.astype(int) - loud).mean() < 8


@pytest.mark.parametrize(
    ("wanted", "kind", "way"),
    [
        ("auto", "4:4:4", "blocks"),
        ("auto", "4:2:0", "encoded"),
        ("always", "4:2:0", "blocks"),
        ("always", "coarse", "blocks"),
        ("never", "4:4:4", "encoded"),
    ],
)
def test_rewriting_says_which_way_served(photo_file, wanted, kind, way):
    path, photo = photo_file(**KINDS[kind])
    new, _ = shifted(photo.pixels)
    settings = WriteSettings(lossless_outside=wanted)
    written = rewrite(photo, WHOLE, new, path, settings)
    assert (written.coding.way, written.coding.reason is None) == (way, way == "blocks")
    assert (written.holds is None) == (way == "encoded")
    if way == "encoded":
        assert written.data == encode(photo, new, settings)


def test_an_unknown_way_of_keeping_is_refused():
    with pytest.raises(SettingsError, match=r"write.lossless_outside.*auto, always, never"):
        WriteSettings(lossless_outside="sometimes")


def test_a_turned_photo_is_coded_anew(photo_file):
    path, photo = photo_file(**KINDS["4:4:4"], fields={"orientation": 6})
    turned = WHOLE[::-1]
    written = rewrite(photo, turned, photo.pixels, path, WriteSettings(lossless_outside="always"))
    assert written.coding.reason == "it is turned by its EXIF orientation"


def test_a_source_that_is_gone_is_coded_anew(photo_file):
    path, photo = photo_file(**KINDS["progressive"])
    path.unlink()
    assert "second time" in rewrite(photo, WHOLE, photo.pixels, path).coding.reason


def test_the_kept_file_opens_elsewhere(save, picture):
    cv2 = pytest.importorskip("cv2")
    source = save(picture(50, 70), "jpeg", **KINDS["progressive 4:2:0"])
    before = decode(source, "a").pixels
    kept = keep_blocks(source, before, before).data
    found, wanted = (cv2.imdecode(np.frombuffer(d, np.uint8), cv2.IMREAD_COLOR) for d in (kept, source))
    np.testing.assert_array_equal(found, wanted)
