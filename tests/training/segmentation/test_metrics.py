"""Measures of agreement, each with a picture that it must reject."""

from __future__ import annotations

import numpy as np
import pytest

from colorfast.training.segmentation.metrics import agreement, boundary_f, confusion, eq_5


def _square(shift: int = 0) -> np.ndarray:
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10 + shift : 30 + shift] = True
    return mask


def test_measures_agree_with_a_matrix_worked_by_hand():
    counts = confusion(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 2]), 3)
    assert counts.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 1]]
    found = agreement(counts)
    assert found.pixels == pytest.approx(4 / 6)
    assert found.pixels_without_background == pytest.approx(2 / 3)
    assert eq_5(found) == pytest.approx(4 / 6 / 3)
    assert found.mean == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert found.iou == pytest.approx((2 / 4, 1 / 3, 1))
    assert found.miou_without_background == pytest.approx((1 / 3 + 1) / 2)


def test_all_background_has_right_pixels_and_a_bad_miou():
    truth = np.zeros((10, 10), int)
    truth[0] = 1
    found = agreement(confusion(truth, np.zeros_like(truth), 2))
    assert found.pixels == 0.9
    assert found.miou_without_background == 0


def test_a_class_that_never_occurs_is_left_out():
    found = agreement(confusion(np.array([0, 1]), np.array([0, 1]), 5))
    assert found.miou == found.mean == 1
    assert np.isnan(found.per_class[4])


def test_a_photo_of_background_alone_has_no_measure_without_it():
    found = agreement(confusion(np.zeros(4, int), np.zeros(4, int), 5))
    assert found.miou == 1
    assert np.isnan([found.miou_without_background, found.pixels_without_background]).all()


def test_pixels_of_unknown_truth_do_not_count():
    assert confusion(np.array([0, 255]), np.array([0, 1]), 2).sum() == 1


def test_a_border_three_pixels_off_is_met_and_one_nine_off_is_not():
    assert boundary_f(_square(), _square()) == 1
    assert boundary_f(_square(), _square(3)) == 1
    assert boundary_f(_square(), _square(9)) < 0.7


def test_a_missing_mask_has_no_border_to_meet():
    empty = np.zeros((40, 40), bool)
    assert boundary_f(_square(), empty) == boundary_f(empty, _square()) == 0
    assert boundary_f(empty, empty) == 1
