from dataclasses import replace

import numpy as np
import pyvips

from colorfast.report.canvas import SMALLEST_DRAWING, ReportSettings
from colorfast.report.pictures import draw

SHAPE = (60, 50)


def drawn(result, **settings):
    error = np.full(SHAPE, 3, np.float32)
    return draw(result, error, error / 3, ReportSettings(**settings))


def size(jpeg):
    image = pyvips.Image.jpegload_buffer(jpeg)
    return image.height, image.width


def test_pictures_keep_the_photo_s_size_and_drawings_are_large_enough_to_read(result):
    pictures = drawn(result)
    assert size(pictures.before) == size(pictures.after) == (120, 90)
    assert size(pictures.heatmap) == (SMALLEST_DRAWING, SMALLEST_DRAWING * 90 // 120)


def test_no_picture_is_higher_than_the_setting(result):
    pictures = drawn(result, height=64)
    assert size(pictures.before) == size(pictures.after) == (64, 48)


def test_without_a_reference_a_swatch_of_the_target_stands_in(result):
    swatch = pyvips.Image.jpegload_buffer(drawn(replace(result, reference=None)).reference).numpy()
    assert np.abs(swatch.astype(int) - (180, 40, 50)).max() <= 4


def test_before_and_after_show_what_they_are_named(result):
    pictures = drawn(result)
    reds = [pyvips.Image.jpegload_buffer(p).numpy()[60, 45, 0] for p in (pictures.before, pictures.after)]
    assert reds[0] < 140 < reds[1]
