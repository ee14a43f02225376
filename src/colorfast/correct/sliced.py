"""Distribution matching: the smooth cubic map under which the photo's colors are distributed like the reference's.

When the reference shows the garment in the same light, every color of the photo has its exact counterpart, and
the map that carries one distribution to the other undoes the error. Distributions are compared along a set of
directions (Rabin, Peyré, Delon & Bernot 2011, sliced Wasserstein distance); in each round every color asks for
the displacement that would bring its quantiles right, and the cubic polynomial nearest to all wishes is taken.
It starts at the linear Monge-Kantorovitch map (Pitié & Kokaram 2007, eq. 4).

Colors are measured along their own principal axes. The colors of a solid garment lie on a line: what the map does
across it is not seen in them but in their rounding, and is drawn toward leaving slopes as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorfast.compiled import kernel
from colorfast.correct.polynomial import CUBIC, LINEAR, Frame, frame_of, moments, polynomial, terms_of
from colorfast.records import Array, ColorMap, Lab, Palette

DIRECTIONS = 12  # a multiple of TOGETHER
TOGETHER = 4
AFFINE_ROUNDS, ROUNDS = 3, 8
BINS = 512
RIDGE = 0.003
"""Ridge on the quadratic and cubic terms of standardized colors."""
NOISE = 0.45
"""Lab units by which colors vary by chance, as 8-bit codes are rounded: the ridge that slopes are drawn by."""
MARGIN = np.float32(0.1)
"""Share of the range of colors by which the bins reach further: the map moves the colors between rounds."""
ZERO, TINY = np.float32(0), np.float32(1e-12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Fitted maps and how far the distributions still are apart."""

    color_map: ColorMap
    """The best cubic map."""
    affine: ColorMap
    """The best affine map."""
    affine_residual: float
    """Sliced Wasserstein distance left by the best affine map, Lab units."""
    residual: float
    """Sliced Wasserstein distance left by the cubic map, Lab units."""


@kernel
def _fill(bins: Array, weights: Array, mass: Array) -> None:
    """Overwrite mass (4, BINS) by histograms of every fourth place; their sum, in the first, is that of all."""
    mass[:] = 0
    first, second, third, fourth = mass[0], mass[1], mass[2], mass[3]
    whole = bins.shape[0] // 4 * 4
    for i in range(0, whole, 4):  # four, so that like neighbors need not wait for each other
        first[bins[i]] += weights[i]
        second[bins[i + 1]] += weights[i + 1]
        third[bins[i + 2]] += weights[i + 2]
        fourth[bins[i + 3]] += weights[i + 3]
    for i in range(whole, bins.shape[0]):
        first[bins[i]] += weights[i]
    for k in range(first.shape[0]):
        first[k] += second[k] + third[k] + fourth[k]


@kernel
def _moves(have: Array, want: Array, move: Array) -> None:
    """Write for each bin how many bins away the wanted histogram reaches the same quantile."""
    below, reached, j, half = ZERO, ZERO, 0, np.float32(0.5)
    for k in range(have.shape[0]):
        if have[k] > 0:
            quantile = below + half * have[k]
            while j < want.shape[0] - 1 and reached + want[j] < quantile:
                reached += want[j]
                j += 1
            part = (quantile - reached) / want[j] - half if want[j] > TINY else ZERO
            move[k] = np.float32(j - k) + min(max(part, -half), half)
            below += have[k]


@kernel
def _bins(colors: Array, ranges: Array, axes: Array) -> Array:
    """Return the bin of each color (3, n) along each direction, (directions, n)."""
    found = np.empty((axes.shape[0], colors.shape[1]), np.uint16)
    L, a, b, last = colors[0], colors[1], colors[2], np.float32(BINS - 1)
    for d in range(found.shape[0]):
        scale, row = ranges[d, 1], found[d]
        x, y, z, low = axes[d, 0] * scale, axes[d, 1] * scale, axes[d, 2] * scale, ranges[d, 0] * scale
        for i in range(row.shape[0]):
            place = L[i] * x + a[i] * y + b[i] * z - low
            place = place if place > ZERO else ZERO
            row[i] = np.uint16(np.int32(place if place < last else last))
    return found


@kernel
def _histograms(colors: Array, weights: Array, ranges: Array, axes: Array) -> Array:
    """Return the histogram of colors (3, n) along each direction (directions, 3), (directions, BINS)."""
    found, mass = np.empty((len(axes), BINS), np.float32), np.empty((4, BINS), np.float32)
    bins = _bins(colors, ranges, axes)
    for d in range(len(axes)):
        _fill(bins[d], weights, mass)
        found[d] = mass[0]
    return found


