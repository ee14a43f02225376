"""Networks of a few hundred bytes, written as ONNX files: 1x1 convolutions with given or random weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorfast import weights

OPSET = 18


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep networks in the test's own folder."""
    monkeypatch.setenv("COLORFAST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def classifier() -> Callable[..., Path]:
    """The function that writes a network of one convolution."""
    return write_classifier


@pytest.fixture
def in_place(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., weights.Weights]:
    """Let a known network of the hub be whatever stands at its place, as if that had been published."""

    def trust(name: str) -> weights.Weights:
        known = weights.known(name)
        files = tuple(
            weights.File(name=one.name, path=one.path, megabytes=0, sha256=weights.sha256_of(one.path))
            for one in known.files
        )
        monkeypatch.setattr(weights, "HUB", {**weights.HUB, name: replace(known, files=files)})
        return weights.find(name)

    return trust


@pytest.fixture
def sam(own_cache: Path, in_place: Callable[..., weights.Weights]) -> weights.Weights:
    """SAM 2 whose answers are the prompt's opposite, and what is red."""
    write_sam(own_cache / "networks" / "sam2-tiny")
    return in_place("sam2-tiny")


def write_classifier(path: Path, weights: np.ndarray, *, stride: int = 4, output: str = "logits") -> Path:
    """Write logits (1, N, H / stride, W / stride) = weights (N, 4) times red, green, blue and one."""
    onnx = _onnx()
    kernel = weights[:, :3].reshape(-1, 3, 1, 1)
    return _write(
        path,
        [onnx.helper.make_node("Conv", ["rgb", "kernel", "bias"], [output], strides=[stride, stride])],
        takes={"rgb": [1, 3, "rows", "columns"]},
        gives={output: [1, len(weights), "r", "c"]},
        constants={"kernel": kernel, "bias": weights[:, 3]},
    )


def write_sam(folder: Path) -> tuple[Path, Path]:
    """Write an encoder and a decoder as SAM 2 has them; the answers are the prompt's opposite, and what is red."""
    node = _onnx().helper.make_node
    sizes = {"image_embed": (16, 64), "high_res_feats_0": (4, 256), "high_res_feats_1": (8, 128)}
    pools = [
        node("AveragePool", ["image"], [name], kernel_shape=[step, step], strides=[step, step])
        for name, (step, _) in sizes.items()
    ]
    features = {name: [1, 3, side, side] for name, (_, side) in sizes.items()}
    encoder = _write(folder / "encoder.onnx", pools, takes={"image": [1, 3, 1024, 1024]}, gives=features)
    prompts = {"point_coords": [1, "n", 2], "point_labels": [1, "n"]}
    prompts |= {"mask_input": [1, 1, 256, 256], "has_mask_input": [1]}
    answers = [
        node("Neg", ["mask_input"], ["opposite"]),
        node("Conv", ["high_res_feats_0", "red"], ["reddish"]),
        node("Concat", ["opposite", "reddish"], ["masks"], axis=1),
    ]
    red = np.array([8, 0, 0]).reshape(1, 3, 1, 1)
    gives = {"masks": [1, 2, 256, 256]}
    decoder = _write(
        folder / "decoder.onnx", answers, takes=features | prompts, gives=gives, constants={"red": red}
    )
    return encoder, decoder


def _onnx():
    return pytest.importorskip(
        "onnx", reason="tiny networks are made by onnx: pip install 'colorfast[train]'"
    )


def _write(
    path: Path,
    nodes: Sequence[object],
    *,
    takes: dict[str, list[int | str]],
    gives: dict[str, list[int | str]],
    constants: dict[str, np.ndarray] | None = None,
) -> Path:
    onnx = _onnx()
    kind = onnx.TensorProto.FLOAT
    ends = (
        [onnx.helper.make_tensor_value_info(name, kind, shape) for name, shape in end.items()]
        for end in (takes, gives)
    )
    stored = [
        onnx.numpy_helper.from_array(array.astype(np.float32), name)
        for name, array in (constants or {}).items()
    ]
    graph = onnx.helper.make_graph(list(nodes), "tiny", *ends, initializer=stored)
    opset = [onnx.helper.make_opsetid("", OPSET)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(onnx.helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString())
    return path
