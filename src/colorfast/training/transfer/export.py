"""From a trained lattice network to a file that ONNX Runtime computes.

It takes `planes` (1, PLANES, SIDE, SIDE) of correct.analogy and gives `lattice` (1, GIVEN * SIDE, SIDE, SIDE).
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from torch import nn

from colorfast.correct.analogy import PLANES, SIDE
from colorfast.training.export import OPSET, quiet, without_notes


def export_lattice(network: nn.Module, path: Path) -> Path:
    """Write a lattice network as float32 ONNX."""
    with quiet():
        torch.onnx.export(
            network.eval(),
            (torch.rand(1, PLANES, SIDE, SIDE),),
            str(path),
            input_names=["planes"],
            output_names=["lattice"],
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        onnx.save(without_notes(onnx.load(path)), path)
    return path
