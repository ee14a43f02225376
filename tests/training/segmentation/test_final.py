"""Final masks of made photos."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.training.segmentation.classes import label
from colorfast.training.segmentation.evaluate import evaluate


def _photo() -> tuple[np.ndarray, np.ndarray]:
    """A red garment on gray, and its labels."""
    labels = np.full((240, 160), label("background"), np.uint16)
    labels[60:200, 40:110] = label("clothes")
    photo = np.where((labels == label("clothes"))[..., None], (170, 30, 40), (190, 190, 190))
    return photo.astype(np.uint8), labels


def _coarse(photo: np.ndarray) -> np.ndarray:
    """What a network of a twelfth of the resolution says, 3 pixels beside the truth."""
    seen = np.roll((photo[..., 1] < 100).astype(np.float32), 3, axis=1)
    small = cv2.resize(seen, (14, 20), interpolation=cv2.INTER_AREA)
    shares = np.zeros((5, *photo.shape[:2]), np.float32)
    shares[2] = cv2.resize(0.1 + 0.8 * small, photo.shape[1::-1])
    shares[0] = 1 - shares[2]
    return shares


def test_sharpened_masks_score_better_than_the_likeliest_class():
    found = evaluate(_coarse, [_photo()], sharpened=True)
    assert found.clothes.iou < 0.93
    assert found.sharpened.iou > 0.97
    assert found.sharpened.boundary > found.clothes.boundary


def test_pixels_of_which_nothing_is_known_do_not_count():
    photo, labels = _photo()
    labels[60:200, 100:110] = label("unknown")
    assert evaluate(_coarse, [(photo, labels)], sharpened=True).sharpened.iou > 0.97


def test_a_photo_is_asked_about_once():
    asked = []
    evaluate(lambda photo: asked.append(photo) or _coarse(photo), [_photo()], sharpened=True)
    assert len(asked) == 1


def test_the_mask_of_the_likeliest_class_scores_as_the_class_does():
    found = evaluate(_coarse, [_photo()])
    assert found.clothes.iou == pytest.approx(found.agreement.iou[2])
    assert found.sharpened is None
