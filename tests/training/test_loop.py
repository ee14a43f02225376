"""The training loop: it learns, stops anywhere, and goes on with the same bits."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from colorfast.errors import SettingsError, TrainingDiverged
from colorfast.training import loop
from colorfast.training.loop import CHECKPOINT, Batches, Progress, Recipe, rate_at, share, train

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


def _unless_in(faulty: range) -> Batches:
    """Return the batches, of which some hold what is no number."""
    return lambda step: (_batch(step)[0] * (float("nan") if step in faulty else 1), _batch(step)[1])


def test_a_step_that_is_not_finite_teaches_nothing_and_is_counted(tmp_path):
    seen: list[Progress] = []
    after = train(_network(), F.cross_entropy, _unless_in(range(4, 7)), RECIPE, tmp_path, report=seen.append)
    assert [each.skipped for each in seen] == [0, 2, 3, 3]
    assert all(math.isfinite(each.loss) for each in seen)
    assert all(value.isfinite().all() for value in after.state_dict().values())


def test_a_run_killed_amid_skipped_steps_ends_with_the_same_weights(tmp_path):
    def kill(progress: Progress) -> None:
        if progress.step == 6:
            raise Killed

    draw = _unless_in(range(4, 7))
    whole = train(_network(), F.cross_entropy, draw, RECIPE, tmp_path / "whole")
    with pytest.raises(Killed):
        train(_network(), F.cross_entropy, draw, RECIPE, tmp_path / "killed", report=kill)
    assert _same(train(_network(), F.cross_entropy, draw, RECIPE, tmp_path / "killed"), whole)


def test_many_such_steps_in_a_row_end_the_run_and_leave_its_checkpoint(tmp_path):
    recipe = replace(RECIPE, steps=100)
    with pytest.raises(TrainingDiverged, match=r"20 steps up to step 25 .* --float32"):
        train(_network(), F.cross_entropy, _unless_in(range(5, 100)), recipe, tmp_path)
    kept = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert (kept["step"], kept["skipped"]) == (24, (19, 19))
    assert all(value.isfinite().all() for value in kept["network"].values())


def test_photos_of_less_than_64_pixels_a_side_are_computed_in_float32(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "computes_bfloat16", lambda _: True)
    for side, kind in ((32, torch.float32), (64, torch.bfloat16)):
        seen = []
        network = nn.Conv2d(3, 2, 1)
        network.register_forward_hook(lambda *found, seen=seen: seen.append(found[-1].dtype))
        photos = torch.zeros(1, 3, 64, side), torch.zeros(1, 64, side, dtype=torch.long)
        train(
            network, F.cross_entropy, lambda _, photos=photos: photos, Recipe(steps=1), tmp_path / str(side)
        )
        assert seen == [kind]


def test_one_process_has_the_whole_batch():
    assert share(8) == (0, 8)


def test_warm_up_and_cool_down_fit_into_a_run():
    with pytest.raises(SettingsError, match="cool_down"):
        Recipe(warm_up=0.7, cool_down=0.5)


def test_two_processes_learn_the_same_weights(tmp_path, in_two_processes):
    in_two_processes(Path(__file__).with_name("two_processes.py"), tmp_path)
    one, two = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    assert all(torch.equal(one[name], two[name]) for name in one)
