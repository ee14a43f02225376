from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorfast.color.distribution import single_color
from colorfast.color.notation import parse_color
from colorfast.errors import NetworkMissing, NetworkUnfit
from colorfast.records import Photo
from colorfast.segment import SegmentSettings, find_garment
from colorfast.segment.sam import BOTTOM_RIGHT, INSIDE, OUTSIDE, TOP_LEFT, prompt, redrawn, refined


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


def _worn() -> tuple[Photo, np.ndarray]:
    """Return a made person in a red shirt, the only thing that is red enough for `sam`, and where the shirt is."""
    picture = np.full((400, 240, 3), 105, np.uint8)
    cv2.rectangle(picture, (85, 190), (155, 385), (60, 80, 130), -1)
    for center, size in (((120, 45), (20, 28)), ((72, 160), (10, 60)), ((168, 160), (10, 60))):
        cv2.ellipse(picture, center, size, 0, 0, 360, (110, 75, 55), -1)
    shirt = cv2.rectangle(np.zeros((400, 240), np.uint8), (82, 85), (158, 190), 1, -1).astype(bool)
    picture[shirt] = (215, 25, 35)
    return Photo(pixels=picture, id="worn"), shirt


def test_the_chain_lets_sam_draw_the_edge_and_says_so(sam):
    photo, shirt = _worn()
    target = single_color(parse_color("#d71923"))
    found = find_garment(photo, target, settings=SegmentSettings(refiner=sam.name))
    assert found.way == "parsing+sam2-tiny"
    assert ((found.alpha > 0.5) & shirt).sum() / ((found.alpha > 0.5) | shirt).sum() > 0.9
    assert find_garment(photo, target, settings=SegmentSettings()).way == "parsing"


def test_a_mask_of_the_users_is_never_redrawn(sam):
    photo, shirt = _worn()
    assert find_garment(photo, None, mask=shirt, settings=SegmentSettings(refiner=sam.name)).way == "mask"


def test_what_sam_draws_elsewhere_is_left_out(sam):
    photo, _ = _red_disc()
    corner = np.zeros((30, 20), np.float32)
    corner[25:, 15:] = 0.9
    assert redrawn(photo, corner, sam.name) is None


def test_only_a_refiner_refines():
    with pytest.raises(NetworkUnfit, match="sam2-tiny"):
        redrawn(*_red_disc(), "garment")


def test_a_refiner_that_is_not_here_is_an_error_that_says_how_to_fetch_it():
    with pytest.raises(NetworkMissing, match="colorfast models pull sam2-tiny"):
        find_garment(_worn()[0], None, settings=SegmentSettings(refiner="sam2-tiny"))
