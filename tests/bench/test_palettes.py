"""Palettes of found masks are compared with those of painted ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.bench.palettes import _fewer, compare_palettes, palettes_text
from colorfast.errors import FileMissing
from colorfast.labels import FIVE
from colorfast.segment.label_file import label_file
from colorfast.settings import Settings
from colorfast.swatch.sampling import Points


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "photos").mkdir()
    assert cv2.imwrite(str(tmp_path / "photos" / "a.png"), np.full((64, 64, 3), (90, 40, 30), np.uint8))
    return tmp_path


def test_classes_that_only_one_of_two_masks_sees_have_no_row(folder):
    (folder / "labels5").mkdir()
    (folder / "labels5" / "a.png").write_bytes(label_file(np.zeros((64, 64), np.uint8), FIVE))
    assert compare_palettes(folder, settings=Settings()) == ()
    assert "photos" in palettes_text(())


def test_the_palette_of_fewer_photos_keeps_the_first_of_those_that_see_a_class():
    point = Points(np.zeros((1, 3), np.float32), np.ones(1, np.float32))
    assert _fewer([None, point]) == [point]
    assert len(_fewer([point] * 40)) == 38


def test_missing_labels_are_named(folder):
    with pytest.raises(FileMissing, match=r"a\.png"):
        compare_palettes(folder, settings=Settings())
