from __future__ import annotations

import os
from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorfast.correct import CORRECTORS
from colorfast.errors import FileMissing, GarmentNotFound, NotAligned, PairsError, SettingsError
from colorfast.pipeline import process, verify_pair
from colorfast.read.write import Written, encode, with_part
from colorfast.records import Coding, Pair
from colorfast.settings import Settings, override

STAGES = ["read", "segment", "correct", "write", "verify"]


@pytest.mark.parametrize("method", sorted(set(CORRECTORS) - {"neural"}))
def test_each_method_brings_the_garment_to_its_color(pair, method):
    result = process(replace(pair, method=method))
    assert result.method == method
    assert result.measures.triplet.before > 10
    assert result.measures.triplet.after < 2
    assert result.passed


def test_the_network_brings_the_garment_near_to_its_color(pair):
    triplet = process(replace(pair, method="neural")).measures.triplet
    assert triplet.after < 4 < 10 < triplet.before


def test_pixels_outside_the_alpha_are_the_same_bit_for_bit(pair):
    result = process(pair)
    outside = result.garment.alpha == 0
    assert outside.mean() > 0.5
    np.testing.assert_array_equal(result.after.pixels[outside], result.before.pixels[outside])


def test_sixteen_bits_stay_sixteen_bits(pair):
    deep = cv2.imread(str(pair.photo)).astype(np.uint16) * 257
    cv2.imwrite(str(pair.photo), deep)
    result = process(pair)
    assert result.after.pixels.dtype == np.uint16
    assert result.measures.triplet.after < 2


@pytest.fixture
def fine_jpeg(pair, tmp_path) -> Pair:
    """The pair with a photo that is coded as finely as a correction is, in 4:4:4."""
    path = tmp_path / "fine.jpg"
    options = [cv2.IMWRITE_JPEG_QUALITY, 95]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    assert cv2.imwrite(str(path), cv2.imread(str(pair.photo)), options)
    return replace(pair, photo=path)


def test_blocks_of_a_jpeg_that_the_garment_does_not_touch_keep_their_pixels(fine_jpeg):
    result = process(fine_jpeg)
    blocks = (result.garment.alpha > 0).reshape(20, 8, 15, 8).any((1, 3))
    outside = ~blocks.repeat(8, 0).repeat(8, 1)
    np.testing.assert_array_equal(result.after.pixels[outside], result.before.pixels[outside])
    assert (result.coding.way, result.coding.reason) == ("blocks", None)
    assert outside.mean() > 0.5


def test_blocks_that_come_out_different_are_noticed_and_all_is_coded_anew(fine_jpeg, monkeypatch):
    def lying(photo, box, pixels, source, settings):
        data = encode(photo, with_part(photo, box, pixels), settings)
        return Written(data, Coding(way="blocks"), lambda *_: False)

    monkeypatch.setattr("colorfast.pipeline.rewrite", lying)
    result = process(fine_jpeg)
    assert (result.coding.way, result.coding.reason) == (
        "encoded",
        "with its blocks kept, other pixels changed",
    )


def test_a_target_color_needs_no_reference(pair):
    result = process(replace(pair, reference=None, reference_mask=None, target="#284696"))
    assert result.reference is None
    assert result.measures.triplet.after < 3


def test_a_target_color_wins_over_the_reference_which_is_still_shown(pair):
    result = process(replace(pair, target="#8a2020"))
    assert result.reference is not None
    assert result.target.median[1] > 30  # red


def test_without_a_mask_the_garment_is_found(pair):
    result = process(replace(pair, mask=None, reference_mask=None))
    assert result.garment.way != "mask"
    assert result.measures.triplet.after < 3


def test_strength_zero_changes_no_pixel(pair):
    result = process(pair, override(Settings(), {"correct": {"strength": 0.0}}))
    np.testing.assert_array_equal(result.after.pixels, result.before.pixels)


def test_a_result_tells_its_times_and_versions(pair):
    result = process(pair)
    assert list(result.timings_ms) == STAGES
    assert all(ms >= 0 for ms in result.timings_ms.values())
    assert set(result.versions) == {"colorfast", "numpy", "numba", "opencv", "libvips", "python"}


def test_the_same_pair_gives_the_same_bytes(pair):
    assert process(pair).data == process(pair).data


def test_a_reference_that_is_written_again_is_read_again(pair, make_pair):
    first = process(pair).target
    pixels = cv2.imread(str(pair.reference))
    cv2.imwrite(str(pair.reference), pixels[..., ::-1])
    os.utime(pair.reference, ns=(1, 1))
    assert np.abs(process(pair).target.median - first.median).max() > 10


def test_verifying_a_delivered_file_finds_what_process_found(pair, tmp_path):
    done = process(pair)
    path = tmp_path / "after.png"
    path.write_bytes(done.data)
    checked = verify_pair(pair, path)
    assert checked.measures == done.measures
    assert checked.judgement == done.judgement


def test_photos_of_two_sizes_cannot_be_compared(pair, tmp_path):
    path = tmp_path / "after.png"
    cv2.imwrite(str(path), np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(NotAligned, match="20x20"):
        verify_pair(pair, path)


def test_a_plain_reference_shows_no_garment(pair):
    cv2.imwrite(str(pair.reference), np.full((160, 120, 3), 246, np.uint8))
    with pytest.raises(GarmentNotFound):
        process(replace(pair, reference_mask=None))


def test_what_a_pair_lacks_is_named(pair, tmp_path):
    with pytest.raises(PairsError, match="neither a reference nor a target"):
        process(replace(pair, reference=None))
    with pytest.raises(SettingsError, match="hybrid"):
        process(replace(pair, method="magic"))
    with pytest.raises(FileMissing):
        process(replace(pair, reference=tmp_path / "none.png"))
