"""Optimal transport between two palettes: which color of the photo is which color of the reference.

Cost is half the squared Lab distance. Entropy `blur` (Lab units) makes the plan smooth; `reach` (Lab
units) lets the shares of the colors differ, as a worn garment shows them in other proportions than a still life.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorfast.compiled import inlined, kernel
from colorfast.records import Array, Lab, Palette

WIDEST, HALVED, QUARTERED = 32.0, 0.5, 0.25
"""Lab units of the first blur, and the share of it that each next one is of a balanced coupling, which is slow to
forget its start, and of an unbalanced one."""
ROUNDS = 40
"""Sinkhorn rounds at most at each blur."""
HASTE = 1.7
"""Most by which a round's step of an unbalanced coupling is lengthened; a balanced one could swing to and fro."""
SETTLED = 1e-3
"""A blur's rounds end when no potential moves by more than this share of its entropy: 0.1 % of any mass."""

BLOCK = 512
"""Colors that are looked at together."""

ONE, HALF = np.float32(1), np.float32(0.5)
LOG2_E = np.float32(1.4426950408889634)
LEAST = np.float32(-126)  # the smallest exponent of a normal float32
# 2^x on -0.5..0.5 by the Taylor series of exp(x ln 2), relative error 2e-7
P1, P2, P3 = np.float32(0.6931472), np.float32(0.2402265), np.float32(0.05550411)
P4, P5, P6 = np.float32(0.009618129), np.float32(0.0013333558), np.float32(0.00015403530)
BIAS, MANTISSA = np.float32(127), np.int32(23)
SMALLEST = np.float32(-87)  # the log of the smallest normal float32
LEAST_MASS = 1e-30  # smaller ones are none: sums of denormal numbers would be slow
LITTLE = 1e-60  # its logarithm is finite
FAINT = np.float32(1e-12)  # sum of shares: its digits would be lost below NOTHING
NOTHING = np.float32(
    -50
)  # exponent of a share that adds nothing; products of smaller ones are denormal, thus slow
FARTHEST = 200.0
"""Most that the log of a scale may be: colors out of all reach have no mass then, and the rest stays finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """Which share of each source color goes to which target color."""

    plan: Array
    """(n, m) float32 mass; sums to 1 when balanced, to about 1 when not."""
    targets: Lab
    """(n, 3) mean target color of each source color."""


@inlined
def _exp(x: np.float32) -> np.float32:
    """Return exp of x < 88 without a call, so that a loop of it runs on whole vectors; 1e-38 below exp(-87)."""
    y = x * LOG2_E
    clamped = y if y > LEAST else LEAST
    rounded = np.int32(clamped + HALF + BIAS)  # positive, so that cutting it off rounds down
    whole = np.float32(rounded) - BIAS
    part = clamped - whole
    power = ONE + part * (P1 + part * (P2 + part * (P3 + part * (P4 + part * (P5 + part * P6)))))
    scale = np.int32(rounded << MANTISSA)  # the bits of 2^whole
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
def _masses(f: Array, g: Array, cost: Array, eps: float, out: Array) -> None:
    """Write exp((f + g - cost) / eps), (n, m), of potentials (n,) and (m,)."""
    inverse = 1 / eps
    for i in range(cost.shape[0]):
        row, written = cost[i], out[i]
        for k in range(row.shape[0]):
            power = np.float32((f[i] + g[k] - row[k]) * inverse)
            written[k] = _exp(power) if power > SMALLEST else np.float32(0)


@kernel
def _along_rows(mass: Array, shares: Array, total: Array) -> None:
    """Write the sum of each row of mass (n, m) times shares (m,), (n,)."""
    for i in range(mass.shape[0]):
        row, found = mass[i], 0.0
        for k in range(row.shape[0]):
            found += row[k] * shares[k]
        total[i] = found


@kernel
def _along_columns(mass: Array, shares: Array, total: Array) -> None:
    """Write the sum of each column of mass (n, m) times shares (n,), (m,)."""
    total[:] = 0
    for i in range(mass.shape[0]):
        row, share = mass[i], shares[i]
        for k in range(row.shape[0]):
            total[k] += row[k] * share


@kernel
def _relax(
    total: Array, start: Array, weights: Array, pace: tuple[float, float, float], scale: Array, shares: Array
) -> float:
    """Overwrite scale (n,) by what meets the weights, and somewhat more; return its largest move.

    total   (n,) masses that all scales of the other side would send
    pace    entropy, share of a potential that is kept, and how many times a step is lengthened
    scale   exp((potential - start) / entropy)
    shares  (n,) becomes weights times scale
    """
    eps, keep, haste = pace
    moved = 0.0
    for i in range(total.shape[0]):
        wanted = (keep - 1) * start[i] / eps - keep * np.log(total[i] + LITTLE)
        wanted = haste * wanted + (1 - haste) * np.log(scale[i])
        new = np.exp(min(max(wanted, -FARTHEST), FARTHEST))
        moved = max(moved, abs(new / scale[i] - 1))
        scale[i], shares[i] = new, weights[i] * new
    return moved


@kernel
def _sinkhorn(cost: Array, back: Array, a: Array, b: Array, blur: float, reach: float) -> Array:
    """Return the entropic plan (n, m) of a cost and its transpose; reach <= 0 means balanced.

    The blur goes from wide to narrow, each starting at the potentials of the one before, which are absorbed
    into the masses so that nothing underflows: Schmitzer 2019, arXiv:1610.06519, section 3.
    Unbalanced by Kullback-Leibler divergence: Séjourné et al. 2019, arXiv:1910.12958, section 3; a round then
    leaves at most keep² of an error. Steps are lengthened by what suits that rate best: Thibault et al. 2017,
    arXiv:1711.01851, section 4.
    """
    n, m = cost.shape
    f, g, mass = np.zeros(n), np.zeros(m), np.empty((n, m), np.float32)
    rows, columns, here, there = np.empty(n), np.empty(m), np.empty(n), np.empty(m)
    step, narrower = max(blur, WIDEST), QUARTERED if reach > 0 else HALVED
    while True:
        eps = step * step
        keep = reach * reach / (reach * reach + eps) if reach > 0 else 1.0
        pace = (eps, keep, min(2 / (1 + np.sqrt(1 - keep * keep)), HASTE) if reach > 0 else 1.0)
        _soften(g, cost, b, eps, keep, f)
        _soften(f, back, a, eps, keep, g)
        _masses(f, g, cost, eps, mass)
        u, v = np.ones(n), np.ones(m)
        here[:], there[:] = a, b
        for _ in range(ROUNDS - 1):
            _along_rows(mass, there, rows)
            moved = _relax(rows, f, a, pace, u, here)
            _along_columns(mass, here, columns)
            moved = max(moved, _relax(columns, g, b, pace, v, there))
            if moved < SETTLED:
                break
        if step <= blur:
            break
        f += eps * np.log(u)
        g += eps * np.log(v)
        step = max(blur, step * narrower)
    for i in range(n):
        for k in range(m):
            share = mass[i, k] * here[i] * there[k]
            mass[i, k] = share if share > LEAST_MASS else 0.0
    return mass


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


def nearness(lab: Lab, centers: Array, log_mass: Array, *, width: float) -> Array:
    """Return the shares (m, n), summing to 1 over m, by which centers (m, 3) are near to colors (n, 3).

    log_mass   (m,) log of what each center weighs
    width      Lab units: a center counts by its weight and exp(-distance² / (2 width²))
    """
    planes, masses = np.ascontiguousarray(lab.T, np.float32), log_mass.astype(np.float32)
    return _nearness(planes, centers.astype(np.float32), masses, np.float32(0.5 / width**2))


@kernel
def _nearness(planes: Array, centers: Array, log_mass: Array, sharp: np.float32) -> Array:
    """Write them block by block, so that what is looked at twice is still near the processor."""
    shares = np.empty((centers.shape[0], planes.shape[1]), np.float32)
    for start in range(0, planes.shape[1], BLOCK):
        part, found = planes[:, start : start + BLOCK], shares[:, start : start + BLOCK]
        L, a, b = part[0], part[1], part[2]
        top, total = np.full(L.shape[0], np.float32(-1e30)), np.zeros(L.shape[0], np.float32)
        for k in range(found.shape[0]):
            p, q, r, row = centers[k, 0], centers[k, 1], centers[k, 2], found[k]
            for i in range(L.shape[0]):
                x, y, z = L[i] - p, a[i] - q, b[i] - r
                row[i] = log_mass[k] - sharp * (x * x + y * y + z * z)
                top[i] = max(top[i], row[i])
        for k in range(found.shape[0]):
            row = found[k]
            for i in range(L.shape[0]):
                power = row[i] - top[i]
                row[i] = _exp(power if power > NOTHING else NOTHING)
                total[i] += row[i]
        for k in range(found.shape[0]):
            row = found[k]
            for i in range(L.shape[0]):
                row[i] /= total[i]
    return shares


def carried(lab: Lab, nodes: Palette, displacements: Lab, *, width: float) -> Lab:
    """Return colors (..., 3) moved by the displacements (n, 3) of the palette's colors nearby.

    width   Lab units: a color counts by its weight and exp(-distance² / (2 width²)), Nadaraya & Watson 1964
    """
    flat = np.ascontiguousarray(lab.reshape(-1, 3), np.float32)
    planes = np.ascontiguousarray(np.hstack([nodes.colors, displacements]).T, np.float32)
    shares = np.log(nodes.weights).astype(np.float32)
    moved: Lab = _carry(flat, planes, shares, np.float32(0.5 / width**2))
    return moved.reshape(lab.shape)


@kernel
def _carry(lab: Array, nodes: Array, log_shares: Array, sharp: np.float32) -> Array:
    """Return colors (k, 3) moved by nodes (6, n), their colors and displacements."""
    out = np.empty_like(lab)
    L, a, b, dL, da, db = nodes[0], nodes[1], nodes[2], nodes[3], nodes[4], nodes[5]
    for i in range(lab.shape[0]):
        p, q, r, top, total = lab[i, 0], lab[i, 1], lab[i, 2], np.float32(0), np.float32(0)
        while total < FAINT:  # all nodes are far: by the nearest one they are weighed anew
            if total > 0:
                top = np.float32(-1e30)
                for k in range(L.shape[0]):
                    x, y, z = L[k] - p, a[k] - q, b[k] - r
                    top = max(top, log_shares[k] - sharp * (x * x + y * y + z * z))
            total = moved_L = moved_a = moved_b = np.float32(0)
            for k in range(L.shape[0]):
                x, y, z = L[k] - p, a[k] - q, b[k] - r
                power = log_shares[k] - sharp * (x * x + y * y + z * z) - top
                share = _exp(power if power > NOTHING else NOTHING)
                total += share
                moved_L += share * dL[k]
                moved_a += share * da[k]
                moved_b += share * db[k]
        out[i, 0], out[i, 1], out[i, 2] = p + moved_L / total, q + moved_a / total, r + moved_b / total
    return out
