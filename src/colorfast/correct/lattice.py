"""Apply a smooth color map to very many pixels: baked on a lattice of code values, read by interpolation.

The codes of each channel are divided into CELLS. What the map, the way to Lab and back and the limits of the RGB
space make of a color is known at the corners of all cells that hold pixels, and in their middles: where a middle
lies off what its corners say, as at a limit of the RGB space, the cell's pixels go through the map themselves.
So do those of cells with FEW: they would cost more corners than they are pixels.
Where the map moves nothing the lattice moves nothing, and it never steps between two neighboring colors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from colorfast.compiled import inlined, kernel
from colorfast.records import Array, Mask

Recoloring: TypeAlias = Callable[[Array, npt.DTypeLike], Array]
"""From codes (n, 3), uint8 or uint16, to new codes (n, 3) of the given type."""

EXACT = 4096
"""Up to so many pixels the map itself is used: a lattice would have as many corners."""
CELLS = 64
"""Along each channel: a cell is four 8-bit codes wide, or 1.6 L*."""
SIDE = CELLS + 1
WIDTH = {"uint8": 256 // CELLS, "uint16": 65536 // CELLS}
"""Codes in a cell."""
FEW = 3
"""Pixels in a cell from which it is interpolated."""
MOST = {"uint8": 0.25, "uint16": 0.05 * 257}
"""Codes by which a cell's middle may be off: what rounding to 8 bits is off by in the mean, and a fifth of it."""
FIELD = 21
"""Bits of a channel in a packed corner: nine of its change and six of its fraction; the weights add six."""
BLACKEST, WHITEST = 0, 65535
"""16-bit codes at a limit of the RGB space."""
HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden section, Knuth, vol. 3, sec. 6.4
ZERO, HALF, EIGHTH = np.float32(0), np.float32(0.5), np.float32(1 / 8)
STEPS, CODES = np.float32(64), np.float32(256)


def recolor(pixels: Array, chosen: Mask, move: Recoloring) -> None:
    """Give the chosen (h, w) of pixels (h, w, 3), which have no gaps in memory, new codes where they lie."""
    codes, chosen = pixels.reshape(-1, 3), np.ascontiguousarray(chosen).reshape(-1)
    left = _by_lattice(codes, chosen, move) if np.count_nonzero(chosen) > EXACT else np.flatnonzero(chosen)
    if left.size:
        different, numbers = _different(codes, left)
        _put(move(different, codes.dtype), numbers, left, codes)


@kernel
def _different(codes: Array, left: Array) -> tuple[Array, Array]:
    """Return the different codes (m, 3) at the places left, (n,), and which of them each place has, (n,).

    At a limit of the RGB space eight places in a picture share theirs. A hash table with linear probing.
    """
    size, count = 2, 0
    while size < 2 * len(left):
        size *= 2
    slots, mask = np.full(size, -1, np.int32), np.uint64(size - 1)
    found, numbers = np.empty((len(left), 3), codes.dtype), np.empty(len(left), np.int32)
    for k in range(len(left)):
        r, g, b = codes[left[k], 0], codes[left[k], 1], codes[left[k], 2]
        packed = (np.uint64(r) << np.uint64(16) | np.uint64(g)) << np.uint64(16) | np.uint64(b)
        at = packed * HASH >> np.uint64(32) & mask
        n = slots[at]
        while n >= 0 and (found[n, 0] != r or found[n, 1] != g or found[n, 2] != b):
            at = at + np.uint64(1) & mask
            n = slots[at]
        if n < 0:
            n = count
            slots[at], count = n, count + 1
            found[n, 0], found[n, 1], found[n, 2] = r, g, b
        numbers[k] = n
    return found[:count], numbers


@kernel
def _put(new: Array, numbers: Array, left: Array, codes: Array) -> None:
    """Write the new codes (m, 3) to the places left; `numbers` says which."""
    for k in range(len(left)):
        for c in range(3):
            codes[left[k], c] = new[numbers[k], c]


class Cells(NamedTuple):
    """The cells that are interpolated, and their corners. Numbers are (i * SIDE + j) * SIDE + k.

    A cell has the number of its least corner; what belongs to it lies together: pixels look at one place.
    """

    place: Array
    """(SIDE³,) 1 more than a cell's place among the others, by its number; 0 or less for all other cells."""
    cells: Array
    """(m,) numbers."""
    corners: Array
    """(n,) numbers."""
    near: Array
    """(m, 8) places of a cell's corners among `corners`: the last channel's neighbors first."""


