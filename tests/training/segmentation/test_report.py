"""What an evaluation leaves in a folder, and the network that is shipped."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("matplotlib", reason="pictures need matplotlib: pip install 'colorfast[train]'")

import cv2
import numpy as np
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.training.segmentation.compare import judge, shipped
from colorfast.training.segmentation.evaluate import evaluate
from colorfast.training.segmentation.overlays import COLORS, Sample, sheet
from colorfast.training.segmentation.report import row_of, worst_of, write_report
from colorfast.training.segmentation.table import confusion_text


def test_the_command_judges_the_shipped_network_and_leaves_pictures(make_labeled, tmp_path):
    out = tmp_path / "out"
    asked = ["--data", str(make_labeled(count=2)), "--split", "all", "-o", str(out)]
    done = CliRunner().invoke(cli, ["evaluate", "segmentation", *asked])
    assert done.exit_code == 0, done.output
    assert "on one core" in done.output
    (row,) = json.loads((out / "report.json").read_text())
    assert row["photos"] == 2
    assert row["eq_5_as_printed"] == pytest.approx(row["pixel_accuracy"] / 5)
    assert row["iou"]["hair"] is None  # the made figure has none
    assert all(cv2.imread(str(out / name)) is not None for name in ("confusion.png", "worst.png"))


def test_counts_of_the_confusion_table_are_pixels(make_labeled, tmp_path):
    (found,) = judge([shipped()], make_labeled(count=2), "all")
    write_report(tmp_path, [found])
    table = np.loadtxt(tmp_path / "confusion.csv", delimiter=",", skiprows=1, usecols=range(1, 6))
    assert table.sum() == 2 * 96 * 64
    assert table.tolist() == found.evaluation.counts.tolist()
    assert "IoU" in confusion_text(found.evaluation)


def test_several_networks_and_collections_have_folders_of_their_own(make_labeled, tmp_path):
    folders = [make_labeled(name, count=2) for name in ("one", "two")]
    write_report(tmp_path, [judge([shipped()], folder, "val")[0] for folder in folders])
    assert (tmp_path / "one" / "garment" / "worst.png").is_file()
    assert len(json.loads((tmp_path / "report.json").read_text())) == 2


def test_the_worst_photo_comes_first_and_one_without_labels_not_at_all():
    truths = [np.full((8, 8), bits, np.uint16) for bits in (1, 2, 0b11111111111)]

    def background(photo):
        return np.eye(5)[0].reshape(5, 1, 1) * np.ones((5, *photo.shape[:2]))

    found = evaluate(background, [(np.zeros((8, 8, 3), np.uint8), truth) for truth in truths])
    assert worst_of(found) == [1, 0]


def test_a_sheet_paints_every_class_in_its_color():
    ids = np.repeat(np.arange(6), 8).reshape(48, 1) * np.ones((1, 24), int)
    photo = np.full((48, 24, 3), 255, np.uint8)
    png = sheet([Sample(photo=photo, truth=ids, found=ids, caption="made")], "title")
    drawn = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].reshape(-1, 3)
    seen = {tuple(color) for color in np.unique(drawn, axis=0)}
    assert {tuple((0.35 * 255 + 0.65 * color).astype(np.uint8)) for color in COLORS} <= seen


def test_a_row_names_its_worst_photos_first(make_labeled):
    (found,) = judge([shipped()], make_labeled(count=3), "all")
    each = row_of(found)["worst"]
    assert set(each) == {"made/0", "made/1", "made/2"}
    assert list(each.values()) == sorted(each.values())
