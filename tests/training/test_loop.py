"""The training loop: it learns, stops anywhere, and goes on with the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from colorfast.errors import SettingsError
from colorfast.training.loop import CHECKPOINT, Progress, Recipe, rate_at, share, train

RECIPE = Recipe(steps=12, rate=0.02, save_every=3, mixed=False)


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Dropout(0.2), nn.Conv2d(4, 2, 1)
    )


def _batch(step: int) -> tuple[Tensor, Tensor]:
    photos = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(step))
    return photos, (photos[:, 0] > photos[:, 1]).long()


def _same(one: nn.Module, two: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


class Killed(Exception):
    """Stands for kill -9 right after a save."""


def test_a_run_that_was_killed_ends_with_the_weights_of_one_that_was_not(tmp_path):
    def kill(progress: Progress) -> None:
        if progress.step == 6:
            raise Killed

    whole = train(_network(), F.cross_entropy, _batch, RECIPE, tmp_path / "whole")
    with pytest.raises(Killed):
        train(_network(), F.cross_entropy, _batch, RECIPE, tmp_path / "killed", report=kill)
    assert _same(train(_network(), F.cross_entropy, _batch, RECIPE, tmp_path / "killed"), whole)


def test_a_kill_between_saves_costs_only_the_steps_since_the_last(tmp_path):
    whole = train(_network(), F.cross_entropy, _batch, RECIPE, tmp_path / "whole")

    def batch(step: int) -> tuple[Tensor, Tensor]:
        if step == 8:
            raise Killed
        return _batch(step)

    with pytest.raises(Killed):
        train(_network(), F.cross_entropy, batch, RECIPE, tmp_path / "killed")
    assert torch.load(tmp_path / "killed" / CHECKPOINT, weights_only=True)["step"] == 6
    assert _same(train(_network(), F.cross_entropy, _batch, RECIPE, tmp_path / "killed"), whole)


def test_the_loss_falls(tmp_path):
    seen: list[Progress] = []
    recipe = Recipe(steps=120, rate=0.02, save_every=20, mixed=False)
    train(_network(), F.cross_entropy, _batch, recipe, tmp_path, report=seen.append)
    assert seen[-1].loss < 0.8 * seen[0].loss


def test_a_finished_run_trains_no_further(tmp_path):
    first = train(_network(), F.cross_entropy, _batch, RECIPE, tmp_path)
    assert _same(train(_network(), F.cross_entropy, _batch, RECIPE, tmp_path), first)


def test_the_rate_climbs_stays_and_falls_to_nothing():
    recipe = Recipe(steps=100, rate=1.0, warm_up=0.1, cool_down=0.5)
    rates = [rate_at(step, recipe) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert set(rates[10:50]) == {1.0}
    assert rates[100] == 0


def test_one_process_has_the_whole_batch():
    assert share(8) == (0, 8)


def test_warm_up_and_cool_down_fit_into_a_run():
    with pytest.raises(SettingsError, match="cool_down"):
        Recipe(warm_up=0.7, cool_down=0.5)


def test_two_processes_learn_the_same_weights(tmp_path):
    script = Path(__file__).with_name("two_processes.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*command, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    one, two = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    assert all(torch.equal(one[name], two[name]) for name in one)
