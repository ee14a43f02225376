"""Label files: class ids (h, w) uint8 in, the bytes of a palette PNG out.

A pixel's value is its class id; the palette only gives people something to look at.
PNG Specification, third edition: chunks IHDR, PLTE, IDAT, IEND.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from colorfast.labels import FIVE, GARMENT
from colorfast.records import Array

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE = 3  # the PNG color type
COLORS = {
    "background": "000000",
    "hair": "8c564b",
    "clothes": "1f77b4",
    "upper": "1f77b4",
    "lower": "2ca02c",
    "dress": "e377c2",
    "outerwear": "17becf",
    "skin": "ffbb78",
    "accessories": "bcbd22",
    "footwear": "9467bd",
    "bag": "ff7f0e",
    "headwear": "d62728",
}


def label_file(ids: Array, classes: tuple[str, ...]) -> bytes:
    """Return a palette PNG of class ids (h, w), one palette color a class."""
    height, width = ids.shape
    header = struct.pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0)
    palette = b"".join(bytes.fromhex(COLORS[name]) for name in classes)
    unfiltered = np.zeros((height, width + 1), np.uint8)  # each row begins with the number of its filter
    unfiltered[:, 1:] = ids
    chunks = (
        (b"IHDR", header),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(unfiltered.tobytes())),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def classes_of(name: str) -> tuple[str, ...]:
    """Return the class names of "5" or "garment"."""
    return FIVE if name == "5" else GARMENT


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
