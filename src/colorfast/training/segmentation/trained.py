"""Trained networks in PyTorch: kept in a folder, opened from it, asked about photos."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn

from colorfast.errors import PairsError
from colorfast.labels import FIVE, GARMENT
from colorfast.records import Array
from colorfast.training.loop import save
from colorfast.training.segmentation.evaluate import AREA, Predict, at_photo_size
from colorfast.training.segmentation.networks import NETWORKS


def make_network(name: str, loss: str) -> nn.Module:
    """Return a network of NETWORKS with the classes that a loss teaches: ours for `parts`, else the five."""
    return NETWORKS[name](len(GARMENT if loss == "parts" else FIVE))


def save_weights(network: nn.Module, path: Path) -> Path:
    """Write a network's weights; a kill leaves the file as it was."""
    save({name: value.cpu() for name, value in network.state_dict().items()}, path)
    return path


def open_weights(folder: Path) -> nn.Module:
    """Return the network that a training left in its folder, ready to be asked. Raises PairsError."""
    try:
        asked = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        weights = torch.load(folder / "weights.pt", map_location="cpu", weights_only=True)
    except OSError as error:
        raise PairsError(folder, "no training.json and weights.pt; train first") from error
    network = make_network(asked["network"], asked["loss"])
    network.load_state_dict(weights)
    return network.eval()


def predictor(network: nn.Module, *, device: str = "cpu", flip: bool = False, area: int = AREA) -> Predict:
    """Return the function from a photo to the probabilities of the five classes at the photo's size.

    flip   also ask about the mirrored photo and take the mean
    """
    network.eval()

    @torch.no_grad()
    def ask(rgb: Array) -> Array:
        seen = torch.from_numpy(rgb).to(device, memory_format=torch.channels_last)
        return network(seen).softmax(1).float().cpu().numpy()

    return at_photo_size(ask, flip=flip, area=area)
