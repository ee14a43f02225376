from __future__ import annotations

import numpy as np
import pytest

from colorfast.errors import NetworkUnfit
from colorfast.labels import ADE20K, GARMENT, TABLES
from colorfast.segment.networks import as_seen, in_ours, network_size, shares_of, softmax
from colorfast.segment.parsing import parse
from colorfast.weights import SHIPPED, Input, find, known

B0 = "segformer-b0-clothes"
PHOTO = np.random.default_rng(0).integers(0, 256, (90, 60, 3), np.uint8)


def test_a_strip_is_not_made_longer_than_networks_take():
    assert network_size(1, 5000, Input()) == (32, 2048)


@pytest.mark.parametrize("size", [(384, 256), (1000, 1500), (90, 60), (40, 300)])
def test_a_picture_keeps_its_shape_at_multiples_of_32(size):
    rows, columns = network_size(*size, Input())
    assert rows % 32 == columns % 32 == 0
    assert abs(rows - 313.5 * (size[0] / size[1]) ** 0.5) <= 16 + 1e-9


def test_16_bits_are_seen_as_8_would_be():
    seen = as_seen(PHOTO.astype(np.uint16) * 257, Input())
    np.testing.assert_allclose(seen, as_seen(PHOTO, Input()), atol=1.1 / 255)


def test_a_picture_is_standardized_as_the_network_was_trained():
    how = Input(size=(8, 8), mean=(0.5, 0.25, 0), deviation=(0.5, 0.25, 1))
    seen = as_seen(np.full((16, 16, 3), 255, np.uint8), how)
    np.testing.assert_allclose(seen[0, :, 0, 0], [1, 3, 1], rtol=1e-6)


def test_the_shipped_network_speaks_of_our_classes_and_sums_to_one():
    found = shares_of(PHOTO, find(SHIPPED))
    assert found.classes == GARMENT
    np.testing.assert_allclose(found.shares.sum(0), 1, atol=1e-5)


def test_classes_of_others_are_added_up_into_ours():
    shares = softmax(np.random.default_rng(1).random((18, 2, 3)))
    ours = np.full((11, 4, 6), 1 / 11)
    found = in_ours(shares, TABLES["atr"], ours)
    np.testing.assert_allclose(found.sum(0), 1, rtol=1e-5)
    np.testing.assert_allclose(found[GARMENT.index("lower")], shares[5] + shares[6], rtol=1e-5)
    np.testing.assert_allclose(found[GARMENT.index("skin")], shares[11:16].sum(0), rtol=1e-5)


def test_what_another_cannot_tell_apart_is_divided_as_ours_divides_it():
    ours = np.zeros((11, 1, 1), np.float32)
    ours[GARMENT.index("upper")], ours[GARMENT.index("outerwear")] = 0.2, 0.6
    shares = np.zeros((18, 1, 1), np.float32)
    shares[4] = 1  # upper clothes, which hold coats
    found = in_ours(shares, TABLES["atr"], ours)[:, 0, 0]
    assert found[GARMENT.index("outerwear")] == pytest.approx(0.75, abs=1e-4)
    assert found[GARMENT.index("upper")] == pytest.approx(0.25, abs=1e-4)


def test_a_person_of_ade20k_is_whatever_ours_sees_but_never_background():
    ours = np.random.default_rng(2).random((11, 2, 2)).astype(np.float32)
    shares = np.zeros((150, 2, 2), np.float32)
    shares[12], shares[0] = 0.9, 0.1
    found = in_ours(shares, ADE20K, ours)
    np.testing.assert_allclose(found[0], 0.1, rtol=1e-5)
    np.testing.assert_allclose(found[1:], 0.9 * ours[1:] / ours[1:].sum(0), rtol=1e-4)


def test_a_network_of_the_hub_is_read_through_its_labels(classifier, in_place):
    weights = np.zeros((18, 4))
    weights[[0, 6], [3, 0]] = 10, 20  # background everywhere, trousers where it is red
    classifier(known(B0).path, weights)
    photo = np.zeros((64, 64, 3), np.uint8)
    photo[32:, :, 0] = 255
    in_place(B0)
    parsed = parse(photo, B0)
    assert parsed.shares.shape == (11, 128, 128)
    assert parsed.of(["lower"])[100:].min() > 0.99
    assert parsed.of(["background"])[:28].min() > 0.5


def test_a_file_with_other_classes_than_its_network_has_is_refused(classifier, in_place):
    classifier(known(B0).path, np.ones((17, 4)))
    with pytest.raises(NetworkUnfit, match="17 classes apart, and segformer-b0-clothes has 18"):
        shares_of(PHOTO, in_place(B0))


def test_a_refiner_names_nothing(sam):
    with pytest.raises(NetworkUnfit, match="names nothing"):
        shares_of(PHOTO, sam)
