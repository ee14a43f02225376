"""From a trained network to the two files that `colorfast swatch --network` takes: patch.onnx and its record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from colorfast.files import write_atomically
from colorfast.records import Array, Lab
from colorfast.swatch.patch_inputs import PLANES, SIDE
from colorfast.swatch.patch_network import combined
from colorfast.training.export import export_planes

NAME = "patch.onnx"
WITHIN = 0.68  # share of true values that lie within one deviation


def answers(network: nn.Module, planes: Array) -> Array:
    """Return what members say, (n, members, 6), of planes (n, PLANES, SIDE, SIDE)."""
    network.eval()
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(np.ascontiguousarray(planes))).numpy())


def deviation_scale(found: Array, true: Lab) -> float:
    """Return by what deviations must be multiplied for 68 % of true values to lie within one.

    found   (n, members, 6) of photos that taught nothing
    """
    answer = combined(found, 1.0)
    return float(np.quantile(np.abs(answer.lab - true) / answer.deviation, WITHIN))


def export(
    network: nn.Module, out: Path, *, cameras: Sequence[str], deviations: float, said: Mapping[str, Any]
) -> Path:
    """Write patch.onnx and patch.json into a folder; return the first.

    cameras      names, in the order of their places
    deviations   their scale
    said         how it came to be
    """
    path = export_planes(network, out / NAME, (PLANES, SIDE, SIDE), answer="members")
    content = path.read_bytes()
    record = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "cameras": list(cameras),
        "deviations": round(deviations, 4),
        **said,
    }
    write_atomically(path.with_suffix(".json"), f"{json.dumps(record, indent=1)}\n".encode())
    return path
