"""What a network is told of two sets of colors, and the color map that its answer makes.

In: two palettes, their points in Lab. `analogy` lays them out as planes: histograms on a lattice about the source's
colors, and moments. The network answers with a lattice: at each node how much five closed-form maps count, and a
residual. `map_of` is the color map that this makes.

Everything the network is told hangs on the two distributions alone: a mirrored picture has the same colors. Every
one of those maps is the identity for equal distributions, and the residual is scaled by how far the two are
apart, so equal distributions leave every color as it is, whatever the network says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from colorfast.compiled import kernel
from colorfast.correct.maps import shifted, unchanged
from colorfast.correct.matching import match
from colorfast.correct.polynomial import moments
from colorfast.correct.sliced import fit, monge_kantorovitch
from colorfast.records import Array, ColorMap, Lab, Palette

SIDE = 17
"""Nodes of a lattice along L*, a* and b*."""
NODES = SIDE**3
WIDE = 3.0
"""Standard deviations from the source's mean to the lattice's sides; colors beyond count as at the side."""
LEAST_DEVIATION = 1.5
"""Lab units: a lattice is not drawn narrower than this, or it would resolve rounding."""
MAPS = ("none", "gain and shift", "linear", "distribution", "matched")
"""Closed-form maps that are mixed: none; a gain of light and a shift of a*, b* between the means; linear
Monge-Kantorovitch; the cubic map between distributions (sliced.py); the match color by color (matching.py)."""
GIVEN = len(MAPS) + 3
"""Numbers that the network gives for each node: logits of the maps, then the residual in widths of the lattice."""
HISTOGRAMS = 3
MOMENTS = 29
PLANES = HISTOGRAMS * SIDE + MOMENTS
LOUD = 8.0
"""Factor on the square roots of histogram shares: they are small, networks like numbers near 1."""
THIN = np.float32(1e-4)
"""Share that every node holds at least where answers of neighbors are joined."""
SURELY = 0.1
"""Hellinger distance from which on two distributions are surely not the same; below, maps count in proportion."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analogy:
    """Two distributions of colors, prepared for a network and for the map it asks for."""

    center: Lab
    """(3,) middle of the lattice."""
    width: Lab
    """(3,) Lab units from there to its sides."""
    maps: tuple[ColorMap, ...]
    """Those of MAPS."""
    apart: np.float32
    """Hellinger distance of the two histograms, 0 (equal) to 1."""
    planes: Array
    """(PLANES, SIDE, SIDE) float32: what the network sees. Rows are a*, columns b*, planes of a histogram L*."""

    def places(self, lab: Lab) -> Array:
        """Return where colors (n, 3) lie in the lattice, -1..1."""
        return np.asarray(np.clip((lab - self.center) / self.width, -1, 1))

    def mapped(self, lab: Lab) -> list[Lab]:
        """Return colors (n, 3) under each of MAPS."""
        sure = min(self.apart / np.float32(SURELY), np.float32(1))
        return [lab + sure * (color_map(lab) - lab) for color_map in self.maps]

    @property
    def reach(self) -> Lab:
        """Lab units (3,) that a residual of 1 stands for."""
        return self.apart * self.width


def analogy(source: Palette, target: Palette, *, reach: float = 10.0) -> Analogy:
    """Prepare two distributions.

    reach   Lab units a color may travel before it counts as not shown in the target
    """
    (here, spread), (there, wanted) = moments(*source.points), moments(*target.points)
    center = here.astype(np.float32)
    width = (WIDE * np.sqrt(np.maximum(np.diag(spread), LEAST_DEVIATION**2))).astype(np.float32)
    back = _linear(target, source)
    shown = (source.points, target.points, (back(target.points[0]), target.points[1]))
    roots = np.sqrt(np.stack([_histogram((colors - center) / width, shares) for colors, shares in shown]))
    apart = [float(np.linalg.norm(roots[0] - other) / np.sqrt(2)) for other in roots[1:]]
    distribution, matched = fit(source, target), match(source, target, reach=reach)
    told = _moments((here, there), (spread, wanted))
    told += [*apart, np.log(distribution.affine_residual + 0.1), np.log(distribution.residual + 0.1)]
    told += [matched.seen, float(matched.solid), float(matched.complete), float(not target.on_person)]
    planes = np.empty((PLANES, SIDE, SIDE), np.float32)
    planes[: HISTOGRAMS * SIDE] = LOUD * roots.reshape(-1, SIDE, SIDE)
    planes[HISTOGRAMS * SIDE :] = np.array(told, np.float32)[:, None, None]
    lit = shifted(unchanged, (there - here).astype(np.float32), float(here[0]))
    maps = (unchanged, lit, _linear(source, target), distribution.color_map, matched.color_map)
    return Analogy(center=center, width=width, maps=maps, apart=np.float32(apart[0]), planes=planes)


