"""`colorfast palette` prints and writes the dominant colors of photos."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.cli.palette import KINDS
from colorfast.labels import FIVE
from colorfast.segment.label_file import label_file
from colorfast.swatch import periods


@pytest.fixture
def folder(tmp_path):
    """Two photos, all of them clothes, in folders named for seasons."""
    for season, color in (("fw23", (90, 40, 30)), ("ss24", (40, 20, 110))):
        for kind in ("photos", "labels"):
            (tmp_path / kind / season).mkdir(parents=True)
        assert cv2.imwrite(str(tmp_path / "photos" / season / "a.png"), np.full((64, 64, 3), color, np.uint8))
        labels = label_file(np.full((64, 64), 2, np.uint8), FIVE)
        (tmp_path / "labels" / season / "a.png").write_bytes(labels)
    return tmp_path


def run(folder, *arguments):
    labels = ("--labels", folder / "labels")
    return CliRunner().invoke(cli, ["palette", *map(str, (folder / "photos", *labels, *arguments))])


def test_shares_and_names_are_printed(folder):
    found = run(folder)
    assert found.exit_code == 0, found.output
    assert "clothes, in 2 of 2 photos" in found.stdout
    assert found.stdout.count(" 50%  #") == 2


def test_a_folder_gets_picture_table_json_and_swatch_files(folder):
    assert run(folder, "-o", folder / "out").exit_code == 0
    names = ["palette.ase", "palette.csv", "palette.gpl", "palette.json", "palette.png"]
    assert sorted(path.name for path in (folder / "out").iterdir()) == names
    assert cv2.imread(str(folder / "out" / "palette.png")).shape[1] == 1200


def test_a_trend_over_seasons_stands_in_csv_and_json(folder):
    found = run(folder, "--by", "season", "-o", folder / "p.csv", "--json")
    row = json.loads(found.stdout)
    assert row["periods"] == ["2023 2 fall/winter", "2024 1 spring/summer"]
    assert {tuple(color["trend"]) for color in row["classes"][0]["colors"]} == {(1.0, 0.0), (0.0, 1.0)}
    with (folder / "p.csv").open(encoding="utf-8") as file:
        assert [row["2023 2 fall/winter"] for row in csv.DictReader(file)].count("1.0") == 1


def test_a_bad_picture_is_named_and_the_rest_go_on(folder):
    (folder / "photos" / "fw23" / "a.png").write_bytes(b"no picture")
    found = run(folder)
    assert found.exit_code == 4
    assert "a.png: " in found.stderr
    assert "clothes, in 1 of 1 photos" in found.stdout


def test_an_unknown_suffix_is_refused_before_any_work(folder):
    found = run(folder, "-o", folder / "palette.pdf")
    assert found.exit_code == 4
    assert "[bad-setting]" in found.stderr


def test_a_photo_without_labels_is_parsed_by_the_network(folder):
    found = CliRunner().invoke(cli, ["palette", str(folder / "photos"), "--json"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["photos"] == 2


def test_the_periods_of_the_command_are_those_of_the_library():
    assert KINDS == periods.KINDS
