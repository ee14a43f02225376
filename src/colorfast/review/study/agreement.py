"""How far raters agree beyond chance, on choices that have no order.

Counts come in, (units, categories): how many raters put a unit into a category.
"""

from __future__ import annotations

import numpy as np

from colorfast.records import Array
from colorfast.review.errors import NotTaken


def fleiss_kappa(counts: Array) -> float:
    """Return Fleiss' kappa: 1 is agreement, 0 is what chance would give.

    counts   (n, k); every unit must have the same number of raters, at least 2

    Fleiss 1971, eq. 3 to 7. doi:10.1037/h0031619. Raises NotTaken where it is not defined.
    """
    raters = counts.sum(axis=1)
    if len(counts) == 0 or raters.min() < 2 or raters.min() != raters.max():
        raise NotTaken("Fleiss' kappa needs the same number of raters, at least two, on every question")
    m = float(raters[0])
    shares = counts.sum(axis=0) / counts.sum()
    by_unit = ((counts**2).sum(axis=1) - m) / (m * (m - 1))  # eq. 2 there: P_i
    chance = float((shares**2).sum())
    if chance == 1:
        raise NotTaken("all raters chose the same everywhere: chance alone would agree as well")
    return float((by_unit.mean() - chance) / (1 - chance))


def krippendorff_alpha(counts: Array) -> float:
    """Return Krippendorff's alpha for nominal data; units may have different numbers of raters.

    counts   (n, k); units with fewer than 2 raters say nothing and are left out

    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C. Raises NotTaken where it is not
    defined.
    """
    paired = counts[counts.sum(axis=1) >= 2].astype(float)
    if len(paired) == 0:
        raise NotTaken("nothing was judged by two raters")
    raters = paired.sum(axis=1, keepdims=True)
    coincidences = np.einsum("ni,nj->ij", paired / (raters - 1), paired)
    coincidences -= np.diag((paired / (raters - 1)).sum(axis=0))
    totals = coincidences.sum(axis=1)
    n = totals.sum()
    expected = n**2 - (totals**2).sum()
    if expected == 0:
        raise NotTaken("all raters chose the same everywhere: chance alone would agree as well")
    observed = n - np.trace(coincidences)
    return float(1 - (n - 1) * observed / expected)
