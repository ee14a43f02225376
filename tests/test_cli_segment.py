"""`colorfast segment` writes label files and says what it found."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from colorfast.bench.labels import read_labels
from colorfast.cli import cli


@pytest.fixture
def photo(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    pixels = np.full((90, 70, 3), 200, np.uint8)
    pixels[30:80, 20:50] = 60, 30, 160
    assert cv2.imwrite(str(folder / "a.png"), pixels)
    return folder / "a.png"


def run(*arguments):
    return CliRunner().invoke(cli, ["segment", *map(str, arguments)])


def test_labels_have_the_photos_size(photo, tmp_path):
    found = run(photo, "-o", tmp_path / "labels.png")
    assert found.exit_code == 0, found.output
    assert read_labels(tmp_path / "labels.png").shape == (90, 70)


def test_json_names_the_network_and_the_shares_of_its_classes(photo, tmp_path):
    row = json.loads(run(photo, "-o", tmp_path / "labels.png", "--json", "--classes", "garment").stdout)
    assert row["network"] == "garment"
    assert len(row["sha256"]) == 64
    assert sum(row["shares"].values()) == pytest.approx(1, abs=0.001)
    assert set(row["timings_ms"]) == {"read", "label", "write"}


def test_a_bad_picture_of_a_folder_is_named_and_the_rest_go_on(photo, tmp_path):
    (photo.parent / "b.jpg").write_bytes(b"no picture")
    found = run(photo.parent, "-o", tmp_path / "labels")
    assert found.exit_code == 4
    assert "b.jpg: " in found.stderr
    assert [path.name for path in (tmp_path / "labels").iterdir()] == ["a.png"]


def test_two_photos_with_one_stem_keep_their_suffixes(photo, tmp_path):
    assert cv2.imwrite(str(photo.with_suffix(".jpg")), np.zeros((64, 64, 3), np.uint8))
    assert run(photo.parent, "-o", tmp_path / "labels").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "labels").iterdir()) == ["a.jpg.png", "a.png.png"]


def test_photos_are_not_written_over(photo):
    before = photo.read_bytes()
    found = run(photo.parent, "-o", photo.parent)
    assert found.exit_code == 4
    assert "written over" in found.stderr
    assert photo.read_bytes() == before


def test_a_name_that_is_no_png_is_refused(photo, tmp_path):
    found = run(photo, "-o", tmp_path / "labels.jpg")
    assert found.exit_code == 2
    assert "labels.png" in found.stderr


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "none").mkdir()
    assert run(tmp_path / "none", "-o", tmp_path / "labels").exit_code == 4


def test_a_missing_photo_is_named(tmp_path):
    found = run(tmp_path / "gone.jpg", "-o", tmp_path / "labels.png", "--json")
    assert found.exit_code == 4
    assert "gone.jpg" in found.stderr


def test_labels_found_before_are_written_without_asking_the_network(photo, tmp_path, monkeypatch):
    first, again = tmp_path / "first.png", tmp_path / "again.png"
    assert run(photo, "-o", first).exit_code == 0
    monkeypatch.delattr("colorfast.batch.labeling.parse")
    assert run(photo, "-o", again).exit_code == 0
    assert again.read_bytes() == first.read_bytes()
    assert isinstance(run(photo, "-o", again, "--classes", "garment").exception, NameError)
