"""Each metric has a picture that it must reject, and the same picture uncorrupted passes every limit."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from colorfast.color.profiles import from_lab, to_lab
from colorfast.masks import erode
from colorfast.verify.verdict import judge


def reasons(scene, after):
    """Return the first word of each reason: the quality that was not kept."""
    return {reason.split(":")[0] for reason in judge(scene.measure(after), garment=scene.garment).reasons}


def shifted(picture, where, step):
    """Return the picture with a Lab step where `where` is true."""
    lab = to_lab(picture.pixels, None) + np.array(step, np.float32) * where[..., None]
    return np.where(where[..., None], from_lab(lab, None, np.uint8), picture.pixels)


def posterized(pixels, levels):
    return np.rint(np.rint(pixels / 255 * (levels - 1)) / (levels - 1) * 255)


def test_the_right_picture_passes(scene):
    assert judge(scene.measure(scene.right), garment=scene.garment).reasons == ()


def test_the_right_picture_passes_as_a_jpeg(scene, recoded):
    assert judge(scene.measure(recoded(scene.right, 95)), garment=scene.garment).reasons == ()


def test_an_uncorrected_garment_is_rejected_by_color_or_palette(scene):
    assert {"color", "palette"} & reasons(scene, scene.before)


def test_a_flat_fill_is_rejected_by_texture(scene):
    fill = np.broadcast_to(
        np.median(scene.right.pixels[scene.garment.core], axis=0), scene.right.pixels.shape
    )
    assert "texture" in reasons(scene, scene.on_garment(fill))


def test_a_blurred_garment_is_rejected_by_texture(scene):
    assert "texture" in reasons(scene, scene.on_garment(cv2.GaussianBlur(scene.right.pixels, (0, 0), 1.5)))


@pytest.mark.parametrize("levels", [4, 6])
def test_a_posterized_garment_is_rejected_by_texture(scene, levels):
    assert "texture" in reasons(scene, scene.on_garment(posterized(scene.right.pixels, levels)))


def test_a_recolored_face_is_rejected_by_spill(scene):
    after = scene.where(np.zeros_like(scene.face))
    assert "spill" in reasons(scene, type(after)(id="made", pixels=shifted(after, scene.face, (0, 3, -3))))


def test_a_rim_of_the_old_color_two_pixels_wide_is_rejected_by_rim(scene):
    rim = (scene.garment.alpha > 0) & ~erode(scene.garment.alpha >= 0.5, 2)
    assert "rim" in reasons(scene, scene.where(rim))


def test_a_half_corrected_garment_is_rejected_by_coherence(scene):
    left = np.arange(scene.face.shape[1]) < scene.face.shape[1] / 2
    assert "coherence" in reasons(scene, scene.where(np.broadcast_to(left, scene.face.shape)))


def test_swapped_red_and_blue_channels_are_rejected_by_palette(scene):
    assert "palette" in reasons(scene, scene.on_garment(scene.right.pixels[..., ::-1]))


def test_swapped_red_and_blue_stripes_are_rejected_by_coherence(stripes):
    down = np.roll(stripes.right.pixels, 5, axis=0)
    assert "coherence" in reasons(stripes, stripes.on_garment(down))


def test_the_seeds_spill_is_blind_to_a_recolored_face(scene):
    after = shifted(scene.right, scene.face, (0, 15, -15))
    assert scene.measure(type(scene.right)(id="made", pixels=after)).seed.spill == 0
