"""What a network costs: the ChromaFashionNet paper's way, batches of 8 photos, warmed up, devices waited for."""

from __future__ import annotations

import statistics
import time

import torch
from torch import nn

BATCH, SIZE = 8, (512, 256)  # of the paper; height and width of its photos
WARM_UP, ROUNDS = 2, 5


@torch.no_grad()
def photo_seconds(
    network: nn.Module,
    *,
    device: str = "cpu",
    batch: int = BATCH,
    size: tuple[int, int] = SIZE,
    rounds: int = ROUNDS,
) -> float:
    """Return the seconds a photo takes: the median of some rounds, wall clock, in float32."""
    network.eval().to(device)
    photos = torch.rand(batch, 3, *size, device=device).contiguous(memory_format=torch.channels_last)
    for _ in range(WARM_UP):
        network(photos)
    return statistics.median(_round(network, photos) for _ in range(rounds)) / batch


def _round(network: nn.Module, photos: torch.Tensor) -> float:
    _wait(photos)
    start = time.perf_counter()
    network(photos)
    _wait(photos)
    return time.perf_counter() - start


def _wait(photos: torch.Tensor) -> None:
    """Wait until a GPU has done what it was told; a CPU is done when it returns."""
    if photos.is_cuda:
        torch.cuda.synchronize(photos.device)
