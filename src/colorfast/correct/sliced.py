"""Distribution matching: the smooth cubic map under which the photo's colors are distributed like the reference's.

When the reference shows the garment in the same light, every color of the photo has its exact counterpart, and
the map that carries one distribution to the other undoes the error. Distributions are compared along a set of
directions (Rabin, Peyré, Delon & Bernot 2011, sliced Wasserstein distance); in each round every color asks for
the displacement that would bring its quantiles right, and the cubic polynomial nearest to all wishes is taken.
It starts at the linear Monge-Kantorovitch map (Pitié & Kokaram 2007, eq. 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorfast.compiled import kernel
from colorfast.records import Array, ColorMap, Lab, Palette

DIRECTIONS = 16
ROUNDS = 15
BINS = 1024
RIDGE = 1e-3
"""Ridge on the quadratic and cubic terms of standardized colors."""
LEAST_SPREAD = 3.0
"""Lab units; narrower axes are not stretched further, so that noise does not steer the cubic terms."""
LINEAR = 4
"""The first so many monomials are the affine map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted map and how far the distributions still are apart."""

    color_map: ColorMap
    affine_residual: float
    """Sliced Wasserstein distance left by the best affine map, Lab units."""
    residual: float
    """Sliced Wasserstein distance left by the cubic map, Lab units."""


@kernel
def _monomials(lab: Array, center: Array, scale: Array, low: Array, high: Array) -> Array:
    """Return the 20 monomials up to the third degree, (n, 20), of colors clamped to low..high and standardized."""
    n = lab.shape[0]
    out = np.empty((n, 20), np.float32)
    for k in range(n):
        x = (min(max(lab[k, 0], low[0]), high[0]) - center[0]) * scale[0]
        y = (min(max(lab[k, 1], low[1]), high[1]) - center[1]) * scale[1]
        z = (min(max(lab[k, 2], low[2]), high[2]) - center[2]) * scale[2]
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = np.float32(1), x, y, z
        out[k, 4], out[k, 5], out[k, 6] = x * x, y * y, z * z
        out[k, 7], out[k, 8], out[k, 9] = x * y, x * z, y * z
        out[k, 10], out[k, 11], out[k, 12] = x * x * x, y * y * y, z * z * z
        out[k, 13], out[k, 14] = x * x * y, x * x * z
        out[k, 15], out[k, 16] = y * y * x, y * y * z
        out[k, 17], out[k, 18] = z * z * x, z * z * y
        out[k, 19] = x * y * z
    return out


@kernel
def _wishes(
    source: Array, weights: Array, target: Array, target_weights: Array, bins: int, out: Array
) -> None:
    """Write, for each source value, how far the target's value of the same quantile is.

    source (n,), weights (n,), target (m,), target_weights (m,), out (n,). Mass is spread linearly over bins.
    """
    low = min(source.min(), target.min())
    high = max(source.max(), target.max())
    scale = np.float32(bins - 2) / (high - low + np.float32(1e-4))
    have, want = np.zeros(bins + 1), np.zeros(bins + 1)
    for values, shares, mass in ((source, weights, have), (target, target_weights, want)):
        for i in range(values.shape[0]):
            place = (values[i] - low) * scale
            bin_ = int(place)
            part = place - np.float32(bin_)
            mass[bin_] += shares[i] * (1 - part)
            mass[bin_ + 1] += shares[i] * part
    move = np.empty(bins + 1, np.float32)
    below, reached, j = 0.0, 0.0, 0
    for k in range(bins + 1):
        quantile = below + 0.5 * have[k]
        while j < bins and reached + want[j] < quantile:
            reached += want[j]
            j += 1
        part64 = (quantile - reached) / want[j] - 0.5 if want[j] > 1e-12 else 0.0
        move[k] = np.float32(j - k + min(max(part64, -0.5), 0.5))
        below += have[k]
    inverse = np.float32(1) / scale
    for i in range(source.shape[0]):
        place = (source[i] - low) * scale
        bin_ = int(place)
        part = place - np.float32(bin_)
        out[i] = (move[bin_] * (1 - part) + move[bin_ + 1] * part) * inverse


def directions(count: int) -> Array:
    """Return (count, 3) unit vectors spread evenly over a half sphere, along a golden spiral."""
    golden = (1 + 5**0.5) / 2
    turn = 2 * np.pi * (np.arange(count) + 0.5) / golden
    height = 1 - (np.arange(count) + 0.5) / count
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), height], 1).astype(np.float32)


def monge_kantorovitch(source: tuple[Lab, Array], target: tuple[Lab, Array]) -> tuple[Array, Array]:
    """Return matrix (3, 3) and target mean (3,) of x → mean + (x - source mean) · matrix, the linear transport."""
    _, covariance = _moments(*source)
    target_mean, target_covariance = _moments(*target)
    root = _root(covariance)
    inverse = np.linalg.inv(root)
    return inverse @ _root(root @ target_covariance @ root) @ inverse, target_mean


def _moments(colors: Lab, weights: Array) -> tuple[Array, Array]:
    mean = weights.astype(np.float64) @ colors
    centered = colors - mean
    return mean, centered.T @ (centered * weights[:, None]) + 1e-4 * np.eye(3)


def _root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    root: Array = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def fit(source: Palette, target: Palette) -> Fit:
    """Return the cubic map from the source's distribution to the target's, both given by their finest points."""
    colors, weights = source.points
    low, high = colors.min(0), colors.max(0)
    center = (weights @ colors).astype(np.float32)
    spread = np.sqrt(weights @ (colors - center) ** 2)
    scale = (1 / np.maximum(spread, LEAST_SPREAD)).astype(np.float32)
    design = _monomials(colors, center, scale, low, high)
    start = np.zeros((design.shape[1], 3))
    matrix, mean = monge_kantorovitch((colors, weights), target.points)
    start[0], start[1:LINEAR] = mean, matrix / scale[:, None].astype(np.float64)
    affine, affine_residual = _rounds(design[:, :LINEAR], weights, target, start[:LINEAR], ROUNDS // 2)
    start[:LINEAR] = affine
    found, residual = _rounds(design, weights, target, start, ROUNDS)
    coefficients = found.astype(np.float32)

    def move(lab: Lab) -> Lab:
        flat: Lab = np.ascontiguousarray(lab.reshape(-1, 3), np.float32)
        clamped = np.clip(
            flat, low, high
        )  # beyond the garment's colors the displacement at their border goes on
        moved = flat - clamped + _monomials(clamped, center, scale, low, high) @ coefficients
        return moved.reshape(lab.shape).astype(np.float32, copy=False)

    return Fit(color_map=move, affine_residual=affine_residual, residual=residual)


def _rounds(design: Array, weights: Array, target: Palette, start: Array, rounds: int) -> tuple[Array, float]:
    """Return coefficients (terms, 3) after so many rounds of wishing and fitting, and the last mean wish."""
    axes = directions(DIRECTIONS)
    back = axes @ np.linalg.inv(axes.T @ axes)  # wishes along the axes to one displacement, least squares
    goals, goal_weights = target.points
    along_goals = np.ascontiguousarray((goals @ axes.T).T, np.float32)
    weighted = design.astype(np.float64) * weights[:, None]
    ridge = RIDGE * np.eye(design.shape[1])
    ridge[:LINEAR, :LINEAR] = 0
    solve = np.linalg.solve(design.T @ weighted + ridge + 1e-9 * np.eye(len(ridge)), weighted.T)
    wishes = np.empty((DIRECTIONS, len(design)), np.float32)
    found, residual = start, 0.0
    for _ in range(rounds):
        colors = design @ found
        along = np.ascontiguousarray((colors @ axes.T).T, np.float32)
        for k in range(DIRECTIONS):
            _wishes(along[k], weights, along_goals[k], goal_weights, BINS, wishes[k])
        residual = float(np.sqrt((weights * wishes**2).sum() / DIRECTIONS))
        found = solve @ (colors + wishes.T @ back)
    return found, residual
