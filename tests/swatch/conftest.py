"""Made people whose colors are known, and their label files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from colorfast.labels import FIVE
from colorfast.segment.label_file import label_file

BACKDROP, SKIN, HAIR = (200, 202, 205), (224, 180, 150), (40, 28, 20)


@pytest.fixture
def wear(tmp_path):
    """Write STEM.png of a person in clothes of one sRGB color, and its labels; return the photo's path."""

    def write(stem: str, clothes: tuple[int, int, int], folder: str = "photos") -> Path:
        photos, labels = tmp_path / folder, tmp_path / "labels"
        photos.mkdir(parents=True, exist_ok=True)
        labels.mkdir(exist_ok=True)
        ids = np.zeros((160, 96), np.uint8)
        ids[10:24, 36:60], ids[24:50, 38:58], ids[50:140, 24:72] = 1, 3, 2
        colors = np.array([BACKDROP, HAIR, clothes, SKIN, (0, 0, 0)], np.uint8)
        assert cv2.imwrite(str(photos / f"{stem}.png"), colors[ids][..., ::-1])
        (labels / f"{stem}.png").write_bytes(label_file(ids, FIVE))
        return photos / f"{stem}.png"

    return write
