"""A few steps, a grid of two networks, and both commands."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.errors import SettingsError
from colorfast.training.patch import run as running
from colorfast.training.patch.sweep import _learned, read_grid

pytestmark = pytest.mark.usefixtures("few_photos")


@pytest.fixture
def few_photos(monkeypatch):
    monkeypatch.setattr(running, "PHOTOS", 20)
    monkeypatch.setattr(running, "TONES", 16)


def command(*words) -> str:
    done = CliRunner().invoke(cli, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_training_leaves_a_network_and_its_record(spectra_folder, tmp_path):
    out = tmp_path / "run"
    command("train", "patch", "--data", spectra_folder, "-o", out, "--steps", 3, "--batch", 8)
    record = json.loads((out / "patch.json").read_text())
    assert record["cameras"] == ["0", "1", "2"]
    assert record["errors"]["unseen tones, studio"]["mean"] > 0
    assert record["training"]["recipe"]["steps"] == 3


def test_a_sweep_leaves_a_table_and_a_figure_and_goes_on_where_it_was(spectra_folder, tmp_path):
    grid = tmp_path / "grid.toml"
    grid.write_text("[training]\nsteps = 2\nbatch = 8\nmembers = 1\n[grid]\nmetadata = [true, false]\n")
    words = ("train", "patch", "--data", spectra_folder, "-o", tmp_path / "out", "--sweep", grid)
    command(*words)
    table = (tmp_path / "out" / "summary.csv").read_text()
    assert table.startswith("metadata,")
    assert table.count("\n") == 3
    assert (tmp_path / "out" / "summary.png").stat().st_size > 5000
    command(*words)
    assert (tmp_path / "out" / "summary.csv").read_text() == table


def test_a_figure_shows_the_conditions_that_were_learned():
    tests = ["tones, studio", "tones, harsh"]
    assert _learned([{"conditions": "harsh"}, {"conditions": "wild"}], tests) == ["tones, harsh"]
    assert _learned([{"seed": 0}, {"seed": 1}], tests) == tests


def test_a_grid_with_an_unknown_key_is_refused(tmp_path):
    grid = tmp_path / "grid.toml"
    grid.write_text("[grid]\ncolor = ['red']\n")
    with pytest.raises(SettingsError, match="color"):
        read_grid(grid)


def test_measured_rows_are_learned_and_judged_by_the_commands(rows_folder, tmp_path):
    said = command("train", "patch", "--data", rows_folder, "-o", tmp_path / "rows")
    assert "unseen sets" in said
    said = command("evaluate", "patch", tmp_path / "rows", "--data", rows_folder, "-o", tmp_path / "said.txt")
    assert "cross-validated" in said
    assert (tmp_path / "said.txt").read_text() in said
