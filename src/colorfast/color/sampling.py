"""The colors of a garment's core: Photo and Garment in, Lab (n, 3) out.

A median needs no five million pixels: of very many, some are taken, spread evenly.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.profiles import to_lab
from colorfast.compiled import kernel
from colorfast.records import Array, Garment, Lab, Photo

MOST = 1 << 16
"""Pixels that are looked at, give or take a few. The medians of large photos of many colors move by 0.04 Lab."""
GOLDEN = np.uint32(0x9E3779B9)
"""The golden section of 2^32. Its multiples fill the circle evenly (Weyl 1916), also those of every k-th pixel:
the pixels that are taken keep step with no stripe."""


def core_colors(photo: Photo, garment: Garment) -> Lab:
    """Return Lab (n, 3) of the core's pixels, row by row, at least one."""
    window, (rows, columns) = photo.window(garment.box), garment.box
    core = np.ascontiguousarray(garment.core)
    share = min(MOST / max(int(np.count_nonzero(core)), 1), 1.0)
    box = rows.start, rows.stop, columns.start, columns.stop
    shift = window.box[0].start - rows.start, window.box[1].start - columns.start
    return to_lab(_taken(window.pixels, core, box, shift, share), photo.profile)


@kernel
def _taken(
    pixels: Array, core: Array, box: tuple[int, int, int, int], shift: tuple[int, int], share: float
) -> Array:
    """Return a share of the core's pixels, (n, 3), the first among them.

    box     rows and columns, from and to, that hold the core
    shift   by which rows and columns of `pixels` are further than those of the core
    """
    top, bottom, left, right = box
    limit, turn, count = np.uint64(share * 2**32), np.uint32(0), 0
    taken = np.empty(
        ((bottom - top) * (right - left), 3), pixels.dtype
    )  # memory that is not used is not touched
    for y in range(top, bottom):
        line = pixels[y + shift[0]]
        for x in range(left, right):
            if core[y, x]:
                if np.uint64(turn) < limit:
                    for c in range(3):
                        taken[count, c] = line[x + shift[1], c]
                    count += 1
                turn = np.uint32(turn + GOLDEN)
    return taken[:count]
