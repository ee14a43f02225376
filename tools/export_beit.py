"""Write the ONNX file of the network `beit-ade` from the weights on the model hub, and pin it.

    pip install 'colorfast[train]' transformers
    python tools/export_beit.py [--weights FOLDER] [--out FILE.onnx]

Weights are those of microsoft/beit-base-finetuned-ade-640-640 (BEiT, Bao et al. 2021, arXiv:2106.08254, with an
UperNet for the 150 classes of ADE20K), 0.9 GB, at the revision of colorfast.weights; FOLDER is a copy of that
repository for a machine without a connection. The file takes `pixel_values` (1, 3, 640, 640) and gives `logits`
(1, 150, 160, 160); it is compared with torch before it is kept. Without --out it goes where colorfast looks for it.

BEiT v2 (Peng et al. 2022, arXiv:2208.06366) has the same layers. The hub has no weights of it for ADE20K: its
authors publish them in their own repository, named as mmsegmentation names them. Rename them as transformers'
convert_beit_unilm_to_pytorch.py does for v1, save the model to a folder, and give that as FOLDER (not tried here).
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BeitForSemanticSegmentation

from colorfast.files import write_atomically
from colorfast.hub import pull
from colorfast.inference import open_network
from colorfast.weights import known

NAME = "beit-ade"
REPOSITORY = "microsoft/beit-base-finetuned-ade-640-640"
OPSET = 18
AGREES = 1e-3  # largest difference of a logit between torch and the file, relative to the largest logit


class Logits(nn.Module):
    """BEiT without the loss and the hidden states that it returns as well."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Return logits (1, 150, H / 4, W / 4)."""
        return self.network(pixel_values=pixel_values).logits


def main() -> None:
    """Load, export, compare, keep, pin."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", default=REPOSITORY)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    revision = known(NAME).revision if asked.weights == REPOSITORY else None
    network = BeitForSemanticSegmentation.from_pretrained(
        asked.weights,
        revision=revision,
        attn_implementation="eager",  # the exporter cannot take the fused one apart
    )
    with tempfile.TemporaryDirectory() as folder:
        made = export(Logits(network).eval(), network.config.image_size, Path(folder) / "model.onnx")
        out = asked.out or known(NAME).path
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out, made.read_bytes())
    print(out)
    if not asked.out:
        pull(NAME, say=lambda line: print(line, file=sys.stderr))


def export(network: nn.Module, side: int, path: Path) -> Path:
    """Write a network that takes (1, 3, side, side) as ONNX; an error where the file says something else."""
    photo = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1
    logging.disable(logging.WARNING)  # the exporter's notes about packages that are not needed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (photo,),
            str(path),
            input_names=["pixel_values"],
            output_names=["logits"],
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    with torch.no_grad():
        expected = network(photo).numpy()
    found = open_network(path)(photo.numpy())
    apart = float(np.abs(found - expected).max() / np.abs(expected).max())
    if apart > AGREES:
        sys.exit(f"the file differs from torch by {apart:.2e} of the largest logit: not kept")
    return path


if __name__ == "__main__":
    main()
