"""Contact sheets of color transfers: a pair a row, with what each method makes of it.

Pictures come as Lab (h, w, 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from colorfast.color.spaces import lab_to_rgb
from colorfast.read.write import encode_jpeg
from colorfast.records import Array, Lab
from colorfast.report.canvas import lettered

CELL = 260  # pixels of a cell's sides: judged pictures are shown as large as they are
HEAD, LETTERS = 22, 13  # pixels
GROUND = 24  # gray of the paper
ABREAST = 2  # pairs in a row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One pair."""

    caption: str
    pictures: Sequence[Lab]
    """Source, reference, and what each method made of them."""


def sheet(rows: Sequence[Row], heads: Sequence[str]) -> bytes:
    """Return a JPEG of pairs, two abreast.

    heads   what stands above the columns: names of source, reference and methods
    """
    strips = [_strip(row) for row in rows]
    while len(strips) % ABREAST:
        strips.append(np.full_like(strips[0], GROUND))
    head = _head(heads)
    lines = [np.hstack([head] * ABREAST)]
    lines += [np.hstack(strips[at : at + ABREAST]) for at in range(0, len(strips), ABREAST)]
    return encode_jpeg(np.vstack(lines))


def _strip(row: Row) -> Array:
    """Return the pictures of a pair side by side, under its caption."""
    cells = np.hstack([_cell(picture) for picture in row.pictures])
    return np.vstack([_line(row.caption, cells.shape[1]), cells])


def _head(heads: Sequence[str]) -> Array:
    return np.hstack([_line(name, CELL) for name in heads])


def _line(text: str, width: int) -> Array:
    return np.asarray(
        lettered(np.full((HEAD, width, 3), GROUND, np.uint8), text, (4, HEAD - 6), LETTERS, bold=True)
    )


def _cell(lab: Lab) -> Array:
    """Return a picture of 8 bits in the middle of a cell."""
    codes = lab_to_rgb(lab, np.uint8)
    scale = (CELL - 4) / max(codes.shape[:2])
    width, height = (max(1, round(side * scale)) for side in codes.shape[1::-1])
    small = cv2.resize(codes, (width, height), interpolation=cv2.INTER_AREA)
    cell = np.full((CELL, CELL, 3), GROUND, np.uint8)
    top, left = (CELL - height) // 2, (CELL - width) // 2
    cell[top : top + height, left : left + width] = small
    return cell
