"""The curve of a training, as lines and as a picture."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("matplotlib", reason="drawing needs matplotlib: pip install 'colorfast[train]'")

import cv2
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.errors import PairsError
from colorfast.training.curve import read_curve


def _line(step: int, **more) -> str:
    return json.dumps({"step": step, "loss": 1 / step, "rate": 0.001, "seconds_left": 0} | more) + "\n"


def test_of_a_step_that_happened_twice_the_later_line_counts(tmp_path):
    (tmp_path / "curve.jsonl").write_text(_line(2) + _line(4) + _line(2, loss=9) + '{"step": 4, "lo')
    assert [(line["step"], line["loss"]) for line in read_curve(tmp_path)] == [(2, 9), (4, 0.25)]


def test_the_command_draws_the_curve_of_a_run_beside_it(tmp_path):
    val = {"val": {"made": {"miou": 0.5}}}
    (tmp_path / "curve.jsonl").write_text(_line(2) + _line(4, **val) + _line(6, **val))
    done = CliRunner().invoke(cli, ["train", "curve", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert cv2.imread(str(tmp_path / "curve.png")).shape == (880, 880, 3)


def test_a_run_without_a_curve_is_an_error(tmp_path):
    with pytest.raises(PairsError, match="no curve"):
        read_curve(tmp_path)
    (tmp_path / "curve.jsonl").touch()
    with pytest.raises(PairsError, match="first save"):
        read_curve(tmp_path)
