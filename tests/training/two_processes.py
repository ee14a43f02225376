"""What test_loop runs under torchrun: each process trains on its share and writes what it ended with."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from colorfast.training.loop import Recipe, join_processes, leave_processes, share, train

FOLDER = Path(sys.argv[1])


def batch(step: int) -> tuple[Tensor, Tensor]:
    """Return this process's share of four photos."""
    first, end = share(4)
    photos = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(step))[first:end]
    return photos, (photos[:, 0] > photos[:, 1]).long()


device = join_processes()
torch.manual_seed(0)
network = nn.Conv2d(3, 2, 3, padding=1)
train(network, F.cross_entropy, batch, Recipe(steps=5, save_every=5, mixed=False), FOLDER, device=device)
torch.save(network.cpu().state_dict(), FOLDER / f"{torch.distributed.get_rank()}.pt")
leave_processes()
