"""A network's shares are summed up, and ids become label files."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.bench.labels import read_labels
from colorfast.errors import SettingsError
from colorfast.labels import FIVE, GARMENT
from colorfast.segment.label_file import classes_of, label_file
from colorfast.segment.parsing import five_shares, parse


@pytest.fixture(scope="module")
def parsed(make_figure):
    return parse(make_figure().photo.pixels, "garment")


def test_shares_sum_to_one(parsed):
    assert parsed.classes == GARMENT
    np.testing.assert_allclose(parsed.shares.sum(axis=0), 1, atol=1e-5)


def test_the_five_classes_sum_up_ours(parsed):
    five = five_shares(parsed)
    np.testing.assert_allclose(five[2], parsed.of(("upper", "lower", "dress", "outerwear")))
    np.testing.assert_allclose(five.sum(axis=0), 1, atol=1e-5)


def test_a_mirrored_picture_counts_half(make_figure):
    pixels = make_figure().photo.pixels
    both, mirrored = parse(pixels, "garment", flip=True), parse(pixels[:, ::-1], "garment", flip=True)
    np.testing.assert_allclose(both.shares, mirrored.shares[..., ::-1], atol=1e-6)


def test_a_small_picture_is_not_enlarged(make_figure):
    small = cv2.resize(make_figure().photo.pixels, (96, 160), interpolation=cv2.INTER_AREA)
    assert parse(small, "garment").shares.shape == (11, 80, 48)


def test_an_unknown_network_is_refused():
    with pytest.raises(SettingsError, match="garment"):
        parse(np.zeros((64, 64, 3), np.uint8), "nobody's")


@pytest.mark.parametrize("name", ["5", "garment"])
def test_a_label_file_holds_the_ids(tmp_path, name):
    classes = classes_of(name)
    ids = np.random.default_rng(1).integers(0, len(classes), (13, 17), np.uint8)
    (tmp_path / "labels.png").write_bytes(label_file(ids, classes))
    np.testing.assert_array_equal(read_labels(tmp_path / "labels.png"), ids)


def test_each_class_has_a_color_of_its_own(tmp_path):
    ids = np.arange(len(FIVE), dtype=np.uint8)[None]
    seen = cv2.imdecode(np.frombuffer(label_file(ids, FIVE), np.uint8), cv2.IMREAD_COLOR)
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) == len(FIVE)
