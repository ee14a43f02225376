"""Our network says the same, folded."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import torch
from torch import nn

from colorfast.training.segmentation.networks import NETWORKS
from colorfast.training.segmentation.networks.folded import folded


@pytest.fixture
def own() -> nn.Module:
    """Return our network as training may leave it: no weight, mean or deviation at its start."""
    torch.manual_seed(0)
    network = NETWORKS["own"](11).eval()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for part in (layer.weight, layer.bias, layer.running_mean, layer.running_var):
                nn.init.uniform_(part, 0.5, 1)
    return network


@pytest.mark.parametrize("size", [(96, 64), (64, 160), (32, 32)])
def test_folded_our_network_says_the_same(own, size):
    photo = torch.rand(2, 3, *size)
    with torch.no_grad():
        torch.testing.assert_close(folded(own)(photo), own(photo), rtol=1e-4, atol=1e-4)


def test_folding_leaves_the_network_as_it_was(own):
    before = {name: value.clone() for name, value in own.state_dict().items()}
    folded(own)
    assert all(torch.equal(value, before[name]) for name, value in own.state_dict().items())


def test_nothing_is_normalized_any_more(own):
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded(own).modules())


def test_other_networks_stay_as_they_are():
    network = NETWORKS["lraspp"](5)
    assert folded(network) is network
