"""A training that is killed, not asked to stop, and then goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")
pytest.importorskip("matplotlib", reason="training draws with matplotlib: pip install 'colorfast[train]'")

import torch

from colorfast.training.curve import read_curve

SCRIPT = Path(__file__).with_name("to_be_killed.py")


def _start(folder: Path, out: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(SCRIPT), str(folder), str(out)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)


def _killed_after(saves: int, folder: Path, out: Path) -> None:
    with _start(folder, out) as process:
        for _ in range(1 + saves):  # what is trained, then a line a save
            assert process.stdout.readline()
        process.kill()  # SIGKILL: nothing in the process can answer it
    assert process.returncode != 0


def test_weights_after_two_kills_are_bit_for_bit_those_of_a_run_without(make_labeled, tmp_path):
    folder = make_labeled()
    for saves in (2, 1):
        _killed_after(saves, folder, tmp_path / "killed")
    assert not (tmp_path / "killed" / "weights.pt").exists()
    for name in ("killed", "whole"):
        with _start(folder, tmp_path / name) as process:
            process.communicate()
        assert process.returncode == 0
    one, two = (torch.load(tmp_path / n / "weights.pt", weights_only=True) for n in ("killed", "whole"))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert [line["step"] for line in read_curve(tmp_path / "whole")] == list(range(2, 15, 2))