@kernel
def _wishes(colors: Array, weights: Array, want: Array, ranges: Array, axes: Array) -> tuple[Array, float]:
    """Return how far each color should move for its quantiles to be right, (3, n), and the mean wish.

    colors (3, n), weights (n,), want (directions, BINS) histograms of the goals, axes (directions, 6): a
    direction, and its share in the displacement that meets all wishes best
    """
    count, have = axes.shape[0], np.empty((4, BINS), np.float32)
    moves, bins, total = np.zeros((count, BINS), np.float32), _bins(colors, ranges, axes), 0.0
    mass = have[0]
    for d in range(count):
        move, inverse, wished = moves[d], np.float32(1) / ranges[d, 1], ZERO
        _fill(bins[d], weights, have)
        _moves(mass, want[d], move)
        for k in range(BINS):
            move[k] *= inverse
            wished += mass[k] * move[k] * move[k]
        total += float(wished)
    return _gathered(bins, moves, axes), np.sqrt(total / count)


@kernel
def _gathered(bins: Array, moves: Array, axes: Array) -> Array:
    """Return the displacement of each color, (3, n): what its bins (directions, n) wish along all directions.

    moves (directions, BINS) Lab units, axes as in _wishes
    """
    wanted = np.zeros((3, bins.shape[1]), np.float32)
    first, second, third = wanted[0], wanted[1], wanted[2]
    for d in range(0, bins.shape[0], TOGETHER):  # each color is read and written a fourth as often
        e, f, g = d + 1, d + 2, d + 3
        at_d, at_e, at_f, at_g = bins[d], bins[e], bins[f], bins[g]
        by_d, by_e, by_f, by_g = moves[d], moves[e], moves[f], moves[g]
        for i in range(bins.shape[1]):
            p, q, r, s = by_d[at_d[i]], by_e[at_e[i]], by_f[at_f[i]], by_g[at_g[i]]
            first[i] += p * axes[d, 3] + q * axes[e, 3] + r * axes[f, 3] + s * axes[g, 3]
            second[i] += p * axes[d, 4] + q * axes[e, 4] + r * axes[f, 4] + s * axes[g, 4]
            third[i] += p * axes[d, 5] + q * axes[e, 5] + r * axes[f, 5] + s * axes[g, 5]
    return wanted


@kernel
def _products(rows: Array, others: Array) -> Array:
    """Return the inner products of rows (k, n) with others (m, n), (k, m), in float64.

    BLAS would share long sums among its threads, and their last bits would hang on how many there are.
    k is a multiple of TOGETHER: so many rows read the others once.
    """
    found = np.empty((rows.shape[0], others.shape[0]))
    for i in range(0, rows.shape[0], TOGETHER):
        p, q, r, s = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        for j in range(others.shape[0]):
            other, first, second, third, fourth = others[j], ZERO, ZERO, ZERO, ZERO
            for k in range(other.shape[0]):
                first += p[k] * other[k]
                second += q[k] * other[k]
                third += r[k] * other[k]
                fourth += s[k] * other[k]
            found[i, j], found[i + 1, j], found[i + 2, j], found[i + 3, j] = first, second, third, fourth
    return found


@kernel
def _valued(terms: Array, factors: Array) -> Array:
    """Return the colors (3, n) of terms (k, n) with factors (k, 3); k is a multiple of TOGETHER."""
    colors = np.zeros((3, terms.shape[1]), np.float32)
    for k in range(0, terms.shape[0], TOGETHER):  # each color is read and written a fourth as often
        p, q, r, s = terms[k], terms[k + 1], terms[k + 2], terms[k + 3]
        for c in range(3):
            plane = colors[c]
            d, e, f, g = factors[k, c], factors[k + 1, c], factors[k + 2, c], factors[k + 3, c]
            for i in range(plane.shape[0]):
                plane[i] += d * p[i] + e * q[i] + f * r[i] + g * s[i]
    return colors


@kernel
def _iterate(
    terms: Array, weights: Array, start: Array, goal: tuple[Array, Array, Array], solve: tuple[Array, Array]
) -> tuple[Array, float]:
    """Return coefficients (k, 3) after one round, and the mean wish before it.

    terms   (k, n) of the colors
    goal    histograms that are wanted, ranges and axes as in _wishes
    solve   inverse (k, k) of the normal equations, and what their right side is drawn by, (k, 3)
    """
    count, (want, ranges, axes), (inverse, pull) = len(terms), goal, solve
    colors = _valued(terms, start.astype(np.float32))
    wanted, residual = _wishes(colors, weights, want, ranges, axes)
    for c in range(3):
        for i in range(len(weights)):
            wanted[c, i] = (wanted[c, i] + colors[c, i]) * weights[i]
    right, found = _products(terms, wanted) + pull, np.zeros((count, 3))
    for k in range(count):
        for j in range(count):
            for c in range(3):
                found[k, c] += inverse[k, j] * right[j, c]
    return found, residual


