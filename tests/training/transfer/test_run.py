"""Transfer trainings from folders to weights, in a few steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")
pytest.importorskip("matplotlib", reason="training draws with matplotlib: pip install 'colorfast[train]'")

import cv2
import torch
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.cli.train import TRANSFERS
from colorfast.errors import PairsError, SettingsError
from colorfast.training.segmentation.readers import find_labeled
from colorfast.training.transfer import distill
from colorfast.training.transfer.batches import COLUMNS, Sampling, batches
from colorfast.training.transfer.colors import SAMPLES, open_regions
from colorfast.training.transfer.crops import Cropping, crop_batches
from colorfast.training.transfer.losses import color_loss
from colorfast.training.transfer.networks import NETWORKS
from colorfast.training.transfer.photos import find_scenes
from colorfast.training.transfer.run import name_of, open_weights, run, training_of


def regions(folder: Path, cache: Path):
    return open_regions(find_labeled(folder, "train"), cache)


def test_commands_offer_the_networks_there_are():
    assert set(TRANSFERS) == set(NETWORKS)


def test_a_photo_gives_itself_and_each_garment_as_a_region(make_labeled, tmp_path):
    found = regions(make_labeled(), tmp_path)
    assert found.colors.shape == (len(found), SAMPLES, 3)
    assert found.whole.tolist() == [True, False] * 3  # one of four photos is kept for val
    assert found.clothes[~found.whole].all()
    assert 0 < found.clothes[found.whole].mean() < 1


def test_a_step_sees_the_same_pairs_every_time_and_finite_ones(make_labeled, tmp_path):
    found = regions(make_labeled(), tmp_path)
    how = Sampling(batch=8, colors=32, seed=3)
    (planes, judged), again = batches(found, how)(5), batches(found, how)(5)
    assert judged.shape == (8, 32, COLUMNS)
    assert torch.equal(planes, again[0])
    assert torch.isfinite(judged).all()


def test_the_lattice_learns_from_a_handful_of_pairs(make_labeled, tmp_path):
    draw = batches(regions(make_labeled(), tmp_path), Sampling(batch=8, colors=64))
    torch.manual_seed(0)
    network, (planes, judged) = NETWORKS["lattice"](), draw(0)
    optimizer = torch.optim.Adam(network.parameters(), 2e-3)
    losses = []
    for _ in range(15):
        loss = color_loss(network(planes), judged)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize("network", ["lattice", "student"])
def test_a_training_goes_on_where_it_was_stopped(make_labeled, tmp_path, network):
    folder, out, lines = make_labeled(), tmp_path / "run", []
    for steps in (1, 2):
        asked = training_of(folders=(folder,), network=network, steps=steps, side=32, batch=2)
        run(asked, out, say=lines.append)
    assert lines[-1].startswith("2/2 loss")
    assert name_of(out) == network
    assert isinstance(open_weights(out), torch.nn.Module)
    assert cv2.imread(str(out / "curve.png")) is not None


def test_a_student_learns_from_a_finished_teacher(make_labeled, tmp_path):
    folder = make_labeled()
    run(training_of(folders=(folder,), network="student", steps=1, side=32, batch=1), tmp_path / "teacher")
    taught = training_of(
        folders=(folder,), network="student", steps=1, side=32, batch=1, teacher=tmp_path / "teacher"
    )
    assert run(taught, tmp_path / "student").is_file()


def test_what_cannot_be_trained_is_refused(make_labeled, tmp_path):
    with pytest.raises(SettingsError, match="lattice"):
        training_of(folders=(), network="lattice", steps=1, teacher=tmp_path)
    with pytest.raises(SettingsError, match="student"):
        training_of(folders=(), network="unet6", steps=1)
    with pytest.raises(PairsError, match="train first"):
        open_weights(tmp_path)


def picture(path: Path, color: tuple[int, int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((40, 48, 3), color, np.uint8))


def test_versions_of_a_scene_are_found_together_in_both_layouts_of_fivek(tmp_path):
    for version in ("input", "expertA", "expertC"):
        picture(tmp_path / "full" / version / "a0001-x.png", (9, 9, 9))
        picture(tmp_path / "samples" / f"a0001_{version}.png", (9, 9, 9))
    for name in ("full", "samples"):
        assert [len(scene) for scene in find_scenes(tmp_path / name, "all")] == [3]
    with pytest.raises(PairsError, match="no photos"):
        find_scenes(tmp_path / "full", "test")


def test_experts_versions_are_source_and_truth(tmp_path):
    for version, color in (("input", (20, 30, 40)), ("expertA", (90, 120, 200))):
        picture(tmp_path / f"a0001_{version}.png", color)
    how = Cropping(batch=8, side=32, identical=0)
    pair, targets = crop_batches(find_scenes(tmp_path, "all"), how)(0)
    assert pair.shape == (8, 7, 32, 32)
    torch.testing.assert_close(targets[:, 3:], pair)
    assert (targets[:, :3] - pair[:, :3]).abs().amax((1, 2, 3)).max() > 0.2


def test_the_command_trains_and_says_where_the_weights_are(make_labeled, tmp_path):
    asked = ["train", "transfer", "--data", make_labeled(), "-o", tmp_path / "run", "--steps", "1"]
    ended = CliRunner().invoke(cli, [*map(str, asked), "--batch", "2", "--threads", "1"])
    assert ended.exit_code == 0, ended.output
    assert "weights.pt" in ended.stdout


@pytest.mark.parametrize("network", ["lattice", "student"])
def test_two_processes_train_one_network(make_labeled, tmp_path, in_two_processes, network):
    asked = ["train", "transfer", "--data", make_labeled(), "-o", tmp_path / "run", "--network", network]
    few = ["--steps", 2, "--batch", 4, "--side", 32, "--threads", 1]
    said = in_two_processes("-m", "colorfast", *asked, *few)
    assert said.count("2/2 loss") == 1
    assert isinstance(open_weights(tmp_path / "run"), torch.nn.Module)


def test_distilling_draws_three_curves(make_labeled, tmp_path, monkeypatch):
    monkeypatch.setattr(distill, "POINTS", 1)
    monkeypatch.setattr(distill, "JUDGED", 1)
    asked = ["train", "distill", "--data", make_labeled(), "-o", tmp_path / "out", "--seconds", "0.1"]
    ended = CliRunner().invoke(cli, [*map(str, asked), "--side", "32"])
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.count("student") == 2
    assert name_of(tmp_path / "out" / "teacher") == "half"
    assert isinstance(open_weights(tmp_path / "out" / "student-from-scratch"), torch.nn.Module)
    assert cv2.imread(str(tmp_path / "out" / "distillation.png")) is not None
