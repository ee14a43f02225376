"""What test_kill runs in a process of its own: a training of some small steps that says how far it is."""

from __future__ import annotations

import sys
from pathlib import Path

from colorfast.training.loop import Recipe, use_threads
from colorfast.training.segmentation.batches import Sampling
from colorfast.training.segmentation.run import Training, run

STEPS = 14


def train_from(folder: Path, out: Path) -> None:
    """Train on a folder, or go on training; print a line after every second step."""
    use_threads(1)
    training = Training(
        folders=(folder,),
        evaluate_every=STEPS,
        recipe=Recipe(steps=STEPS, rate=0.01, save_every=2),
        sampling=Sampling(batch=2, steps=STEPS, shapes=((192, 128),), small=0),
    )
    run(training, out, say=lambda line: print(line, flush=True))  # noqa: T201 - the parent listens


if __name__ == "__main__":
    train_from(Path(sys.argv[1]), Path(sys.argv[2]))
