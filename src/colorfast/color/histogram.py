"""Histograms of Lab in one pass over planes: occupied cells with their mean colors, exact medians.

Planes (3, n) float32 and chosen (n,) bool come in; at least one pixel is chosen. Every sum is float64, so the
result does not hang on the order of the pixels beyond the last bit.
"""

from __future__ import annotations

import numpy as np

from colorfast.compiled import kernel
from colorfast.records import Array

BINS = 1024
"""Bins a channel between its least and largest value; the median is then sought in one of them alone."""
FAR = np.float32(1e30)
LANES = 256


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
def fill_cells(planes: Array, chosen: Array, low: Array, edge: float, sides: Array) -> tuple[Array, Array]:
    """Return the number of each occupied cell (m,) and its pixels and sums of Lab (m, 4), first seen first.

    low     (3,) where cells begin
    edge    of a cell, Lab units
    sides   (3,) cells along each channel; a cell's number is (i * sides[1] + j) * sides[2] + k
    """
    slots = np.zeros(sides[0] * sides[1] * sides[2], np.int32)  # 0: not seen yet
    room = min(slots.shape[0], chosen.shape[0])  # of which no more memory is touched than is used
    numbers, sums = np.empty(room, np.int64), np.empty((room, 4))
    inverse, used = np.float32(1 / edge), 0
    L, a, b = planes[0], planes[1], planes[2]
    for i in range(chosen.shape[0]):
        if chosen[i]:
            number = int((L[i] - low[0]) * inverse) * sides[1] + int((a[i] - low[1]) * inverse)
            number = number * sides[2] + int((b[i] - low[2]) * inverse)
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
    found = np.empty(3, np.float32)
    for c in range(3):
        scale = (BINS - 1) / max(float(bounds[1, c] - bounds[0, c]), 1e-6)
        near, lower, upper = _near_median(planes[c], chosen, bounds[0, c], np.float32(scale))
        two = np.partition(near, (lower, upper))[[lower, upper]]
        found[c] = two.mean()
    return found


@kernel
def _near_median(plane: Array, chosen: Array, low: float, scale: np.float32) -> tuple[Array, int, int]:
    """Return the few values around the median of a plane (n,), and which of them, sorted, are its two middles.

    low, scale   where the bins begin, and bins to a Lab unit
    """
    counts = np.zeros(BINS, np.int64)
    for i in range(plane.shape[0]):
        if chosen[i]:
            counts[int((plane[i] - low) * scale)] += 1
    pixels = counts.sum()
    lower, upper = (pixels - 1) // 2, pixels // 2
    first, below = 0, 0
    while below + counts[first] <= lower:
        below += counts[first]
        first += 1
    last, reached = first, below + counts[first]
    while reached <= upper:
        last += 1
        reached += counts[last]
    near = np.empty(reached - below, np.float32)
    k = 0
    for i in range(plane.shape[0]):
        if chosen[i] and first <= int((plane[i] - low) * scale) <= last:
            near[k] = plane[i]
            k += 1
    return near, lower - below, upper - below
