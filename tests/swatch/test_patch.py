"""The color of a patch, by the network and by a chart."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.color.difference import delta_e_2000
from colorfast.color.exact import lab_to_linear, linear_to_rgb
from colorfast.errors import NetworkMissing
from colorfast.read.image import read_photo
from colorfast.swatch.checker import true_colors
from colorfast.swatch.patch import Region, measure_patch
from colorfast.swatch.patch_errors import ChartNotFound, RegionOutside

CLOTH = np.array([45.0, 30.0, 12.0])
WARM = np.array([1.0, 0.75, 0.5])


@pytest.fixture
def photo(tmp_path):
    """A chart and a piece of cloth at 620..720, 100..300 in warm light."""
    picture = np.full((400, 760, 3), 0.4)
    picture[30:370, 30:530] = 0.02
    for number, color in enumerate(lab_to_linear(true_colors())):
        y, x = 40 + number // 6 * 82, 40 + number % 6 * 82
        picture[y : y + 70, x : x + 70] = np.clip(color, 0.001, 1)
    picture[100:300, 620:720] = lab_to_linear(CLOTH)
    codes = 255 * linear_to_rgb(picture * WARM)
    path = tmp_path / "photo.png"
    assert cv2.imwrite(str(path), codes.round().astype(np.uint8)[..., ::-1])
    return path


def test_a_chart_in_the_photo_makes_the_color_true(photo):
    found = measure_patch(read_photo(photo), Region(600, 80, 140, 240), chart=True)
    assert delta_e_2000(found.lab, CLOTH.astype(np.float32)) < 1.5
    assert delta_e_2000(found.shown, CLOTH.astype(np.float32)) > 5
    assert found.way == "chart"
    assert found.chart_error < 2


def test_a_chart_that_is_not_there_is_said(photo, tmp_path):
    plain = tmp_path / "plain.png"
    assert cv2.imwrite(str(plain), np.full((100, 100, 3), 90, np.uint8))
    with pytest.raises(ChartNotFound, match="--chart"):
        measure_patch(read_photo(plain), chart=True)


@pytest.mark.parametrize("region", [(700, 300, 100, 50), (-1, 0, 50, 50), (0, 0, 3, 50)])
def test_a_region_that_cannot_be_measured_is_refused(photo, region):
    with pytest.raises(RegionOutside, match="--region"):
        measure_patch(read_photo(photo), Region(*region))


def test_a_network_that_is_not_there_is_named(photo, tmp_path):
    with pytest.raises(NetworkMissing):
        measure_patch(read_photo(photo), network=tmp_path / "none.onnx")


def test_the_network_says_how_unsure_it_is(photo):
    found = measure_patch(read_photo(photo), Region(600, 80, 140, 240))
    assert found.way == "network"
    assert (found.deviation > 0.5).all()
    assert np.isfinite(found.lab).all()


def test_the_command_prints_what_was_measured(photo):
    done = CliRunner().invoke(cli, ["swatch", str(photo), "--region", "600,80,140,240", "--chart", "--json"])
    found = json.loads(done.output)
    assert found["way"] == "chart"
    assert found["hex"].startswith("#")
    assert np.abs(np.array(found["lab"]) - CLOTH).max() < 3


def test_the_command_prints_it_in_words(photo):
    done = CliRunner().invoke(cli, ["swatch", str(photo), "--region", "600,80,140,240"])
    assert done.exit_code == 0
    assert "±" in done.output


def test_a_region_that_is_no_region_is_a_usage_error(photo):
    assert CliRunner().invoke(cli, ["swatch", str(photo), "--region", "1,2,3"]).exit_code == 2


def test_sixteen_bits_give_the_same_color(photo, tmp_path):
    deep = tmp_path / "deep.png"
    assert cv2.imwrite(str(deep), cv2.imread(str(photo)).astype(np.uint16) * 257)
    shown = [measure_patch(read_photo(path), Region(600, 80, 140, 240)).shown for path in (photo, deep)]
    assert delta_e_2000(*shown) < 0.1
