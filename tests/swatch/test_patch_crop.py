"""The patch is found in made regions, and in real ones that a shadow spoils."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import rgb_to_lab
from colorfast.swatch.patch_crop import SIDE, find_patch, reduce_region

CLOTH = (150, 60, 70)
SHADOWED = [11, 12, 13, 14, 15, 49, 53, 54, 61, 70, 71, 73, 75, 76, 77, 78]


def seen(pixels):
    return find_patch(rgb_to_lab(reduce_region(pixels.astype(np.uint8))))


def cloth(height: int = 200, width: int = 200) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.clip(np.array(CLOTH) + rng.integers(-4, 5, (height, width, 3)), 0, 255)


def is_cloth(crop) -> bool:
    return delta_e_2000(crop.lab, rgb_to_lab(np.array(CLOTH, np.uint8))) < 1


def test_a_plain_region_is_all_patch():
    crop = seen(cloth())
    assert is_cloth(crop)
    assert crop.share > 0.9
    assert crop.around is None


def test_a_swatch_on_paper_is_told_from_the_paper():
    picture = np.full((200, 200, 3), 240)
    picture[60:150, 50:160] = cloth(90, 110)
    crop = seen(picture)
    assert is_cloth(crop)
    assert crop.around[0] > 90


def test_the_lit_side_of_a_shadow_is_the_patch():
    picture = cloth()
    picture[:, 90:] //= 3
    assert is_cloth(seen(picture))


def test_specks_are_no_part_of_the_patch():
    picture = cloth()
    picture[::9, ::9] = 255
    crop = seen(picture)
    assert is_cloth(crop)
    assert not crop.core[0, 0]


def test_a_region_without_any_flat_part_still_has_a_color():
    picture = np.where(np.indices((64, 64)).sum(0)[..., None] // 8 % 2, 255, 0) * np.ones(3)
    assert np.isfinite(seen(picture).lab).all()


def test_large_regions_are_reduced():
    assert reduce_region(np.zeros((900, 300, 3), np.uint8)).shape == (SIDE, SIDE // 3, 3)


@pytest.mark.parametrize("name", SHADOWED)
def test_real_shadows_are_left_out(data_dir, name):
    picture = cv2.imread(str(data_dir / "skin_metadata" / "patches" / "shadow" / f"{name:03d}.jpg"))[
        ..., ::-1
    ]
    assert 68 < seen(picture).lab[0] < 82
