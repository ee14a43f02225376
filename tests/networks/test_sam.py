from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from colorfast.errors import NetworkUnfit
from colorfast.segment.sam import BOTTOM_RIGHT, INSIDE, OUTSIDE, TOP_LEFT, prompt, refined


def _red_disc(height: int = 300, width: int = 200) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:height, :width]
    disc = (y - 150) ** 2 + (x - 90) ** 2 < 60**2
    return np.where(disc[..., None], (220, 20, 30), (20, 60, 90)).astype(np.uint8), disc


def test_an_edge_is_found_anew_from_a_rough_share(sam):
    photo, disc = _red_disc()
    rough = np.zeros((30, 20), np.float32)
    rough[9:21, 3:15] = 0.8
    found = refined(photo, rough, sam)
    assert found.shape == disc.shape
    assert ((found > 0.5) & disc).sum() / ((found > 0.5) | disc).sum() > 0.97


def test_where_nothing_is_half_sure_the_share_stays_what_it_was(sam):
    photo, _ = _red_disc()
    np.testing.assert_allclose(refined(photo, np.full((30, 20), 0.3), sam), 0.3, rtol=1e-6)


def test_a_prompt_is_the_box_points_deep_inside_and_one_outside():
    _, disc = _red_disc()
    points, says = prompt(disc)
    assert list(says) == [TOP_LEFT, BOTTOM_RIGHT, INSIDE, OUTSIDE]
    np.testing.assert_allclose(points[0], [31 / 200, 91 / 300])
    np.testing.assert_allclose(points[1], [150 / 200, 210 / 300])
    np.testing.assert_allclose(points[2], [90.5 / 200, 150.5 / 300], atol=0.01)
    inside = (points[says == INSIDE] * (200, 300)).astype(int)
    assert disc[inside[:, 1], inside[:, 0]].all()


def test_a_mask_that_fills_its_box_has_no_point_outside():
    points, says = prompt(np.ones((20, 30), bool))
    assert OUTSIDE not in says
    assert points.min() >= 0
    assert points.max() <= 1


def test_files_that_are_no_decoder_of_sam_are_refused(sam):
    photo, _ = _red_disc()
    swapped = replace(sam, files=(sam.files[0], sam.files[0]))
    with pytest.raises(NetworkUnfit, match="not a decoder of SAM 2"):
        refined(photo, np.ones((30, 20), np.float32), swapped)