def _by_lattice(codes: Array, chosen: Array, move: Recoloring) -> Array:
    """Change the chosen codes by interpolation, and return the places of those that the map must change."""
    width = WIDTH[codes.dtype.name]
    lattice = Cells(*_cells(codes, chosen, width.bit_length() - 1))
    if not len(lattice.cells):
        return np.flatnonzero(chosen)
    changes = _bake(lattice, move, codes.dtype)
    if codes.dtype == np.uint8:
        return _interpolate_bytes(codes, chosen, lattice.place, _packed(changes, lattice.near), _weights())
    return _interpolate(codes, chosen, lattice.place, changes[lattice.near])


def _bake(lattice: Cells, move: Recoloring, dtype: np.dtype[Any]) -> Array:
    """Return the change of each corner's code, (n, 3).

    Cells that cannot be interpolated lose their place.
    """
    full = np.iinfo(dtype).max
    asked = np.empty((len(lattice.corners) + len(lattice.cells), 3), dtype)
    _ask(lattice.corners, lattice.cells, WIDTH[dtype.name], full, asked)
    moved = move(asked, np.uint16)
    changes = moved * np.float32(full / WHITEST) - asked
    _compare(moved, changes, lattice, np.float32(MOST[dtype.name]))
    return changes[: len(lattice.corners)]


@kernel
def _ask(corners: Array, cells: Array, width: int, full: int, asked: Array) -> None:
    """Write the codes (n + m, 3) of corners, and of the middles of cells."""
    for n in range(asked.shape[0]):
        middle = n >= corners.shape[0]
        number = np.uint32(cells[n - corners.shape[0]] if middle else corners[n])
        more = width // 2 if middle else 0
        row = number // np.uint32(SIDE)
        k, j, i = number - row * np.uint32(SIDE), row % np.uint32(SIDE), row // np.uint32(SIDE)
        asked[n, 0] = min(np.int64(i) * width + more, full)
        asked[n, 1] = min(np.int64(j) * width + more, full)
        asked[n, 2] = min(np.int64(k) * width + more, full)


@kernel
def _cells(codes: Array, chosen: Array, bits: int) -> tuple[Array, Array, Array, Array]:
    """Return the fields of Cells: those with FEW of the chosen pixels or more, first filled first."""
    place, cells, count = np.zeros(SIDE * SIDE * SIDE, np.int32), np.empty(CELLS**3, np.int32), 0
    for i in range(chosen.shape[0]):
        if chosen[i]:
            cell = _cell(codes[i, 0], codes[i, 1], codes[i, 2], bits)
            held = place[cell]  # pixels are counted below 0, up to FEW
            if held > -FEW:
                place[cell] = held - 1
                if held == 1 - FEW:
                    cells[count] = cell
                    count += 1
    cells = cells[:count]
    corners, near = _corners(cells)
    for n in range(count):
        place[cells[n]] = n + 1
    return place, cells, corners, near


@inlined
def _cell(red: Any, green: Any, blue: Any, bits: int) -> Any:
    """Return the number of a color's cell; unsigned, or each look at an array would ask for its sign."""
    row = (np.uint64(red) >> np.uint64(bits)) * np.uint64(SIDE) + (np.uint64(green) >> np.uint64(bits))
    return row * np.uint64(SIDE) + (np.uint64(blue) >> np.uint64(bits))


@kernel
def _corners(cells: Array) -> tuple[Array, Array]:
    """Return the corners of cells, each once, and which of them are each cell's; as in Cells."""
    seen, count = np.zeros(SIDE * SIDE * SIDE, np.int32), 0
    corners, near = np.empty(8 * cells.shape[0], np.int32), np.empty((cells.shape[0], 8), np.int32)
    steps = np.array([i * SIDE * SIDE + j * SIDE + k for i in range(2) for j in range(2) for k in range(2)])
    for n in range(cells.shape[0]):
        for k in range(8):
            corner = np.uint64(cells[n] + steps[k])
            if seen[corner] == 0:
                corners[count] = corner
                count += 1
                seen[corner] = count
            near[n, k] = seen[corner] - 1
    return corners[:count], near


