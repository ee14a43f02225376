"""Label files: the bytes of a PNG in, class ids (h, w) uint8 out."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np

from colorfast.errors import FileMissing, NotAPicture
from colorfast.records import Array

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_labels(path: Path) -> Array:
    """Return the class ids (h, w) uint8 of an 8-bit palette or gray PNG.

    Decoders turn palette pixels into colors; here the file is read as if it were gray, so the ids stay.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileMissing(path, error.strerror or str(error)) from error
    if data[:8] != SIGNATURE or data[24:26] not in (b"\x08\x03", b"\x08\x00"):
        raise NotAPicture(path, "not a PNG with 8-bit class ids")
    header = data[12:24] + b"\x08\x00" + data[26:29]  # IHDR with color type gray
    gray = SIGNATURE + data[8:12] + header + struct.pack(">I", zlib.crc32(header)) + _without_palette(data)
    labels = cv2.imdecode(np.frombuffer(gray, np.uint8), cv2.IMREAD_GRAYSCALE)
    if labels is None:
        raise NotAPicture(path, "a PNG that ends early")
    return np.asarray(labels)


def _without_palette(data: bytes) -> bytes:
    """Return the chunks after the header, less those that only a palette PNG may have."""
    kept, position = [], 33
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind not in (b"PLTE", b"tRNS"):
            kept.append(data[position : position + 12 + length])
        position += 12 + length
    return b"".join(kept)
