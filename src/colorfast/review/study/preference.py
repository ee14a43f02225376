"""How much better each method is than the others, from choices between two: the Bradley–Terry model.

A choice between i and j falls on i with probability 1 / (1 + exp(b_j - b_i)), where b is a method's worth on the
scale of log odds. Worths are only defined up to a constant; here they add up to 0.

Bradley & Terry 1952, doi:10.1093/biomet/39.3-4.324; fitted as in Hunter 2004, doi:10.1214/aos/1079120141, eq. 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from colorfast.records import Array
from colorfast.review.errors import NotTaken

NORMAL_95 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution
TOLERANCE, ROUNDS = 1e-10, 10_000


class Worths(NamedTuple):
    """Worths (k,) in log odds, adding up to 0, and their covariance (k, k)."""

    worth: Array
    covariance: Array

    def interval(self, i: int) -> tuple[float, float]:
        """Return the 95 % Wald interval of a method's worth."""
        half = NORMAL_95 * float(np.sqrt(self.covariance[i, i]))
        return float(self.worth[i]) - half, float(self.worth[i]) + half

    def deviation(self, i: int, j: int) -> float:
        """Return the standard error of the difference between two worths."""
        c = self.covariance
        return float(np.sqrt(c[i, i] + c[j, j] - 2 * c[i, j]))


def worths(wins: Array) -> Worths:
    """Return each method's worth by maximum likelihood.

    wins   (k, k) how often the row was chosen over the column; the diagonal is ignored

    Raises NotTaken where a maximum does not exist: some methods were never chosen over the rest (Ford 1957).
    """
    wins = wins * (1.0 - np.eye(len(wins)))
    if len(wins) < 2 or not _connected(wins):
        raise NotTaken(
            "some method won, or lost, every comparison with the rest; its worth has no bound: gather more votes"
        )
    worth = np.log(_fitted(wins))
    worth -= worth.mean()
    return Worths(worth, _covariance(worth, wins + wins.T))


def probability(worth: Array) -> Array:
    """Return (k, k) the probability with which the row is chosen over the column, for worths (k,)."""
    return np.asarray(1 / (1 + np.exp(worth[None, :] - worth[:, None])))


def _fitted(wins: Array) -> Array:
    """Return strengths (k,), exp of worth, up to a factor."""
    played, won = wins + wins.T, wins.sum(axis=1)
    strength = np.ones(len(wins))
    for _ in range(ROUNDS):
        new = won / (played / (strength[:, None] + strength[None, :])).sum(axis=1)  # Hunter 2004, eq. 3
        new /= np.exp(np.log(new).mean())
        if np.abs(np.log(new / strength)).max() < TOLERANCE:
            return np.asarray(new)
        strength = new
    return strength


def _covariance(worth: Array, played: Array) -> Array:
    """Return the inverse Fisher information under the constraint that worths add up to 0."""
    p = probability(worth)
    weight = played * p * (1 - p)
    information = np.diag(weight.sum(axis=1)) - weight
    return np.asarray(np.linalg.pinv(information))


def _connected(wins: Array) -> bool:
    """Return whether every method beats every other one, if over others in between."""
    reach = ((wins > 0) | np.eye(len(wins), dtype=bool)).astype(int)
    for _ in range(len(wins)):
        reach = (reach @ reach > 0).astype(int)
    return bool(reach.all())
