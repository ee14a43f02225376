import numpy as np

from colorfast.report.canvas import PAPER
from colorfast.report.panel import CAPTION, MARGIN, PICTURE_HEIGHT, Cell, difference, panel

SHAPE = (60, 50)


def cell(h, w, value=200):
    return Cell(picture=np.full((h, w, 3), value, np.uint8), title="Before", note="ΔE 6.23")


def test_a_panel_shows_its_pictures_at_one_height():
    sheet = panel([cell(120, 90)] * 4)
    width = 90 * PICTURE_HEIGHT // 120
    assert sheet.shape == (CAPTION + PICTURE_HEIGHT + MARGIN, 4 * (width + MARGIN) + MARGIN, 3)
    assert sheet.shape[0] <= 1024


def test_a_picture_of_another_shape_is_fitted_into_its_cell():
    sheet = panel([cell(50, 500), cell(120, 90)])
    assert (sheet[CAPTION + PICTURE_HEIGHT // 2, MARGIN] == PAPER).all()
    assert (sheet[CAPTION + 5, MARGIN] == 200).all()


def test_captions_stand_above_the_pictures():
    sheet = panel([cell(120, 90)])
    assert sheet[:CAPTION].max() > PAPER + 100
    assert (sheet[CAPTION:, :MARGIN] == PAPER).all()


def test_nearer_is_blue_and_farther_is_orange(garment):
    gray = np.full((120, 90, 3), 128, np.uint8)
    near = difference(gray, np.full(SHAPE, 9, np.float32), np.zeros(SHAPE, np.float32), garment)[60, 45]
    far = difference(gray, np.zeros(SHAPE, np.float32), np.full(SHAPE, 9, np.float32), garment)[60, 45]
    assert near[2] > near[0] + 60
    assert far[0] > far[2] + 60


def test_an_unchanged_garment_has_no_tint(garment):
    same = np.full(SHAPE, 4, np.float32)
    tinted = difference(np.full((120, 90, 3), 128, np.uint8), same, same, garment)
    assert np.ptp(tinted.astype(int), axis=2).max() == 0
