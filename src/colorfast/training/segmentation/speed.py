"""What a network costs.

A training's network as the ChromaFashionNet paper measures it: batches of 8 photos, warmed up, devices waited
for. An exported file as it serves: one photo at a time on one processor core.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorfast.inference import open_network

if TYPE_CHECKING:
    import torch
    from torch import nn

BATCH, SIZE = 8, (512, 256)  # of the paper; height and width of its photos
SERVED = (384, 256)  # height and width at which an exported file sees a photo
WARM_UP, ROUNDS = 2, 5
FILE_ROUNDS = 15


def cost_of(path: Path) -> str:
    """Return a sentence about the size and speed of an exported file, or of a training's network."""
    if path.suffix == ".onnx":
        size = path.stat().st_size / 1e6
        rows, columns = SERVED
        return f"{size:.2f} MB, {1000 * file_seconds(path):.1f} ms a photo of {columns} × {rows} on one core"
    import torch

    from colorfast.training.segmentation.trained import open_weights

    network = open_weights(path)
    millions = sum(one.numel() for one in network.parameters()) / 1e6
    device = "cuda" if torch.cuda.is_available() else "cpu"
    seconds = photo_seconds(network, device=device)
    where = "the GPU" if device == "cuda" else f"{torch.get_num_threads()} processor threads"
    rows, columns = SIZE
    return (
        f"{millions:.2f} M weights, {1000 * seconds:.1f} ms a photo of {columns} × {rows}, batch 8, {where}"
    )


def file_seconds(path: Path) -> float:
    """Return the seconds that an exported file takes for a photo of SERVED: the median of some, on one core."""
    network = open_network(path)
    photo = np.random.default_rng(0).random((1, 3, *SERVED), np.float32)
    return _median(lambda: network(photo), rounds=FILE_ROUNDS)


def photo_seconds(
    network: nn.Module,
    *,
    device: str = "cpu",
    batch: int = BATCH,
    size: tuple[int, int] = SIZE,
    rounds: int = ROUNDS,
) -> float:
    """Return the seconds a photo takes: the median of some rounds, wall clock, in float32."""
    import torch

    network.eval().to(device)
    photos = torch.rand(batch, 3, *size, device=device).contiguous(memory_format=torch.channels_last)

    def ask() -> None:
        network(photos)
        _wait(photos)

    with torch.no_grad():
        return _median(ask, rounds=rounds) / batch


def _median(ask: Callable[[], object], *, rounds: int) -> float:
    for _ in range(WARM_UP):
        ask()
    return statistics.median(_seconds(ask) for _ in range(rounds))


def _seconds(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


def _wait(photos: torch.Tensor) -> None:
    """Wait until a GPU has done what it was told; a CPU is done when it returns."""
    if photos.is_cuda:
        import torch

        torch.cuda.synchronize(photos.device)
