"""How well a metric foretells what people prefer."""

from __future__ import annotations

import math

import numpy as np

from colorfast.records import Array
from colorfast.review.errors import NotTaken
from colorfast.review.study.preference import NORMAL_95

FEWEST = 4  # pairs of values: Fisher's transform divides by n - 3


def spearman(x: Array, y: Array) -> float:
    """Return Spearman's rank correlation of two lists (n,), with mean ranks where values are equal.

    Raises NotTaken when there are too few values, or all of a list are equal.
    """
    if len(x) < FEWEST:
        raise NotTaken(f"a correlation needs {FEWEST} questions and there are {len(x)}")
    rx, ry = _ranks(x) - (len(x) + 1) / 2, _ranks(y) - (len(y) + 1) / 2
    spread = math.sqrt(float(rx @ rx) * float(ry @ ry))
    if spread == 0:
        raise NotTaken("a correlation needs values that differ")
    return float(rx @ ry) / spread


def spearman_interval(rho: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a rank correlation of n pairs.

    Fisher's transform with the variance 1.06 / (n - 3) of Fieller, Hartley & Pearson 1957, doi:10.2307/2332878.
    """
    if abs(rho) >= 1:
        return rho, rho
    center, half = math.atanh(rho), NORMAL_95 * math.sqrt(1.06 / (n - 3))
    return math.tanh(center - half), math.tanh(center + half)


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of hits among n.

    Wilson 1927, as method 3 of Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E.
    """
    if n == 0:
        return 0.0, 1.0
    z2 = NORMAL_95**2
    center = 2 * hits + z2
    half = NORMAL_95 * math.sqrt(z2 + 4 * hits * (1 - hits / n))
    return max(0.0, (center - half) / (2 * (n + z2))), min(1.0, (center + half) / (2 * (n + z2)))


def _ranks(values: Array) -> Array:
    """Return ranks from 1, equal values sharing their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place])
