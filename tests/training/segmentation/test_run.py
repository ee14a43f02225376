"""A training from folders to weights, in a few steps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

pytest.importorskip("matplotlib", reason="training draws with matplotlib: pip install 'colorfast[train]'")

import cv2
import torch
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.cli.train import LOSSES as OFFERED
from colorfast.errors import PairsError, SettingsError
from colorfast.training.loop import Recipe
from colorfast.training.segmentation.augment import Augmentation
from colorfast.training.segmentation.batches import Sampling
from colorfast.training.segmentation.run import LOSSES, Training, run
from colorfast.training.segmentation.trained import open_weights

PLAIN = Augmentation(recolored=0, dyed=0, studio=0, gray=0, noisy=0, blurred=0, scale=(0.9, 1.1))


def _training(folder: Path, *, steps: int, network: str = "own", loss: str = "parts") -> Training:
    return Training(
        folders=(folder,),
        network=network,
        loss=loss,
        evaluate_every=steps,
        recipe=Recipe(steps=steps, rate=0.01, save_every=2, mean=0.8, mixed=False),
        sampling=Sampling(batch=2, steps=steps, shapes=((96, 64),), small=0, augmentation=PLAIN),
    )


def test_our_own_network_learns_a_red_shirt(make_labeled, tmp_path):
    out = tmp_path / "out"
    run(_training(make_labeled(), steps=30), out)
    last = json.loads((out / "curve.jsonl").read_text().splitlines()[-1])
    assert last["val"]["made"]["miou"] > 0.5
    assert open_weights(out)(torch.zeros(1, 3, 64, 64)).shape == (1, 11, 32, 32)
    assert all(cv2.imread(str(out / name)) is not None for name in ("curve.png", "val-made.png"))


@pytest.mark.parametrize(
    ("network", "loss"), [("lraspp", "weighted"), ("pix2pix", "vanilla"), ("own", "vanilla")]
)
def test_networks_train_on_the_five_classes(make_labeled, tmp_path, network, loss):
    lines: list[str] = []
    asked = _training(make_labeled(), steps=2, network=network, loss=loss)
    run(asked, tmp_path / "out", say=lines.append)
    assert "2/2 loss" in lines[-1]
    assert "made val mIoU" in lines[-1]


def test_a_run_goes_on_where_it_was_stopped(make_labeled, tmp_path):
    lines: list[str] = []
    folder = make_labeled()
    run(_training(folder, steps=2), tmp_path / "out")
    run(_training(folder, steps=4), tmp_path / "out", say=lines.append)
    assert [line.split()[0] for line in lines[1:]] == ["4/4"]


def test_a_network_that_does_not_exist_is_an_error():
    with pytest.raises(SettingsError, match="unet6"):
        Training(folders=(), network="unet7")


def test_sets_of_classes_are_for_our_own_network_alone():
    with pytest.raises(SettingsError, match="alone"):
        Training(folders=(), network="unet1", loss="parts")


def test_a_folder_without_weights_is_an_error(tmp_path):
    with pytest.raises(PairsError, match="train first"):
        open_weights(tmp_path)


def test_the_command_trains(make_labeled, tmp_path):
    asked = ["--data", str(make_labeled()), "-o", str(tmp_path / "out"), "--steps", "1", "--batch", "2"]
    done = CliRunner().invoke(cli, ["train", "segmentation", *asked, "--network", "lraspp", "--threads", "1"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "weights.pt").is_file()


def test_the_command_offers_the_losses_that_there_are():
    assert OFFERED == LOSSES
