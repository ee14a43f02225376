"""A chart makes a camera's colors true."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from colorfast.color.exact import lab_to_linear, linear_to_rgb, rgb_to_linear
from colorfast.read.image import decode
from colorfast.swatch.calibration import calibrate
from colorfast.swatch.checker import find_chart, measured, read_chart, true_colors
from colorfast.swatch.patch_errors import ChartNotFound

CAST = np.array([[0.9, 0.15, 0.0], [0.05, 0.7, 0.1], [0.0, 0.1, 0.5]])  # a warm lamp and a camera's filters


@pytest.fixture
def chart_photo() -> np.ndarray:
    """Linear light of a chart on gray under a warm lamp, (400, 560, 3)."""
    picture = np.full((400, 560, 3), 0.2)
    picture[30:370, 30:530] = 0.02
    for number, color in enumerate(lab_to_linear(true_colors())):
        y, x = 40 + number // 6 * 82, 40 + number % 6 * 82
        picture[y : y + 70, x : x + 70] = np.maximum(color, 0.001)
    return np.clip(picture @ CAST.T, 0, 1).astype(np.float32)


def test_a_chart_is_found_and_read_in_its_order(chart_photo):
    chart = find_chart(chart_photo, "made")
    wanted = np.maximum(lab_to_linear(true_colors()), 0.001) @ CAST.T
    np.testing.assert_allclose(chart.linear, wanted, atol=0.02)
    assert chart.usable.all()


def test_a_picture_without_a_chart_is_refused():
    with pytest.raises(ChartNotFound, match="no chart of 24 patches"):
        find_chart(np.full((200, 300, 3), 0.5, np.float32), "plain")


def test_a_patch_with_a_shadow_in_it_is_not_used(chart_photo):
    chart_photo[40:75, 40:110] *= 0.3
    corners = np.array([[34, 34], [526, 34], [526, 362], [34, 362]])
    assert np.flatnonzero(~read_chart(chart_photo, corners).usable).tolist() == [0]


@pytest.mark.parametrize("raw", [False, True])
def test_a_lamp_and_filters_are_undone_whether_files_code_light_or_not(raw):
    light = np.clip(lab_to_linear(true_colors()), 0.001, None) @ CAST.T
    shown = rgb_to_linear(light) if raw else light
    places = np.stack([np.arange(24) % 6, np.arange(24) // 6], 1).astype(float)
    found = calibrate(shown, places, true_colors())
    assert found.camera.raw == raw
    assert found.error < 0.7


def test_a_veil_and_a_curve_are_undone():
    light = 0.03 + np.clip(lab_to_linear(true_colors()), 0.001, None) * 0.8
    places = np.zeros((24, 2)) + np.arange(24)[:, None]
    assert calibrate(rgb_to_linear(linear_to_rgb(light) ** 1.1), places, true_colors()).error < 1.0


def test_highlights_that_a_camera_presses_together_are_opened():
    light = 0.9 * np.clip(lab_to_linear(true_colors()), 0.001, None)
    places = np.zeros((24, 2)) + np.arange(24)[:, None]
    assert calibrate(light / (0.4 + 0.6 * light), places, true_colors()).error < 1.0


def test_a_lamp_beside_the_chart_is_undone():
    places = np.stack([np.arange(24) % 6, np.arange(24) // 6], 1).astype(float)
    lit = 0.6 * np.exp(-0.03 * ((places - [1, 0]) ** 2).sum(axis=1, keepdims=True))
    light = lit * np.clip(lab_to_linear(true_colors()), 0.001, None)
    assert calibrate(light, places, true_colors()).error < 0.7


def test_a_patch_without_a_trace_of_one_channel_is_not_used(chart_photo):
    chart_photo[40:110, 40:110, 2] = 0
    corners = np.array([[34, 34], [526, 34], [526, 362], [34, 362]])
    assert np.flatnonzero(~read_chart(chart_photo, corners).usable).tolist() == [0]


def real_chart(folder, name):
    pixels = decode((folder / name).read_bytes(), name).pixels
    with (folder / "patches.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["file"] == name]
    places = np.array([[float(row["cx"]), float(row["cy"])] for row in rows])
    return measured(rgb_to_linear(pixels / np.iinfo(pixels.dtype).max), places, float(rows[0]["side"]) / 2)


@pytest.mark.parametrize(
    ("name", "limit"), [("luimoli_D65.jpg", 2.1), ("luimoli_TL84.jpg", 2.1), ("phone_sunlit.jpg", 2.5)]
)
def test_held_out_patches_of_real_charts_are_near_the_truth(data_dir, name, limit):
    cv2.setNumThreads(1)
    chart = real_chart(data_dir / "charts", name)
    good = chart.usable
    found = calibrate(chart.linear[good], chart.places[good], true_colors()[good])
    assert found.error < limit
