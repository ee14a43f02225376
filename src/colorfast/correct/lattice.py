"""Apply a smooth color map to very many pixels: its displacements on a lattice in Lab, read by interpolation.

The lattice covers the colors of the garment alone. It is refined until a sample of the pixels comes out as the
map itself would have it, within ERROR in the mean and MOST at worst; if no lattice does, the map itself is used.
Where the map moves nothing the lattice moves nothing, and it never steps between two neighboring colors.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.histogram import limits
from colorfast.color.spaces import from_planes, to_planes
from colorfast.compiled import kernel
from colorfast.records import Array, ColorMap, Lab, Mask

EXACT = 4096
"""Up to so many pixels the map itself is used: a lattice would have as many nodes."""
EDGES = (4.0, 2.0, 1.0)
"""Lab units between neighboring nodes, the coarsest that will do is taken."""
SAMPLE = 512
"""Pixels on which a lattice is compared with the map."""
ERROR, MOST = 0.03, 0.25
"""Lab units, mean and largest, by which the sample may be off: 8-bit rounding alone is off by 0.15."""
ONE = np.float32(1)


def map_pixels(lab: Lab, chosen: Mask, color_map: ColorMap) -> Lab:
    """Return the picture with the chosen pixels mapped and all others as they were, plane by plane.

    lab      (h, w, 3)
    chosen   (h, w), at least one
    """
    out = to_planes(lab).copy()
    map_planes(out, np.ascontiguousarray(chosen).reshape(-1), color_map)
    return from_planes(out, lab.shape)


def map_planes(planes: Array, chosen: Array, color_map: ColorMap) -> None:
    """Map the chosen (n,) columns of Lab planes (3, n), at least one, where they lie."""
    if np.count_nonzero(chosen) <= EXACT or not _by_lattice(planes, chosen, color_map):
        places = np.flatnonzero(chosen)
        planes[:, places] = color_map(np.ascontiguousarray(planes[:, places].T)).T


def _by_lattice(planes: Array, chosen: Array, color_map: ColorMap) -> bool:
    """Map the chosen pixels by the coarsest lattice that is near enough; return whether there is one."""
    bounds = limits(planes, chosen)
    sample = _sample(planes, chosen)
    wanted = color_map(np.ascontiguousarray(sample.T))
    everyone = np.ones(sample.shape[1], np.bool_)
    for edge in EDGES:
        lattice, sides = _bake(planes, chosen, bounds, edge, color_map)
        found = sample.copy()
        _interpolate(found, everyone, bounds[0], edge, sides, lattice)
        error = np.sqrt(((found.T - wanted) ** 2).sum(1))
        if error.mean() <= ERROR and error.max() <= MOST:
            _interpolate(planes, chosen, bounds[0], edge, sides, lattice)
            return True
    return False


def _sample(planes: Array, chosen: Array) -> Array:
    """Return about SAMPLE of the chosen columns, (3, k)."""
    step = max(int(np.count_nonzero(chosen)) // SAMPLE, 1)
    places = np.flatnonzero(chosen[::step]) * step
    return np.ascontiguousarray(planes[:, places if places.size else np.flatnonzero(chosen)[::step]])


def _bake(
    planes: Array, chosen: Array, bounds: Array, edge: float, color_map: ColorMap
) -> tuple[Array, Array]:
    """Return the map's displacements at the nodes around the chosen colors, (nodes, 4), and the sides (3,)."""
    sides = ((bounds[1] - bounds[0]) / np.float32(edge)).astype(np.int64) + 2
    nodes = _nodes(planes, chosen, bounds[0], edge, sides)
    steps = np.stack(np.unravel_index(nodes, tuple(sides)), axis=1).astype(np.float32)
    colors = bounds[0] + np.float32(edge) * steps
    lattice = np.empty((int(sides.prod()), 4), np.float32)  # four, so that a node is read at once
    lattice[nodes, :3] = color_map(colors) - colors
    return lattice, sides


@kernel
def _nodes(planes: Array, chosen: Array, low: Array, edge: float, sides: Array) -> Array:
    """Return the numbers of all nodes at a corner of a cell that holds a chosen color."""
    inverse = np.float32(1 / edge)
    held = np.zeros(sides[0] * sides[1] * sides[2], np.bool_)
    L, a, b = planes[0], planes[1], planes[2]
    for i in range(chosen.shape[0]):
        if chosen[i]:
            row = np.int32((L[i] - low[0]) * inverse) * sides[1] + np.int32((a[i] - low[1]) * inverse)
            held[row * sides[2] + np.int32((b[i] - low[2]) * inverse)] = True
    corner = np.zeros_like(held)
    for cell in range(held.shape[0]):
        if held[cell]:
            for near in (cell, cell + sides[2], cell + sides[1] * sides[2], cell + (sides[1] + 1) * sides[2]):
                corner[near] = corner[near + 1] = True
    return np.flatnonzero(corner)


@kernel
def _interpolate(planes: Array, chosen: Array, low: Array, edge: float, sides: Array, lattice: Array) -> None:
    """Move the chosen columns of planes (3, n) by the lattice, trilinearly."""
    inverse = np.float32(1 / edge)
    back, down = sides[2], sides[1] * sides[2]
    L, a, b = planes[0], planes[1], planes[2]
    for i in range(chosen.shape[0]):
        if chosen[i]:
            x, y, z = (L[i] - low[0]) * inverse, (a[i] - low[1]) * inverse, (b[i] - low[2]) * inverse
            p, q, r = np.int32(x), np.int32(y), np.int32(z)
            x, y, z = x - np.float32(p), y - np.float32(q), z - np.float32(r)
            n = p * down + q * back + r
            for c in range(3):
                near = lattice[n, c] + z * (lattice[n + 1, c] - lattice[n, c])
                m = n + back
                side = lattice[m, c] + z * (lattice[m + 1, c] - lattice[m, c])
                near += y * (side - near)
                m = n + down
                far = lattice[m, c] + z * (lattice[m + 1, c] - lattice[m, c])
                m = m + back
                side = lattice[m, c] + z * (lattice[m + 1, c] - lattice[m, c])
                far += y * (side - far)
                planes[c, i] += near + x * (far - near)
