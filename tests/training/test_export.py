"""The exported file says what the network says."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'colorfast[train]'")

import torch

pytest.importorskip("onnxscript", reason="export needs onnxscript: pip install 'colorfast[train]'")

from colorfast.inference import open_network
from colorfast.training.export import export, in_8_bits
from colorfast.training.segmentation.networks import NETWORKS
from colorfast.training.segmentation.networks.folded import folded


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    """Return our network with random weights that all take part."""
    torch.manual_seed(0)
    made = NETWORKS["own"](11).eval()
    for weights in made.parameters():
        if weights.ndim == 1:
            torch.nn.init.uniform_(weights, 0.5, 1)
    return made


@pytest.fixture(scope="module")
def exported(network, tmp_path_factory):
    """Return the float32 file."""
    return export(folded(network), tmp_path_factory.mktemp("onnx") / "own.onnx")


def _photo(rows: int = 96, columns: int = 64) -> np.ndarray:
    return np.random.default_rng(0).random((1, 3, rows, columns), np.float32)


@pytest.mark.parametrize("size", [(96, 64), (64, 160)])
def test_the_float_file_agrees_with_torch_at_any_multiple_of_32(network, exported, size):
    photo = _photo(*size)
    with torch.no_grad():
        expected = network(torch.from_numpy(photo)).softmax(1).numpy()
    np.testing.assert_allclose(open_network(exported)(photo), expected, rtol=0, atol=1e-4)


def test_the_8_bit_file_agrees_nearly_and_is_a_third_of_the_size(exported, tmp_path):
    small = in_8_bits(exported, tmp_path / "own8.onnx", [_photo()])
    found, exact = open_network(small)(_photo()), open_network(exported)(_photo())
    assert np.abs(found - exact).mean() < 0.01
    assert small.stat().st_size < exported.stat().st_size / 3
    assert small.stat().st_size <= 2_500_000


def test_probabilities_sum_to_one(exported):
    np.testing.assert_allclose(open_network(exported)(_photo()).sum(1), 1, atol=1e-5)
