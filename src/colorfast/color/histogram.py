"""Histograms of Lab in one pass over planes: occupied cells with their mean colors, exact medians.

Planes (3, n) float32 and chosen (n,) bool come in; at least one pixel is chosen. Every sum is float64, so the
result does not hang on the order of the pixels beyond the last bit.
"""

from __future__ import annotations

import numpy as np

from colorfast.compiled import kernel
from colorfast.records import Array

BINS = 8192
"""Bins a channel between its least and largest value; the median is then sought in one of them alone."""
FAR = np.float32(1e30)
LANES = 256
STRETCH = 64


@kernel
def limits(planes: Array, chosen: Array) -> Array:
    """Return the least and the largest of the chosen values of each channel, (2, 3)."""
    found, pixels = np.empty((2, 3), np.float32), planes.shape[1]
    lows, highs = np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    for c in range(3):
        lows[:], highs[:] = FAR, -FAR
        for start in range(0, pixels, LANES):
            count = min(LANES, pixels - start)
            values, counted = planes[c, start : start + count], chosen[start : start + count]
            for i in range(count):  # lane by lane and without a branch: this runs on whole vectors
                lows[i] = min(lows[i], values[i] if counted[i] else FAR)
                highs[i] = max(highs[i], values[i] if counted[i] else -FAR)
        found[0, c], found[1, c] = lows.min(), highs.max()
    return found


@kernel
def fill_cells(
    planes: Array, chosen: Array, low: Array, edge: float, sides: Array, every: int = 1
) -> tuple[Array, Array]:
    """Return the number of each occupied cell (m,) and its pixels and sums of Lab (m, 4), first seen first.

    low     (3,) where cells begin
    edge    of a cell, Lab units
    sides   (3,) cells along each channel; a cell's number is (i * sides[1] + j) * sides[2] + k
    every   of so many chosen pixels one is counted, the first among them
    """
    slots = np.zeros(sides[0] * sides[1] * sides[2], np.int32)  # 0: not seen yet
    room = min(slots.shape[0], chosen.shape[0])  # of which no more memory is touched than is used
    numbers, sums = np.empty(room, np.int64), np.empty((room, 4))
    inverse, used, wait = np.float32(1 / edge), 0, 0
    L, a, b = planes[0], planes[1], planes[2]
    for i in range(chosen.shape[0]):
        wait -= chosen[i]
        if wait < 0:
            wait = every - 1
            number = np.int32((L[i] - low[0]) * inverse) * sides[1] + np.int32((a[i] - low[1]) * inverse)
            number = number * sides[2] + np.int32((b[i] - low[2]) * inverse)
            slot = slots[number] - 1
            if slot < 0:
                slot = used
                numbers[slot] = number
                sums[slot, 0] = sums[slot, 1] = sums[slot, 2] = sums[slot, 3] = 0.0
                used += 1
                slots[number] = used
            sums[slot, 0] += 1
            sums[slot, 1] += L[i]
            sums[slot, 2] += a[i]
            sums[slot, 3] += b[i]
    return numbers[:used], sums[:used]


@kernel
def merge_cells(numbers: Array, sums: Array, sides: Array) -> tuple[Array, Array, Array]:
    """Return cells of twice the edge: their numbers, sums and sides. Eight cells become one, exactly."""
    wide = (sides + 1) // 2
    slots = np.zeros(wide[0] * wide[1] * wide[2], np.int32)
    merged, totals = np.empty_like(numbers), np.zeros_like(sums)
    used = 0
    for n in range(numbers.shape[0]):
        k = numbers[n] % sides[2]
        j = numbers[n] // sides[2] % sides[1]
        i = numbers[n] // (sides[2] * sides[1])
        number = ((i // 2) * wide[1] + j // 2) * wide[2] + k // 2
        if slots[number] == 0:
            merged[used] = number
            used += 1
            slots[number] = used
        for c in range(4):
            totals[slots[number] - 1, c] += sums[n, c]
    return merged[:used], totals[:used], wide


def medians(planes: Array, chosen: Array, bounds: Array) -> Array:
    """Return the exact median of each channel, (3,) float32; `bounds` (2, 3) as from `limits`."""
    scales = np.float32(BINS - 1) / np.maximum(bounds[1] - bounds[0], np.float32(1e-6))
    found = np.empty(3, np.float32)
    for c, counts in enumerate(_counts(planes, chosen, bounds[0], scales)):
        reached = np.cumsum(counts)
        middles = np.array([(reached[-1] - 1) // 2, reached[-1] // 2])
        first, last = np.searchsorted(reached, middles, side="right")
        below = reached[first] - counts[first]
        near = _between(planes[c], chosen, bounds[0, c], scales[c], (first, last), reached[last] - below)
        found[c] = np.partition(near, middles - below)[middles - below].mean()
    return found


@kernel
def _counts(planes: Array, chosen: Array, lows: Array, scales: Array) -> Array:
    """Return how many of the chosen values lie in each bin, (3, BINS); lows, scales as in _between, (3,)."""
    counts = np.zeros((3, BINS), np.int32)
    L, a, b = planes[0], planes[1], planes[2]
    for i in range(chosen.shape[0]):  # three channels at once: none waits for its last count to be written
        if chosen[i]:
            counts[0, np.int32((L[i] - lows[0]) * scales[0])] += 1
            counts[1, np.int32((a[i] - lows[1]) * scales[1])] += 1
            counts[2, np.int32((b[i] - lows[2]) * scales[2])] += 1
    return counts


@kernel
def _between(
    plane: Array, chosen: Array, low: float, scale: float, bins: tuple[int, int], count: int
) -> Array:
    """Return the chosen values of a plane (n,) in the first to the last of some bins, (count,).

    low, scale   where the bins begin, and bins to a Lab unit
    """
    first, last = np.int32(bins[0]), np.int32(bins[1])
    found, k = np.empty(count, np.float32), 0
    for start in range(0, plane.shape[0], STRETCH):
        values, counted = plane[start : start + STRETCH], chosen[start : start + STRETCH]
        some = np.uint8(0)
        for i in range(values.shape[0]):  # no branch: this runs on whole vectors, and most hold none
            place = np.int32((values[i] - low) * scale)
            some |= np.uint8(counted[i]) & np.uint8(first <= place) & np.uint8(place <= last)
        if some:
            for i in range(values.shape[0]):
                if counted[i] and first <= np.int32((values[i] - low) * scale) <= last:
                    found[k] = values[i]
                    k += 1
    return found
