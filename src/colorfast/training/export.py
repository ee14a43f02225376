"""From trained weights to a file that ONNX Runtime computes: float32, or 8 bits for a CPU.

The file takes `rgb` (1, 3, H, W) sRGB 0..1 and gives `shares` (1, N, h, w), probabilities that sum to 1.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)
from torch import Tensor, nn

from colorfast.records import Array

OPSET = 18
STRIDE = 32  # height and width are multiples of it
MOST = 64  # strides that a side may have
IN_8_BITS = ["Conv", "Add", "Concat", "AveragePool", "Resize", "ReduceMean", "Relu"]  # softmax stays exact


class _Shares(nn.Module):
    """A network with probabilities in place of logits.

    The softmax is spelled out: over any axis but the last one ONNX Runtime takes several times as long for its own.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, rgb: Tensor) -> Tensor:
        logits: Tensor = self.network(rgb)
        powers = (logits - logits.amax(1, keepdim=True)).exp()
        return powers / powers.sum(1, keepdim=True)


def export(network: nn.Module, path: Path) -> Path:
    """Write a network as float32 ONNX that takes any multiple of 32 as height and width."""
    side = {
        at: STRIDE * torch.export.Dim(name, min=1, max=MOST) for at, name in ((2, "rows"), (3, "columns"))
    }
    with _quiet():
        torch.onnx.export(
            _Shares(network).eval(),  # the outer one too: the exporter asks it whether it trains
            (torch.rand(1, 3, 3 * STRIDE, 2 * STRIDE),),
            str(path),
            input_names=["rgb"],
            output_names=["shares"],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes={"rgb": side},
            external_data=False,
            verbose=False,
        )
    return path


def export_planes(network: nn.Module, path: Path, size: tuple[int, int, int], *, answer: str) -> Path:
    """Write a network that takes `planes` (1, *size), and no other size, as float32 ONNX.

    answer   what it gives is called
    """
    with _quiet():
        torch.onnx.export(
            network.eval(),
            (torch.rand(1, *size),),
            str(path),
            input_names=["planes"],
            output_names=[answer],
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        onnx.save(_without_notes(onnx.load(path)), path)
    return path


def in_8_bits(source: Path, path: Path, photos: Sequence[Array]) -> Path:
    """Write an ONNX file anew with 8-bit weights a channel, and activations scaled by what photos bring forth.

    photos   some two dozen (1, 3, H, W) float32 as the network will see them
    """
    with tempfile.TemporaryDirectory() as folder, _quiet():
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(path),
            _Photos(photos),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=IN_8_BITS,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        onnx.save(_without_notes(onnx.load(path)), path)
    return path


def _without_notes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model without what exporters note beside it: lines of code, and shapes that anyone can infer."""
    del model.graph.value_info[:], model.metadata_props[:]
    for part in (*model.graph.node, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
    return model


class _Photos(CalibrationDataReader):
    """Hands photos to the quantizer one by one."""

    def __init__(self, photos: Sequence[Array]) -> None:
        self.left = iter(photos)

    def get_next(self) -> dict[str, Array] | None:
        """Return the next photo, None after the last."""
        photo = next(self.left, None)
        return None if photo is None else {"rgb": photo}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' own notes, about packages that are not needed, from the log and the warnings."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