@kernel
def _compare(moved: Array, changes: Array, lattice: Cells, most: np.float32) -> None:
    """Take the place from cells that are not smooth: some corners at a limit, or a middle unlike what they say.

    moved, changes   new 16-bit codes, and by how much they differ, (n + m, 3), of corners and of middles
    """
    first, limits = lattice.corners.shape[0], np.zeros(lattice.corners.shape[0], np.uint8)
    for n in range(first):
        for c in range(3):
            limits[n] |= np.uint8((moved[n, c] == BLACKEST) | (moved[n, c] == WHITEST)) << np.uint8(c)
    for m in range(lattice.cells.shape[0]):
        near, smooth = lattice.near[m], True
        for k in range(8):
            smooth &= limits[near[k]] == limits[near[0]]
        for c in range(3):
            total = ZERO
            for k in range(8):
                total += changes[near[k], c]
            smooth &= abs(total * EIGHTH - changes[first + m, c]) <= most
        if not smooth:
            lattice.place[lattice.cells[m]] = 0


@kernel
def _interpolate(codes: Array, chosen: Array, place: Array, corners: Array) -> Array:
    """Change the chosen 16-bit codes trilinearly; return the places of those that hold too few or do not hold.

    corners   (m, 8, 3) changes at the corners of each cell
    """
    left, without = np.empty(chosen.shape[0], np.int32), 0
    full, bits, per = np.float32(WHITEST), 10, np.float32(1 / 1024)
    for i in range(chosen.shape[0]):
        if chosen[i]:
            r, g, b = codes[i, 0], codes[i, 1], codes[i, 2]
            n = place[_cell(r, g, b, bits)]
            if n <= 0:
                left[without] = i
                without += 1
                continue
            near = corners[np.uint32(n - 1)]
            x, y, z = np.float32(r & 1023) * per, np.float32(g & 1023) * per, np.float32(b & 1023) * per
            for c in range(3):
                low = near[0, c] + z * (near[1, c] - near[0, c])
                low += y * (near[2, c] + z * (near[3, c] - near[2, c]) - low)
                high = near[4, c] + z * (near[5, c] - near[4, c])
                high += y * (near[6, c] + z * (near[7, c] - near[6, c]) - high)
                value = np.float32(codes[i, c]) + low + x * (high - low) + HALF
                codes[i, c] = np.int32(min(max(value, ZERO), full))
    return left[:without]


@kernel
def _packed(changes: Array, near: Array) -> Array:
    """Return the three changes at each cell's corners in 64 bits, (m, 8): 8-bit codes, from -256 on, by 1/64."""
    packed, words = np.empty(near.shape, np.uint64), np.empty(changes.shape[0], np.uint64)
    for n in range(changes.shape[0]):
        word = np.uint64(0)
        for c in range(3):
            steps = np.uint64(np.int64(STEPS * (changes[n, c] + CODES) + HALF))
            word |= steps << np.uint64(c * FIELD)
        words[n] = word
    for m in range(near.shape[0]):
        for k in range(8):
            packed[m, k] = words[near[m, k]]
    return packed


@lru_cache(maxsize=1)
def _weights() -> Array:
    """Return the weights (64, 8), in 64ths, of a cell's corners for the 64 colors of 8 bits within it."""
    share = np.array([[4, 0], [3, 1], [2, 2], [1, 3]], np.uint64)
    weights: Array = np.einsum("ai,bj,ck->abcijk", share, share, share).reshape(64, 8)
    return weights


@kernel
def _interpolate_bytes(codes: Array, chosen: Array, place: Array, packed: Array, weights: Array) -> Array:
    """Change the chosen 8-bit codes as `_interpolate` does, all three channels in one word: 2.5 times faster."""
    left, without = np.empty(chosen.shape[0], np.int32), 0
    low, field, mask = np.uint64(3), np.uint64(FIELD), np.uint64((1 << FIELD) - 1)
    for i in range(chosen.shape[0]):
        if chosen[i]:
            r, g, b = np.uint64(codes[i, 0]), np.uint64(codes[i, 1]), np.uint64(codes[i, 2])
            n = place[_cell(r, g, b, 2)]
            if n <= 0:
                left[without] = i
                without += 1
                continue
            corners, total = packed[np.uint32(n - 1)], np.uint64(0)
            share = weights[(r & low) << np.uint64(4) | (g & low) << np.uint64(2) | b & low]
            for k in range(8):
                total += corners[k] * share[k]
            codes[i, 0] = _changed(r, total & mask)
            codes[i, 1] = _changed(g, total >> field & mask)
            codes[i, 2] = _changed(b, total >> field + field)
    return left[:without]


@inlined
def _changed(code: Any, change: Any) -> Any:
    """Return an 8-bit code changed by 64ths of 64ths of a code, from -256 on."""
    return min(max(np.int64(code) + (np.int64(change) + 2048 >> 12) - 256, 0), 255)
