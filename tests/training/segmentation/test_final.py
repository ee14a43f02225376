"""Final masks of made photos."""

from __future__ import annotations

import cv2
import numpy as np

from colorfast.training.segmentation.classes import label
from colorfast.training.segmentation.final import final_masks


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
    raw, sharp = final_masks(_coarse, [_photo()])
    assert raw.iou < 0.93
    assert sharp.iou > 0.97
    assert sharp.boundary > raw.boundary


def test_pixels_of_which_nothing_is_known_do_not_count():
    photo, labels = _photo()
    labels[60:200, 100:110] = label("unknown")
    assert final_masks(_coarse, [(photo, labels)])[1].iou > 0.97
