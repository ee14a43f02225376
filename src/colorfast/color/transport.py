"""Optimal transport between two palettes: which color of the photo is which color of the reference.

Cost is half the squared Lab distance. Entropy `blur` (Lab units) makes the plan smooth; `reach` (Lab
units) lets the shares of the colors differ, as a worn garment shows them in other proportions than a still life.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorfast.compiled import inlined, kernel
from colorfast.records import Array, Lab, Palette

ROUNDS = 40
"""Sinkhorn rounds at most at each blur, from 32 Lab units down by halves."""
SETTLED = 1e-3
"""A blur's rounds end when no potential moves by more than this share of its entropy: 0.1 % of any mass."""

ONE, HALF = np.float32(1), np.float32(0.5)
LOG2_E = np.float32(1.4426950408889634)
LEAST = np.float32(-126)  # the smallest exponent of a normal float32
# 2^x on -0.5..0.5 by the Taylor series of exp(x ln 2), relative error 2e-7
P1, P2, P3 = np.float32(0.6931472), np.float32(0.2402265), np.float32(0.05550411)
P4, P5, P6 = np.float32(0.009618129), np.float32(0.0013333558), np.float32(0.00015403530)
BIAS, MANTISSA = np.float32(127), np.float32(2**23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """Which share of each source color goes to which target color."""

    plan: Array
    """(n, m) float32 mass; sums to 1 when balanced, to about 1 when not."""
    targets: Lab
    """(n, 3) mean target color of each source color."""


@inlined
def _exp(x: np.float32) -> np.float32:
    """Return exp of x <= 0 without a call, so that a loop of it runs on whole vectors; 0 below exp(-87)."""
    y = x * LOG2_E
    clamped = y if y > LEAST else LEAST
    whole = np.float32(np.int32(clamped - HALF))
    part = clamped - whole
    power = ONE + part * (P1 + part * (P2 + part * (P3 + part * (P4 + part * (P5 + part * P6)))))
    scale = np.int32((whole + BIAS) * MANTISSA)  # the bits of 2^whole
    found: np.float32 = power * scale.view(np.float32)
    return found


@kernel
def _soften(potential: Array, cost: Array, weights: Array, eps: float, keep: float, out: Array) -> None:
    """Overwrite out (n,) by the damped soft minimum of cost (n, m) less potential (m,).

    It is minus eps times the log of the weighted sum of exp((potential - cost) / eps), guarded against
    underflow by its largest term.
    """
    inverse, top = np.float32(1 / eps), np.float32(0)
    for i in range(cost.shape[0]):
        row = cost[i]
        top = np.float32(-1e30)
        for k in range(row.shape[0]):
            value = potential[k] - row[k]
            top = value if value > top else top
        total = np.float32(0)
        for k in range(row.shape[0]):
            total += weights[k] * _exp((potential[k] - row[k] - top) * inverse)
        out[i] = -keep * (top + eps * np.log(total))


@kernel
def _scale(mass: Array, other: Array, start: Array, eps: float, keep: float, out: Array) -> float:
    """Overwrite out (n,) by what meets the shares, from the masses (n, m) at the start; return its largest move.

    other, out   (m,), (n,) exp((potential - start) / eps) on either side; masses hold the other side's weight
    The same step as _soften, without an exponential for each pair.
    """
    moved = 0.0
    for i in range(mass.shape[0]):
        row, total = mass[i], 1e-300
        for k in range(row.shape[0]):
            total += row[k] * other[k]
        # keep · (start - eps log total) is the new potential
        new = np.exp(((keep - 1) * start[i]) / eps - keep * np.log(total))
        moved = max(moved, abs(new / out[i] - 1))
        out[i] = new
    return moved


@kernel
def _masses(f: Array, g: Array, cost: Array, weights: Array, eps: float, out: Array) -> None:
    """Write weights (m,) times exp((f + g - cost) / eps), (n, m)."""
    for i in range(cost.shape[0]):
        for k in range(cost.shape[1]):
            out[i, k] = weights[k] * np.exp((f[i] + g[k] - cost[i, k]) / eps)


@kernel
def _sinkhorn(cost: Array, back: Array, a: Array, b: Array, blur: float, reach: float) -> Array:
    """Return the entropic plan (n, m) of a cost and its transpose; reach <= 0 means balanced.

    The blur goes from wide to narrow, each starting at the potentials of the one before, which are absorbed
    into the masses so that nothing underflows: Schmitzer 2019, arXiv:1610.06519, section 3.
    Unbalanced by Kullback-Leibler divergence: Séjourné et al. 2019, arXiv:1910.12958, section 3.
    """
    n, m = cost.shape
    f, g, there, here = np.zeros(n), np.zeros(m), np.empty((n, m)), np.empty((m, n))
    step = max(blur, 32.0)
    while True:
        eps = step * step
        keep = reach * reach / (reach * reach + eps) if reach > 0 else 1.0
        _soften(g, cost, b, eps, keep, f)
        _soften(f, back, a, eps, keep, g)
        _masses(f, g, cost, b, eps, there)
        _masses(g, f, back, a, eps, here)
        u, v = np.ones(n), np.ones(m)
        for _ in range(ROUNDS - 1):
            moved = _scale(there, v, f, eps, keep, u)
            moved = max(moved, _scale(here, u, g, eps, keep, v))
            if moved < SETTLED:
                break
        f += eps * np.log(u)
        g += eps * np.log(v)
        if step <= blur:
            break
        step = max(blur, step / 2)
    return (there * u.reshape(n, 1) * v * a.reshape(n, 1)).astype(np.float32)


def couple(source: Palette, target: Palette, *, blur: float = 2.0, reach: float | None = None) -> Coupling:
    """Return the coupling of two palettes.

    blur    Lab units; at 2 neighbors within a just noticeable difference share their mass
    reach   Lab units a color may travel before leaving it out is cheaper; None keeps all shares
    """
    square = ((source.colors[:, None].astype(np.float64) - target.colors[None]) ** 2).sum(-1)
    cost = (0.5 * square).astype(np.float32)
    a, b = source.weights.astype(np.float32), target.weights.astype(np.float32)
    plan = _sinkhorn(cost, np.ascontiguousarray(cost.T), a, b, float(blur), float(reach or 0))
    mass = np.maximum(plan.sum(1, keepdims=True), np.float32(1e-12))
    return Coupling(plan=plan, targets=((plan @ target.colors) / mass).astype(np.float32))
