"""The exported lattice network says what the network says."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")
pytest.importorskip("onnxscript", reason="export needs onnxscript: pip install 'colorfast[train]'")

import torch

from colorfast.correct.analogy import GIVEN, PLANES, SIDE
from colorfast.inference import open_network
from colorfast.training.export import export_planes
from colorfast.training.transfer.networks import NETWORKS


def test_the_file_agrees_with_torch(tmp_path):
    torch.manual_seed(0)
    network = NETWORKS["lattice"]().eval()
    for weights in network.give.parameters():
        torch.nn.init.normal_(weights, 0, 0.1)
    planes = torch.rand(1, PLANES, SIDE, SIDE)
    with torch.no_grad():
        expected = network(planes).numpy()
    file = export_planes(network, tmp_path / "lattice.onnx", (PLANES, SIDE, SIDE), answer="lattice")
    found = open_network(file)(planes.numpy())
    assert found.shape == (1, GIVEN * SIDE, SIDE, SIDE)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(found, expected, atol=1e-4)
