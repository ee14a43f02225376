"""`colorfast transfer` and `colorfast evaluate transfer`, as one calls them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from colorfast.cli import cli


def run(*words: object):
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Path, Path]:
    """A source and a reference, photos of noise about two colors."""
    rng = np.random.default_rng(0)
    paths = tmp_path / "source.png", tmp_path / "reference.png"
    for path, color in zip(paths, ((60, 90, 160), (150, 90, 50)), strict=True):
        cv2.imwrite(str(path), np.clip(rng.normal(color, 18, (64, 80, 3)), 0, 255).astype(np.uint8))
    return paths


def test_a_photo_is_written_in_the_colors_of_another(photos, tmp_path):
    ended = run("transfer", *photos, "-o", tmp_path / "out.png", "--json")
    assert ended.exit_code == 0, ended.output
    row = json.loads(ended.stdout)
    assert row["distance"]["after"] < 0.3 * row["distance"]["before"]
    assert cv2.imread(row["output"]).shape == (64, 80, 3)


def test_label_files_imply_a_semantic_transfer(photos, tmp_path):
    ids = np.zeros((64, 80), np.uint8)
    ids[:, 40:] = 5
    cv2.imwrite(str(tmp_path / "ids.png"), ids)
    labels = ("--source-labels", tmp_path / "ids.png", "--reference-labels", tmp_path / "ids.png")
    ended = run("transfer", *photos, "-o", tmp_path / "out.png", *labels, "--json")
    assert json.loads(ended.stdout)["labels"] == [0, 5]


def test_without_label_files_a_network_labels_both(photos, tmp_path):
    ended = run("transfer", *photos, "-o", tmp_path / "out.png", "--semantic")
    assert ended.exit_code == 0, ended.output
    assert "Lab units apart" in ended.stdout


def test_what_makes_no_sense_is_refused(photos, tmp_path):
    out = tmp_path / "out.png"
    assert run("transfer", *photos, "-o", out, "--source-labels", photos[0]).exit_code == 2
    assert run("transfer", *photos, "-o", tmp_path / "out.jpg").exit_code == 2
    assert run("transfer", *photos, "-o", photos[1]).exit_code == 2
    missing = run("transfer", tmp_path / "none.png", photos[1], "-o", out, "--json")
    assert missing.exit_code == 4
    assert json.loads(missing.stdout)["error"]["code"] == "file-missing"


def test_evaluating_needs_something_to_measure():
    assert run("evaluate", "transfer").exit_code == 2


def test_evaluating_prints_every_method_and_draws_sheets(photos, tmp_path):
    pytest.importorskip("torch", reason="measuring transfers needs torch: pip install 'colorfast[train]'")
    rows = ["key,source,reference,relevance", f"1,{photos[0].name},{photos[1].name},weak"]
    (tmp_path / "pairs.csv").write_text("\n".join(rows))
    ended = run("evaluate", "transfer", "--pairs", tmp_path, "-o", tmp_path / "report")
    assert ended.exit_code == 0, ended.output
    assert all(f" {name} " in ended.stdout for name in ("nothing", "Reinhard", "MKL", "IDT", "neural"))
    assert cv2.imread(str(tmp_path / "report" / "pairs" / "all-1.jpg")) is not None
