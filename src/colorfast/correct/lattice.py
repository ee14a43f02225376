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
from typing import Any, TypeAlias

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
LIMITS = np.array([1, 2, 4], np.float32)
"""What corners at a limit of the RGB space are marked by, a channel each."""
HASH = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden section, Knuth, vol. 3, sec. 6.4
ZERO, HALF = np.float32(0), np.float32(0.5)


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


def _by_lattice(codes: Array, chosen: Array, move: Recoloring) -> Array:
    """Change the chosen codes by interpolation, and return the places of those that the map must change."""
    held = _held(codes, chosen, WIDTH[codes.dtype.name].bit_length() - 1)
    cells = np.flatnonzero(held == FEW)
    if not cells.size:
        return np.flatnonzero(chosen)
    corners = np.flatnonzero(_corners(cells))
    lattice = _bake(corners, cells, held, move, codes.dtype)
    if codes.dtype == np.uint8:
        return _interpolate_bytes(codes, chosen, held, _packed(lattice, corners), _weights())
    return _interpolate(codes, chosen, held, lattice)


def _bake(corners: Array, cells: Array, held: Array, move: Recoloring, dtype: np.dtype[Any]) -> Array:
    """Return the change of each corner's code, and which channels are at a limit, (SIDE³, 4).

    Cells that cannot be interpolated are emptied in `held`.
    """
    full, first = np.iinfo(dtype).max, len(corners)
    asked = _asked(corners, cells, WIDTH[dtype.name]).clip(0, full).astype(dtype)
    moved = move(asked, np.uint16)
    change = moved * np.float32(full / 65535) - asked
    lattice = np.empty((SIDE**3, 4), np.float32)  # what is not written to takes no memory
    lattice[corners, :3] = change[:first]
    lattice[corners, 3] = ((moved[:first] == 0) | (moved[:first] == 65535)) @ LIMITS
    _compare(lattice, (cells, change[first:]), np.float32(MOST[dtype.name]), held)
    return lattice


def _asked(corners: Array, cells: Array, width: int) -> Array:
    """Return the codes (n, 3) of corners, and of the middles of cells, by their numbers.

    A number is (i * SIDE + j) * SIDE + k; that of a cell is that of its least corner.
    """
    places: Array = width * np.stack(
        np.unravel_index(np.concatenate([corners, cells]), (SIDE, SIDE, SIDE)), axis=1
    )
    places[len(corners) :] += width // 2
    return places


@kernel
def _held(codes: Array, chosen: Array, bits: int) -> Array:
    """Return how many chosen pixels each cell holds, counted up to FEW."""
    held = np.zeros(SIDE * SIDE * SIDE, np.uint8)
    for i in range(chosen.shape[0]):
        if chosen[i]:
            cell = _cell(codes[i, 0], codes[i, 1], codes[i, 2], bits)
            held[cell] = min(held[cell] + 1, FEW)
    return held


@inlined
def _cell(red: Any, green: Any, blue: Any, bits: int) -> Any:
    """Return the number of a color's cell; unsigned, or each look at an array would ask for its sign."""
    row = (np.uint64(red) >> np.uint64(bits)) * np.uint64(SIDE) + (np.uint64(green) >> np.uint64(bits))
    return row * np.uint64(SIDE) + (np.uint64(blue) >> np.uint64(bits))


@kernel
def _corners(cells: Array) -> Array:
    """Return which numbers are those of a corner of a cell."""
    corner = np.zeros(SIDE * SIDE * SIDE, np.bool_)
    for cell in cells:
        for near in (cell, cell + SIDE, cell + SIDE * SIDE, cell + (SIDE + 1) * SIDE):
            corner[near] = corner[near + 1] = True
    return corner


