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
AFFINE_ROUNDS, ROUNDS = 3, 6
BINS = 1024
RIDGE = 1e-3
"""Ridge on the quadratic and cubic terms of standardized colors."""
LEAST_SPREAD = 3.0
"""Lab units; narrower axes are not stretched further, so that noise does not steer the cubic terms."""
LINEAR = 4
"""The first so many monomials are the affine map."""
MARGIN = np.float32(0.1)
"""Share of the range of colors by which the bins reach further: the map moves the colors between rounds."""
ONE = np.float32(1)


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
def _spread(places: Array, weights: Array, mass: Array) -> None:
    """Overwrite a histogram by the weights of places (n,) in bins, each shared by the two bins around it."""
    mass[:] = 0
    for i in range(places.shape[0]):
        bin_ = np.int32(places[i])
        part = places[i] - np.float32(bin_)
        mass[bin_] += weights[i] * (ONE - part)
        mass[bin_ + 1] += weights[i] * part


@kernel
def _moves(have: Array, want: Array, move: Array) -> None:
    """Write for each bin how many bins away the wanted histogram reaches the same quantile."""
    below, reached, j = 0.0, 0.0, 0
    for k in range(have.shape[0]):
        quantile = below + 0.5 * have[k]
        while j < want.shape[0] - 1 and reached + want[j] < quantile:
            reached += want[j]
            j += 1
        part = (quantile - reached) / want[j] - 0.5 if want[j] > 1e-12 else 0.0
        move[k] = np.float32(j - k + min(max(part, -0.5), 0.5))
        below += have[k]


@kernel
def _ranges(colors: Array, goals: Array, axes: Array) -> Array:
    """Return where the bins of each direction begin and how many there are to a Lab unit, (directions, 2).

    They hold colors (3, n), goals (directions, m), and MARGIN of their range on either side.
    """
    ranges = np.empty((axes.shape[0], 2), np.float32)
    for d in range(axes.shape[0]):
        low, high = goals[d].min(), goals[d].max()
        for i in range(colors.shape[1]):
            along = colors[0, i] * axes[d, 0] + colors[1, i] * axes[d, 1] + colors[2, i] * axes[d, 2]
            low, high = min(low, along), max(high, along)
        more = MARGIN * (high - low) + ONE
        ranges[d, 0], ranges[d, 1] = low - more, np.float32(BINS - 2) / (high - low + more + more)
    return ranges


@kernel
def _histograms(goals: Array, weights: Array, ranges: Array) -> Array:
    """Return the histogram of each direction's goals (directions, m), (directions, BINS)."""
    found = np.empty((goals.shape[0], BINS))
    for d in range(goals.shape[0]):
        places = (goals[d] - ranges[d, 0]) * ranges[d, 1]
        _spread(places, weights, found[d])
    return found


@kernel
def _wishes(colors: Array, weights: Array, want: Array, ranges: Array, axes: Array) -> tuple[Array, float]:
    """Return how far each color should move for its quantiles to be right, (3, n), and the mean wish.

    colors (3, n), weights (n,), want (directions, BINS) histograms of the goals, axes (directions, 6): a
    direction, and its share in the displacement that meets all wishes best
    """
    n, count = colors.shape[1], axes.shape[0]
    places, wanted = np.empty(n, np.float32), np.zeros((3, n), np.float32)
    have, move = np.empty(BINS), np.empty(BINS, np.float32)
    L, a, b, total = colors[0], colors[1], colors[2], 0.0
    first, second, third = wanted[0], wanted[1], wanted[2]
    for d in range(count):
        low, scale = ranges[d, 0], ranges[d, 1]
        x, y, z = axes[d, 0], axes[d, 1], axes[d, 2]
        for i in range(n):
            place = (L[i] * x + a[i] * y + b[i] * z - low) * scale
            places[i] = min(max(place, np.float32(0)), np.float32(BINS - 2))
        _spread(places, weights, have)
        _moves(have, want[d], move)
        wished = np.float32(0)
        x, y, z = axes[d, 3] / scale, axes[d, 4] / scale, axes[d, 5] / scale
        for i in range(n):
            bin_ = np.int32(places[i])
            wish = move[bin_] + (places[i] - np.float32(bin_)) * (move[bin_ + 1] - move[bin_])
            wished += weights[i] * wish * wish
            places[i] = wish
        for i in range(n):
            first[i] += x * places[i]
            second[i] += y * places[i]
            third[i] += z * places[i]
        total += wished / (scale * scale)
    return wanted, np.sqrt(total / count)


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


def fit(source: Palette, target: Palette, *, bent: bool = True) -> Fit:
    """Return the map from the source's distribution to the target's, both given by their finest points.

    bent   whether the map is cubic; else it is affine
    """
    colors, weights = source.points
    low, high = colors.min(0), colors.max(0)
    center = (weights @ colors).astype(np.float32)
    spread = np.sqrt(weights @ (colors - center) ** 2)
    scale = (1 / np.maximum(spread, LEAST_SPREAD)).astype(np.float32)
    design = _monomials(colors, center, scale, low, high)
    start = np.zeros((design.shape[1], 3))
    matrix, mean = monge_kantorovitch((colors, weights), target.points)
    start[0], start[1:LINEAR] = mean, matrix / scale[:, None].astype(np.float64)
    affine, affine_residual = _rounds(design[:, :LINEAR], weights, target, start[:LINEAR], AFFINE_ROUNDS)
    start[:LINEAR] = affine
    found, residual = start, affine_residual
    if bent:
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
    along_goals = np.ascontiguousarray(axes @ goals.T, np.float32)
    started = np.ascontiguousarray(start.T.astype(np.float32) @ design.T)
    ranges = _ranges(started, along_goals, axes)
    want = _histograms(along_goals, goal_weights, ranges)
    weighted = (design * weights[:, None]).T
    ridge = RIDGE * np.eye(design.shape[1])
    ridge[:LINEAR, :LINEAR] = 0
    normal = weighted.astype(np.float64) @ design + ridge + 1e-9 * np.eye(len(ridge))
    inverse = np.linalg.inv(normal)
    both = np.hstack([axes, back]).astype(np.float32)
    found, residual = start, 0.0
    for _ in range(rounds):
        colors = np.ascontiguousarray(found.T.astype(np.float32) @ design.T)
        wanted, residual = _wishes(colors, weights, want, ranges, both)
        found = inverse @ (weighted @ (colors + wanted).T)
    return found, residual