def map_of(pair: Analogy, lattice: Array) -> ColorMap:
    """Return the color map that a network's answer (GIVEN * SIDE, SIDE, SIDE) makes of a pair."""
    answer = lattice.reshape(GIVEN, SIDE, SIDE, SIDE)
    shares = (pair.planes[:SIDE] / LOUD) ** 2 + THIN
    nodes = np.ascontiguousarray(
        (_softened(answer * shares) / _softened(shares)).reshape(GIVEN, NODES).T, np.float32
    )

    def move(lab: Lab) -> Lab:
        flat = np.ascontiguousarray(lab.reshape(-1, 3), np.float32)
        found = _read(nodes, pair.places(flat))
        counts = np.exp(found[:, : len(MAPS)] - found[:, : len(MAPS)].max(1, keepdims=True))
        counts /= counts.sum(1, keepdims=True)
        moved = pair.reach * found[:, len(MAPS) :]
        for number, mapped in enumerate(pair.mapped(flat)):
            moved += counts[:, number, None] * mapped
        return moved.reshape(lab.shape)

    return move


def _softened(grid: Array) -> Array:
    """Return a lattice (..., SIDE, SIDE, SIDE) of which each node is the mean of its neighbors, 1 : 2 : 1.

    With shares as weights, nodes without colors take the answers of those that have some: nothing was asked of
    the network where no color is, and a map that jumps beside the colors could not be read between code values.
    """
    for axis in (-3, -2, -1):
        first, last = np.take(grid, [0], axis), np.take(grid, [-1], axis)
        wide = np.concatenate([first, grid, last], axis)
        before, after = (np.take(wide, range(start, start + SIDE), axis) for start in (0, 2))
        grid = (before + 2 * grid + after) / 4
    return grid


def _linear(source: Palette, target: Palette) -> ColorMap:
    """Return the Monge-Kantorovitch map; the one of the way back undoes it."""
    matrix, mean = monge_kantorovitch(source.points, target.points)
    turned = matrix.astype(np.float32)
    offset = (mean - moments(*source.points)[0] @ matrix).astype(np.float32)
    return lambda lab: lab @ turned + offset


def _moments(means: tuple[Array, Array], spreads: tuple[Array, Array]) -> list[float]:
    """Return 21 numbers near 1: gap of the means, lightness, chroma, deviations and their ratio, correlations."""
    gap = (means[1] - means[0]) / 10
    deviations = [np.sqrt(np.diag(spread) + 0.25) for spread in spreads]
    told: list[float] = [*np.tanh(gap / 2), *(gap / 3)]
    for mean, deviation in zip(means, deviations, strict=True):
        told += [mean[0] / 50 - 1, mean[1] / 30, mean[2] / 30, *np.log(deviation / 6)]
    return [*told, *np.log(deviations[1] / deviations[0])]


def _histogram(places: Array, shares: Array) -> Array:
    """Return the share of colors at each node, (SIDE, SIDE, SIDE), each divided among its eight neighbors."""
    at = np.clip((places + 1) * ((SIDE - 1) / 2), 0, SIDE - 1)
    return _filled(np.ascontiguousarray(at, np.float32), np.ascontiguousarray(shares, np.float32))


@kernel
def _filled(at: Array, shares: Array) -> Array:
    """Return the lattice with the shares (n,) of places (n, 3), 0..SIDE - 1, on it."""
    found = np.zeros((SIDE, SIDE, SIDE), np.float32)
    for i in range(at.shape[0]):
        j = min(np.int32(at[i, 0]), np.int32(SIDE - 2))
        m = min(np.int32(at[i, 1]), np.int32(SIDE - 2))
        n = min(np.int32(at[i, 2]), np.int32(SIDE - 2))
        x, y, z = at[i, 0] - j, at[i, 1] - m, at[i, 2] - n
        for p in range(2):
            u = shares[i] * (x if p else 1 - x)
            for q in range(2):
                v = u * (y if q else 1 - y)
                found[j + p, m + q, n] += v * (1 - z)
                found[j + p, m + q, n + 1] += v * z
    return found


@kernel
def _read(nodes: Array, places: Array) -> Array:
    """Return what a cubic B-spline of nodes (NODES, GIVEN) is at places (n, 3), -1..1, (n, GIVEN).

    Its slopes have no steps, or gradients would. Beyond a side its nodes go on.
    """
    found = np.zeros((places.shape[0], nodes.shape[1]), np.float32)
    half, last = np.float32((SIDE - 1) / 2), SIDE - 1
    first, share = np.empty(3, np.int32), np.empty((3, 4), np.float32)
    for i in range(places.shape[0]):
        for k in range(3):
            at = (places[i, k] + 1) * half
            first[k] = min(np.int32(at), np.int32(SIDE - 2))
            x = at - first[k]
            y = 1 - x
            share[k, 0], share[k, 3] = y * y * y / 6, x * x * x / 6
            share[k, 1] = (4 - 6 * x * x + 3 * x * x * x) / 6
            share[k, 2] = (4 - 6 * y * y + 3 * y * y * y) / 6
        for p in range(4):
            row = min(max(first[0] + p - 1, 0), last) * SIDE
            for q in range(4):
                line = (row + min(max(first[1] + q - 1, 0), last)) * SIDE
                for r in range(4):
                    node = line + min(max(first[2] + r - 1, 0), last)
                    weight = share[0, p] * share[1, q] * share[2, r]
                    for c in range(nodes.shape[1]):
                        found[i, c] += weight * nodes[node, c]
    return found
