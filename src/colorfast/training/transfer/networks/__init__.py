"""The transfer networks by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import nn

from colorfast.training.transfer.networks.analogy import HALF, STUDENT, TEACHER, HistogramAnalogy
from colorfast.training.transfer.networks.lattice import LatticeNetwork

LATTICE = "lattice"

NETWORKS: Mapping[str, Callable[[], nn.Module]] = MappingProxyType(
    {
        LATTICE: LatticeNetwork,
        "teacher": lambda: HistogramAnalogy(TEACHER),
        "half": lambda: HistogramAnalogy(HALF),
        "student": lambda: HistogramAnalogy(STUDENT),
    }
)
