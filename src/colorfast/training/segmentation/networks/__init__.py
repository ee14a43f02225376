"""Networks to choose from: name to a function of the number of classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import nn

from colorfast.training.segmentation.networks.own import Own

NETWORKS: Mapping[str, Callable[[int], nn.Module]] = MappingProxyType({"own": Own})
