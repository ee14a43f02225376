"""Networks to choose from: name to a function of the number of classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from torch import nn

from colorfast.training.segmentation.networks.deeplab import DeepLab
from colorfast.training.segmentation.networks.fcn import ADDED, FCN
from colorfast.training.segmentation.networks.lraspp import LRASPP
from colorfast.training.segmentation.networks.own import Own
from colorfast.training.segmentation.networks.pix2pix import Pix2Pix
from colorfast.training.segmentation.networks.unet import SIZES, UNet

NETWORKS: Mapping[str, Callable[[int], nn.Module]] = MappingProxyType(
    {
        "own": Own,
        **{
            f"unet{number}": partial(UNet, width=width, depth=depth)
            for number, (width, depth) in enumerate(SIZES, start=1)
        },
        **{f"fcn{stride}s": partial(FCN, stride=stride) for stride in ADDED},
        "deeplabv3plus": DeepLab,
        "lraspp": LRASPP,
        "pix2pix": Pix2Pix,
    }
)
