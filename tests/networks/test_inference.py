from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from colorfast.errors import NetworkDamaged, NetworkMissing, NetworkUnfit
from colorfast.inference import open_network, open_session
from colorfast.weights import SHIPPED, find

RGB = np.random.default_rng(0).random((1, 3, 64, 96), np.float32)


def test_the_shipped_network_gives_probabilities_at_half_the_size():
    shares = open_network(find(SHIPPED).path)(RGB)
    assert shares.shape == (1, 11, 32, 48)
    assert shares.dtype == np.float32
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-5)


def test_the_runtime_gives_this_machine_no_name_by_which_to_report_it(tmp_path):
    quiet = (
        "CI",
        "TF_BUILD",
        "GITHUB_ACTIONS",
        "ORT_DISABLE_TELEMETRY",
    )  # under these it reports nothing anyway
    homes = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), str(tmp_path))
    environ = {name: value for name, value in os.environ.items() if name not in quiet} | homes
    code = (
        "from colorfast import inference, weights; inference.open_session(weights.find(weights.SHIPPED).path)"
    )
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    assert list(tmp_path.rglob("deviceid")) == []


def test_a_network_computes_what_its_file_says(tmp_path, classifier):
    weights = np.array([[1, 0, 0, 0], [0, 2, 0, 0.5]])
    found = open_network(classifier(tmp_path / "tiny.onnx", weights, stride=1))(RGB)
    np.testing.assert_allclose(found[0], [RGB[0, 0], 2 * RGB[0, 1] + 0.5], rtol=1e-6)


def test_a_process_opens_a_file_once_and_anew_when_it_has_changed(tmp_path, classifier):
    path = classifier(tmp_path / "tiny.onnx", np.ones((2, 4)))
    first = open_session(path)
    assert open_session(path) is first
    classifier(path, np.ones((3, 4)))
    os.utime(path, ns=(0, 0))
    assert open_network(path)(RGB).shape[1] == 3


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NetworkMissing, match=r"gone\.onnx: there is no such network file"):
        open_network(tmp_path / "gone.onnx")


@pytest.mark.parametrize("content", [b"", b"not a network", find(SHIPPED).path.read_bytes()[:100_000]])
def test_an_empty_foreign_or_truncated_file_is_damaged(tmp_path, content):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(NetworkDamaged, match=r"broken\.onnx.*cannot be used"):
        open_network(path)(RGB)


@pytest.mark.parametrize("shape", [(1, 1, 64, 64), (3, 64, 64), (1, 3, 65, 64)])
def test_a_picture_that_a_network_refuses_is_told_with_its_shape(shape):
    with pytest.raises(NetworkUnfit, match=r"it refused rgb \("):
        open_network(find(SHIPPED).path)(np.zeros(shape, np.float32))


def test_a_file_that_takes_more_than_a_picture_is_no_network_for_pictures(sam):
    with pytest.raises(NetworkUnfit, match="point_coords"):
        open_network(sam.files[1].path)
