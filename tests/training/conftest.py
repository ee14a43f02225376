"""Made photos with labels. What needs torch is skipped without it: pip install 'colorfast[train]'."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Let a CPU give the same bits every time."""
    if find_spec("torch"):
        from colorfast.training.loop import use_threads

        use_threads(1)


@pytest.fixture
def in_two_processes() -> Callable[..., str]:
    """Run a script, or -m and a module, with arguments under torchrun, and return what it said."""

    def start(*asked: object) -> str:
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
        done = subprocess.run(
            [*torchrun, *map(str, asked)],
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    return start


@pytest.fixture
def make_labeled(tmp_path: Path) -> Callable[..., Path]:
    """Write photos of a red shirt (five-class id 2) under a face (3), with their label files."""

    def write(name: str = "made", count: int = 4, *, labels: str = "labels") -> Path:
        folder = tmp_path / name
        (folder / "photos").mkdir(parents=True)
        (folder / labels).mkdir()
        rng = np.random.default_rng(0)
        for number in range(count):
            ids = np.zeros((96, 64), np.uint8)
            ids[10:30, 24:40], ids[30:80, 10 + number : 54] = 3, 2
            colors = np.array([[200, 205, 210], [0, 0, 0], [180, 40, 30], [224, 180, 150]])
            photo = np.clip(colors[ids] + rng.integers(-8, 9, (96, 64, 3)), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / "photos" / f"{number}.png"), photo[..., ::-1])
            cv2.imwrite(str(folder / labels / f"{number}.png"), ids)
        rows = [f"{number},{'val' if number == 0 else 'train'}" for number in range(count)]
        (folder / "manifest.csv").write_text("\n".join(["id,split", *rows]))
        return folder

    return write
