"""White is garment, whatever kind of picture the mask is."""

import numpy as np
import pytest

from colorfast.errors import FileMissing, MaskMismatch, NotAPicture
from colorfast.read.mask import read_mask

SHAPE = np.zeros((20, 30), np.bool_)
SHAPE[4:15, 6:22] = True


@pytest.mark.parametrize(
    ("pixels", "options"),
    [
        (SHAPE[..., None] * np.uint8(255), {}),
        (SHAPE[..., None] * np.uint8(255), {"bitdepth": 1}),
        (SHAPE[..., None] * np.uint16(65535), {}),
        (np.repeat(SHAPE[..., None], 3, axis=2) * np.uint8(255), {}),
        (np.repeat(SHAPE[..., None], 3, axis=2) * np.uint8(255), {"palette": True}),
    ],
    ids=["gray", "1 bit", "16 bit", "rgb", "palette"],
)
def test_every_kind_of_mask_gives_the_same_shape(tmp_path, save, pixels, options):
    (tmp_path / "m.png").write_bytes(save(pixels, "png", **options))
    found = read_mask(tmp_path / "m.png", SHAPE.shape)
    assert found.dtype == np.bool_
    np.testing.assert_array_equal(found, SHAPE)


@pytest.mark.parametrize(("dtype", "below", "half"), [(np.uint8, 127, 128), (np.uint16, 32767, 32768)])
def test_half_white_is_garment_and_less_is_not(tmp_path, save, dtype, below, half):
    (tmp_path / "m.png").write_bytes(save(np.array([[[below], [half]]], dtype), "png"))
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png", (1, 2)), [[False, True]])


def test_transparent_pixels_are_no_garment(tmp_path, save):
    cutout = np.full((*SHAPE.shape, 4), 255, np.uint8)
    cutout[..., 3] = SHAPE * 255
    (tmp_path / "m.png").write_bytes(save(cutout, "png"))
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png", SHAPE.shape), SHAPE)


def test_an_all_black_mask_is_read_as_empty(tmp_path, save):
    (tmp_path / "m.png").write_bytes(save(np.zeros((5, 5, 1), np.uint8), "png"))
    assert not read_mask(tmp_path / "m.png", (5, 5)).any()


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path, save):
    (tmp_path / "m.png").write_bytes(save(np.zeros((5, 7, 1), np.uint8), "png"))
    with pytest.raises(MaskMismatch, match="the mask is 7x5 and the photo 5x7"):
        read_mask(tmp_path / "m.png", (7, 5))


def test_a_mask_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "m.png").write_text("no")
    with pytest.raises(NotAPicture, match=r"m\.png"):
        read_mask(tmp_path / "m.png", (5, 5))
    with pytest.raises(FileMissing):
        read_mask(tmp_path / "gone.png", (5, 5))


def test_a_mask_of_one_pixel_is_read(tmp_path, save):
    (tmp_path / "m.png").write_bytes(save(np.full((1, 1, 1), 255, np.uint8), "png"))
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png", (1, 1)), [[True]])
