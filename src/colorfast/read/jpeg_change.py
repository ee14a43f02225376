"""What changed in the pixels of a JPEG is added to its quantized coefficients.

One MCU's pixels are 8 x 8 times the largest sampling factors; a block is (64,) int16 in zigzag order.
Blocks are worked on by GROUP at once, pixel by pixel, so that every loop runs along MCUs and vectorizes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from colorfast.compiled import inlined, kernel
from colorfast.read.jpeg_entropy import LARGEST
from colorfast.records import Array

TO_YCC = np.array(  # JFIF 1.02, p. 3; the offsets of Cb and Cr cancel in a difference
    [[0.299, 0.587, 0.114], [-0.16873589, -0.33126411, 0.5], [0.5, -0.41868759, -0.08131241]], np.float32
)
GROUP = 32  # MCUs


def _zigzag() -> npt.NDArray[np.int64]:
    """Return (64,) the row-by-row index of each coefficient in zigzag order; T.81 figure A.6."""
    rows, columns = np.divmod(np.arange(64), 8)
    along = np.where((rows + columns) % 2, rows, columns)
    return np.lexsort((along, rows + columns))


def _cosines() -> npt.NDArray[np.float32]:
    """Return (8, 8) the orthonormal DCT: basis @ block @ basis.T are the coefficients of T.81 A.3.3."""
    frequency, sample = np.mgrid[:8, :8]
    basis = np.cos((2 * sample + 1) * frequency * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    return np.asarray(basis, np.float32)


ZIGZAG, COSINES = _zigzag(), _cosines()


@inlined
def _changes(before: Array, after: Array, corner: tuple[int, int], changes: Array, n: int) -> None:
    """Fill column n of (3, h, w, GROUP) with the change of an MCU; the last pixels go on beyond the edge."""
    tall, wide = changes.shape[1], changes.shape[2]
    seen = min(wide, before.shape[1] // 3 - corner[1])
    for y in range(tall):
        row, first = min(corner[0] + y, before.shape[0] - 1), 3 * corner[1]
        old, new = before[row, first : first + 3 * seen], after[row, first : first + 3 * seen]
        for x in range(seen):
            for band in range(3):
                changes[band, y, x, n] = np.float32(np.int32(new[3 * x + band]) - np.int32(old[3 * x + band]))
        for x in range(seen, wide):
            for band in range(3):
                changes[band, y, x, n] = changes[band, y, seen - 1, n]


@inlined
def _sample(changes: Array, channel: int, part: Array, tile: Array) -> None:
    """Fill (8, 8, GROUP) with the means of rectangles of pixels in one channel; `part` as in `add_change`."""
    to, tall, wide = TO_YCC[channel], part[3], part[4]
    share = np.float32(1) / np.float32(tall * wide)
    tile[:] = 0
    for y in range(8 * tall):
        for x in range(8 * wide):
            row, column = 8 * tall * part[1] + y, 8 * wide * part[2] + x
            red, green = changes[0, row, column], changes[1, row, column]
            blue, into = changes[2, row, column], tile[y // tall, x // wide]
            for n in range(len(into)):
                into[n] += share * (to[0] * red[n] + to[1] * green[n] + to[2] * blue[n])


@inlined
def _turn(by: Array, lines: Array, into: Array) -> None:
    """Fill (n,) with the sum of eight lines (8, n), each times its number."""
    l0, l1, l2, l3, l4, l5, l6, l7 = (
        lines[0], lines[1], lines[2], lines[3], lines[4], lines[5], lines[6], lines[7],
    )  # fmt: skip
    for n in range(len(into)):
        near = by[0] * l0[n] + by[1] * l1[n] + by[2] * l2[n] + by[3] * l3[n]
        into[n] = near + by[4] * l4[n] + by[5] * l5[n] + by[6] * l6[n] + by[7] * l7[n]


@inlined
def _transform(tile: Array, half: Array) -> None:
    """Replace 8x8 samples by their DCT coefficients."""
    for y in range(8):
        for v in range(8):
            _turn(COSINES[v], tile[y], half[v, y])
    for u in range(8):
        for v in range(8):
            _turn(COSINES[u], half[v], tile[u, v])


@inlined
def _lines(tile: Array, steps: Array, lines: Array) -> None:
    """Write coefficients (8, 8, GROUP) as multiples of the steps to lines (GROUP, 64) in zigzag order."""
    for k in range(64):
        row, step = tile[ZIGZAG[k] >> 3, ZIGZAG[k] & 7], steps[k]
        for n in range(len(row)):
            lines[n, k] = row[n] * step


@inlined
def _add(block: Array, line: Array) -> None:
    """Add (64,) numbers to quantized coefficients, rounded."""
    least, most, half = np.float32(-LARGEST), np.float32(LARGEST), np.float32(0.5)
    for k in range(64):
        value = np.floor(np.float32(block[k]) + line[k] + half)
        block[k] = np.int16(min(max(value, least), most))


@kernel
def add_change(
    before: Array, after: Array, mcus: Array, homes: Array, parts: Array, steps: Array, blocks: Array
) -> None:
    """Add the change of the pixels to the blocks of the MCUs that show it.

    before, after   (h, 3 w) uint8, from an MCU's corner on
    mcus            (n, 2) row and column of each MCU with changes, from that corner
    homes           (n, p) the place in `blocks` of each of its blocks
    parts           (p, 5) of each of them: channel, row and column in the MCU, pixels a sample down and across
    steps           (channels, 64) 1 / quantization in zigzag order
    blocks          (m, 64) int16
    """
    size = 8 * (parts[:, 1] + 1) * parts[:, 3], 8 * (parts[:, 2] + 1) * parts[:, 4]
    changes = np.zeros((3, size[0].max(), size[1].max(), GROUP), np.float32)
    tile, half = np.empty((8, 8, GROUP), np.float32), np.empty((8, 8, GROUP), np.float32)
    lines = np.empty((GROUP, 64), np.float32)
    for first in range(0, len(mcus), GROUP):
        count = min(GROUP, len(mcus) - first)
        for n in range(count):
            row, column = mcus[first + n]
            corner = row * changes.shape[1], column * changes.shape[2]
            _changes(before, after, corner, changes, n)
        for p in range(len(parts)):
            _sample(changes, parts[p, 0], parts[p], tile)
            _transform(tile, half)
            _lines(tile, steps[parts[p, 0]], lines)
            for n in range(count):
                _add(blocks[homes[first + n, p]], lines[n])