def directions(count: int) -> Array:
    """Return (count, 3) unit vectors spread evenly over a half sphere, along a golden spiral."""
    golden = (1 + 5**0.5) / 2
    turn = 2 * np.pi * (np.arange(count) + 0.5) / golden
    height = 1 - (np.arange(count) + 0.5) / count
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), height], 1).astype(np.float32)


def monge_kantorovitch(source: tuple[Lab, Array], target: tuple[Lab, Array]) -> tuple[Array, Array]:
    """Return matrix (3, 3) and target mean (3,) of x → mean + (x - source mean) · matrix, the linear transport."""
    covariance, (mean, wanted) = moments(*source)[1], moments(*target)
    chance = NOISE**2 * np.eye(3)
    root = _root(covariance + chance)
    inverse = np.linalg.inv(root)
    return inverse @ _root(root @ (wanted + chance) @ root) @ inverse, mean


def _root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    root: Array = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def fit(source: Palette, target: Palette) -> Fit:
    """Return the maps from the source's distribution to the target's, both given by their finest points."""
    colors, weights = source.points
    frame, places = frame_of(colors, weights)
    design = terms_of(frame, places)
    start, still = np.zeros((2, CUBIC, 3))
    matrix, mean = monge_kantorovitch((colors, weights), target.points)
    start[0], start[1:LINEAR] = mean, frame.axes.T.astype(np.float64) @ matrix / frame.scale[:, None]
    still[1:LINEAR] = frame.axes.T / frame.scale[:, None]
    ridge = _by_chance(frame, source)
    ridge[LINEAR:] += RIDGE
    normal, pull = _products(design * weights, design) + np.diag(ridge), ridge[:, None] * still
    goal = _goal(start[:LINEAR].T.astype(np.float32) @ design[:LINEAR], target)
    few = np.linalg.inv(normal[:LINEAR, :LINEAR]), pull[:LINEAR]
    affine, affine_residual = _rounds(
        design[:LINEAR], weights, start[:LINEAR], AFFINE_ROUNDS, goal=goal, solve=few
    )
    start[:LINEAR] = affine
    solve = np.linalg.inv(normal), pull
    cubic, residual = _rounds(design, weights, start, ROUNDS, goal=goal, solve=solve)
    return Fit(
        color_map=polynomial(frame, cubic),
        affine=polynomial(frame, affine),
        affine_residual=affine_residual,
        residual=residual,
    )


def _by_chance(frame: Frame, palette: Palette) -> Array:
    """Return the variance of each monomial, (20,), that is due to NOISE in the colors."""
    places = frame.places(palette.colors)
    there, found = terms_of(frame, places), np.full(CUBIC, 1e-9)
    for step in NOISE * np.eye(3, dtype=np.float32):
        found += (terms_of(frame, places + step[:, None]) - there) ** 2 @ palette.weights
    return found


def apart(colors: Lab, weights: Array, target: Palette) -> float:
    """Return how far colors (n, 3) of weights (n,) are from the target's distribution, Lab units."""
    axes = directions(DIRECTIONS)
    planes, goals = (np.ascontiguousarray(each.T, np.float32) for each in (colors, target.points[0]))
    ranges = _ranges(axes @ planes, axes @ goals)
    want = _histograms(goals, target.points[1], ranges, axes)
    return float(_wishes(planes, weights, want, ranges, np.hstack([axes, axes]))[1])


def _goal(colors: Array, target: Palette) -> tuple[Array, Array, Array]:
    """Return what colors (3, n) should come to: histograms, ranges and axes as in _wishes."""
    axes = directions(DIRECTIONS)
    back = axes @ np.linalg.inv(axes.T @ axes)  # wishes along the axes to one displacement, least squares
    goals = np.ascontiguousarray(target.points[0].T)
    ranges = _ranges(axes @ colors, axes @ goals)
    want = _histograms(goals, target.points[1], ranges, axes)
    return want, ranges, np.hstack([axes, back]).astype(np.float32)


def _rounds(
    design: Array,
    weights: Array,
    start: Array,
    rounds: int,
    *,
    goal: tuple[Array, Array, Array],
    solve: tuple[Array, Array],
) -> tuple[Array, float]:
    """Return coefficients (terms, 3) after so many rounds of `_iterate`, and the last mean wish."""
    found, residual = start, 0.0
    for _ in range(rounds):
        found, residual = _iterate(design, weights, found, goal, solve)
    return found, residual


def _ranges(colors: Array, goals: Array) -> Array:
    """Return where the bins of each direction begin and how many there are to a Lab unit, (directions, 2).

    They hold colors (directions, n), goals (directions, m), and MARGIN of their range on either side.
    """
    low, high = (np.stack([fold(colors, 1), fold(goals, 1)]) for fold in (np.min, np.max))
    low, high = low.min(0), high.max(0)
    more = MARGIN * (high - low) + 1
    return np.stack([low - more, BINS / (high - low + 2 * more)], 1).astype(np.float32)
