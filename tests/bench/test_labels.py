import struct
import zlib

import cv2
import numpy as np
import pytest

from colorfast.bench.labels import Region, read_labels
from colorfast.errors import FileMissing, MaskMismatch, NotAPicture
from colorfast.read import encode_mask

IDS = np.array([[0, 1, 2], [3, 4, 5]], np.uint8)


def palette_png(ids):
    """An 8-bit palette PNG, colors unlike the ids, as annotation tools write them."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", ids.shape[1], ids.shape[0], 8, 3, 0, 0, 0)
    colors = bytes(range(255, 255 - 18, -1))
    rows = b"".join(b"\0" + row.tobytes() for row in ids)
    body = chunk(b"IHDR", header) + chunk(b"PLTE", colors) + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def test_class_ids_of_a_palette_png_are_read_and_not_its_colors(tmp_path):
    (tmp_path / "l.png").write_bytes(palette_png(IDS))
    np.testing.assert_array_equal(read_labels(tmp_path / "l.png"), IDS)


def test_class_ids_of_a_gray_png_are_read(tmp_path):
    (tmp_path / "l.png").write_bytes(cv2.imencode(".png", IDS)[1].tobytes())
    np.testing.assert_array_equal(read_labels(tmp_path / "l.png"), IDS)


def test_a_region_of_labels_is_where_any_of_them_is(tmp_path):
    (tmp_path / "l.png").write_bytes(palette_png(IDS))
    mask = Region(path=tmp_path / "l.png", labels=(2, 3)).read((2, 3))
    np.testing.assert_array_equal(mask, [[False, False, True], [True, False, False]])


def test_a_region_of_white_is_where_the_mask_is_white(tmp_path):
    white = np.array([[True, False], [True, True]])
    (tmp_path / "m.png").write_bytes(encode_mask(white))
    np.testing.assert_array_equal(Region(path=tmp_path / "m.png").read((2, 2)), white)


def test_a_sure_region_leaves_gray_out(tmp_path):
    alpha = np.array([[1.0, 0.9, 0.5], [1.0, 0.99, 0.0]], np.float32)
    (tmp_path / "m.png").write_bytes(encode_mask(alpha))
    mask = Region(path=tmp_path / "m.png", least=0.98).read((2, 3))
    np.testing.assert_array_equal(mask, [[True, False, False], [True, True, False]])


def test_a_region_of_another_size_is_refused(tmp_path):
    (tmp_path / "l.png").write_bytes(palette_png(IDS))
    with pytest.raises(MaskMismatch):
        Region(path=tmp_path / "l.png", labels=(1,)).read((4, 4))


def test_a_missing_label_file_is_named(tmp_path):
    with pytest.raises(FileMissing, match=r"l\.png"):
        read_labels(tmp_path / "l.png")


def test_a_picture_in_full_color_has_no_class_ids(tmp_path):
    (tmp_path / "l.png").write_bytes(cv2.imencode(".png", np.zeros((2, 2, 3), np.uint8))[1].tobytes())
    with pytest.raises(NotAPicture, match="class ids"):
        read_labels(tmp_path / "l.png")
