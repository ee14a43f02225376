"""The colors of a garment's core: Photo and Garment in, Lab (n, 3) out.

A median needs no five million pixels: of very many, every second, third, … is taken.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.profiles import to_lab
from colorfast.compiled import kernel
from colorfast.records import Array, Garment, Lab, Photo

MOST = 1_000_000
"""Pixels that are looked at; of two million every second. Medians and palettes then stay within 0.01 Lab."""


def core_colors(photo: Photo, garment: Garment) -> Lab:
    """Return Lab (n, 3) of the core's pixels, row by row, at least one."""
    window, (rows, columns) = photo.window(garment.box), garment.box
    core = np.ascontiguousarray(garment.core)
    every = max(int(np.count_nonzero(core)) // MOST, 1)
    box = rows.start, rows.stop, columns.start, columns.stop
    shift = window.box[0].start - rows.start, window.box[1].start - columns.start
    return to_lab(_taken(window.pixels, core, box, shift, every), photo.profile)


@kernel
def _taken(
    pixels: Array, core: Array, box: tuple[int, int, int, int], shift: tuple[int, int], every: int
) -> Array:
    """Return every so many-th of the core's pixels (n, 3).

    box     rows and columns, from and to, that hold the core
    shift   by which rows and columns of `pixels` are further than those of the core
    """
    top, bottom, left, right = box
    taken, count, turn = np.empty(((bottom - top) * (right - left) // every + 1, 3), pixels.dtype), 0, 0
    for y in range(top, bottom):
        line = pixels[y + shift[0]]
        for x in range(left, right):
            if core[y, x]:
                if turn == 0:
                    for c in range(3):
                        taken[count, c] = line[x + shift[1], c]
                    count += 1
                    turn = every
                turn -= 1
    return taken[:count]