@kernel
def _compare(lattice: Array, middles: tuple[Array, Array], most: np.float32, held: Array) -> None:
    """Empty the cells that are not smooth: some corners at a limit, or a middle unlike what the corners say.

    middles   cells and the change in their middles
    """
    cells, changes = middles
    corners = np.array([0, SIDE, SIDE * SIDE, (SIDE + 1) * SIDE])
    total = np.empty(3, np.float32)
    for i in range(cells.shape[0]):
        total[:], limit = ZERO, lattice[cells[i], 3]
        for n in cells[i] + corners:
            for m in (n, n + 1):
                if lattice[m, 3] != limit:
                    held[cells[i]] = 0
                for c in range(3):
                    total[c] += lattice[m, c] / 8
        if np.abs(total - changes[i]).max() > most:
            held[cells[i]] = 0


@kernel
def _interpolate(codes: Array, chosen: Array, held: Array, lattice: Array) -> Array:
    """Change the chosen 16-bit codes trilinearly; return the places of those that hold too few or do not hold."""
    left, without = np.empty(chosen.shape[0], np.int64), 0
    full, bits = np.float32(65535), 10
    per, back, down = np.float32(1 / 1024), SIDE, SIDE * SIDE
    for i in range(chosen.shape[0]):
        if chosen[i]:
            r, g, b = codes[i, 0], codes[i, 1], codes[i, 2]
            n = np.int64(_cell(r, g, b, bits))
            if held[n] < FEW:
                left[without] = i
                without += 1
                continue
            x, y, z = np.float32(r & 1023) * per, np.float32(g & 1023) * per, np.float32(b & 1023) * per
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
                value = np.float32(codes[i, c]) + near + x * (far - near) + HALF
                codes[i, c] = np.int32(min(max(value, ZERO), full))
    return left[:without]


def _packed(lattice: Array, corners: Array) -> Array:
    """Return the three changes at each corner in 64 bits: 8-bit codes, from -256 on, in steps of 1/64."""
    steps = np.rint(64 * (lattice[corners, :3] + 256)).astype(np.uint64)
    packed = np.empty(len(lattice), np.uint64)
    packed[corners] = steps[:, 0] | steps[:, 1] << np.uint64(FIELD) | steps[:, 2] << np.uint64(2 * FIELD)
    return packed


@lru_cache(maxsize=1)
def _weights() -> Array:
    """Return the weights (64, 8), in 64ths, of a cell's corners for the 64 colors of 8 bits within it."""
    share = np.array([[4, 0], [3, 1], [2, 2], [1, 3]], np.uint64)
    weights: Array = np.einsum("ai,bj,ck->abcijk", share, share, share).reshape(64, 8)
    return weights


@kernel
def _interpolate_bytes(codes: Array, chosen: Array, held: Array, packed: Array, weights: Array) -> Array:
    """Change the chosen 8-bit codes as `_interpolate` does, all three channels in one word: 2.5 times faster."""
    left, without = np.empty(chosen.shape[0], np.int64), 0
    next_one, back, down, field = np.uint64(1), np.uint64(SIDE), np.uint64(SIDE * SIDE), np.uint64(FIELD)
    low, mask = np.uint64(3), np.uint64((1 << FIELD) - 1)
    for i in range(chosen.shape[0]):
        if chosen[i]:
            r, g, b = np.uint64(codes[i, 0]), np.uint64(codes[i, 1]), np.uint64(codes[i, 2])
            n = _cell(r, g, b, 2)
            if held[n] < FEW:
                left[without] = i
                without += 1
                continue
            w = weights[(r & low) << np.uint64(4) | (g & low) << np.uint64(2) | b & low]
            total, k = np.uint64(0), 0
            for m in (n, n + back, n + down, n + down + back):
                total += packed[m] * w[k] + packed[m + next_one] * w[k + 1]
                k += 2
            codes[i, 0] = _changed(r, total & mask)
            codes[i, 1] = _changed(g, total >> field & mask)
            codes[i, 2] = _changed(b, total >> field + field)
    return left[:without]


@inlined
def _changed(code: Any, change: Any) -> Any:
    """Return an 8-bit code changed by 64ths of 64ths of a code, from -256 on."""
    return min(max(np.int64(code) + (np.int64(change) + 2048 >> 12) - 256, 0), 255)
