"""Optimal transport between two palettes: which color of the photo is which color of the reference.

Cost is half the squared Lab distance. Entropy `blur` (Lab units) makes the plan smooth; `reach` (Lab
units) lets the shares of the colors differ, as a worn garment shows them in other proportions than a still life.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorfast.compiled import exact_kernel
from colorfast.records import Array, Lab, Palette

ROUNDS = 40
"""Sinkhorn rounds at each blur, from 32 Lab units down by halves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """Which share of each source color goes to which target color."""

    plan: Array
    """(n, m) float32 mass; sums to 1 when balanced, to about 1 when not."""
    targets: Lab
    """(n, 3) mean target color of each source color."""


@exact_kernel
def _sinkhorn(cost: Array, a: Array, b: Array, blur: float, reach: float) -> Array:
    """Return the entropic plan (n, m) in float64; reach <= 0 means balanced.

    Potentials are absorbed into the kernel at each blur, from wide to narrow, so that nothing underflows.
    Unbalanced by Kullback-Leibler divergence: Séjourné et al. 2019, arXiv:1910.12958, section 3.
    """
    n, m = cost.shape
    f, g = np.zeros(n), np.zeros(m)
    step = max(blur, 32.0)
    while True:
        eps = step * step
        damping = reach * reach / (reach * reach + eps) if reach > 0 else 1.0
        for _ in range(ROUNDS):
            for i in range(n):
                f[i] = -damping * eps * _soft_sum(g, cost[i], b, eps)
            for j in range(m):
                g[j] = -damping * eps * _soft_sum(f, cost[:, j], a, eps)
        if step <= blur:
            break
        step = max(blur, step / 2)
    plan = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            plan[i, j] = a[i] * b[j] * np.exp((f[i] + g[j] - cost[i, j]) / eps)
    return plan


@exact_kernel
def _soft_sum(potential: Array, cost: Array, weights: Array, eps: float) -> float:
    """Return log of the sum of weights · exp((potential - cost) / eps), guarded against underflow."""
    top = -1e300
    for k in range(len(potential)):
        top = max(top, (potential[k] - cost[k]) / eps)
    total = 0.0
    for k in range(len(potential)):
        total += weights[k] * np.exp((potential[k] - cost[k]) / eps - top)
    return float(top + np.log(total))


def couple(source: Palette, target: Palette, *, blur: float = 2.0, reach: float | None = None) -> Coupling:
    """Return the coupling of two palettes.

    blur    Lab units; at 2 neighbors within a just noticeable difference share their mass
    reach   Lab units a color may travel before leaving it out is cheaper; None keeps all shares
    """
    cost = 0.5 * ((source.colors[:, None].astype(np.float64) - target.colors[None]) ** 2).sum(-1)
    a, b = source.weights.astype(np.float64), target.weights.astype(np.float64)
    plan = _sinkhorn(cost, a, b, float(blur), float(reach or 0))
    mass = np.maximum(plan.sum(1, keepdims=True), 1e-12)
    targets = (plan @ target.colors) / mass
    return Coupling(plan=plan.astype(np.float32), targets=targets.astype(np.float32))
