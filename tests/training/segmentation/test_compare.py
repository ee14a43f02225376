"""Evaluation of networks and of exported files, and its table."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import numpy as np
import torch
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.segment.networks import as_seen, network_size
from colorfast.training.segmentation.classes import label
from colorfast.training.segmentation.evaluate import evaluate
from colorfast.training.segmentation.speed import WARM_UP, photo_seconds
from colorfast.training.segmentation.table import COLUMNS, PAPER, comparison
from colorfast.training.segmentation.trained import predictor
from colorfast.weights import Input


class Oracle(torch.nn.Module):
    """Sees clothes on the left half and background on the right."""

    def forward(self, rgb):
        logits = torch.zeros(len(rgb), 5, *rgb.shape[2:])
        logits[:, 2, :, : rgb.shape[3] // 2] = 9
        logits[:, 0, :, rgb.shape[3] // 2 :] = 9
        return logits


def _halves() -> tuple[np.ndarray, np.ndarray]:
    labels = np.full((96, 64), label("background"), np.uint16)
    labels[:, :32] = label("clothes")
    return np.zeros((96, 64, 3), np.uint8), labels


def test_a_photo_is_seen_in_its_shape_at_a_fixed_area():
    assert network_size(768, 512, Input()) == (384, 256)
    assert network_size(512, 256, Input()) == (448, 224)
    assert network_size(10, 3000, Input())[0] == 32
    assert as_seen(np.zeros((600, 400, 3), np.uint8), Input()).shape == (1, 3, 384, 256)


def test_a_right_answer_scores_one_and_a_mirrored_one_nothing():
    photo, labels = _halves()
    right = evaluate(predictor(Oracle()), [(photo, labels)])
    wrong = evaluate(predictor(Oracle()), [(photo, labels[:, ::-1])])
    assert right.agreement.miou == right.clothes_boundary == 1
    assert wrong.agreement.miou == 0


def test_flipping_takes_the_mean_of_both_views():
    found = predictor(Oracle(), flip=True)(_halves()[0])
    np.testing.assert_allclose(found[0], found[2], atol=1e-6)


def test_the_table_holds_the_paper_and_ours_in_the_same_columns():
    photo, labels = _halves()
    lines = comparison([("ours", evaluate(predictor(Oracle()), [(photo, labels)]))]).splitlines()
    assert len(lines) == 1 + len(PAPER) + 1
    assert lines[0].split()[:2] == list(COLUMNS[:2])
    assert {len(line) for line in lines} == {len(lines[0])}
    assert lines[-1].split()[0] == "ours"
    assert next(line for line in lines if "FCN-1s weighted" in line).split()[-6:-4] == ["0.968", "0.871"]


def test_the_command_evaluates_what_was_trained(make_labeled, tmp_path):
    folder, out = str(make_labeled()), str(tmp_path / "mine")
    made = CliRunner().invoke(
        cli,
        [
            "train",
            "segmentation",
            "--data",
            folder,
            "-o",
            out,
            "--steps",
            "1",
            "--batch",
            "1",
            "--threads",
            "1",
        ],
    )
    assert made.exit_code == 0, made.output
    done = CliRunner().invoke(cli, ["evaluate", "segmentation", out, "--data", folder])
    assert done.exit_code == 0, done.output
    assert "made, val" in done.output
    assert "truth \\ found" in done.output


def test_weights_that_do_not_exist_end_in_status_4(make_labeled, tmp_path):
    asked = ["evaluate", "segmentation", str(tmp_path / "none"), "--data", str(make_labeled())]
    done = CliRunner().invoke(cli, asked)
    assert done.exit_code == 4
    assert "train first" in done.output


def test_the_time_of_a_photo_is_its_share_of_a_batch():
    class Slow(torch.nn.Module):
        photos = 0

        def forward(self, rgb):
            self.photos += len(rgb)
            return rgb

    network = Slow()
    assert photo_seconds(network, batch=4, size=(8, 8), rounds=3) > 0
    assert network.photos == 4 * (3 + WARM_UP)
