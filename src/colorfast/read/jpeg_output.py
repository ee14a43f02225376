"""Coefficients and what a JPEG's markers said become the bytes of a file: one sequential scan.

ITU-T T.81, annex B. Metadata that shows or describes the photo before, previews above all, is left out.
"""

from __future__ import annotations

import struct

import numpy as np

from colorfast.read.jpeg_entropy import code_words, count_symbols, shortest_code, write_symbols
from colorfast.read.jpeg_file import (
    APP0,
    APP14,
    COM,
    DHT,
    DQT,
    EOI,
    SOF0,
    SOF1,
    SOI,
    SOS,
    CannotKeep,
    HuffmanTable,
    JpegFile,
)
from colorfast.read.metadata import clean_exif, clean_photoshop, clean_xmp
from colorfast.records import Array

EXIF_NAME, XMP_NAME = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
ICC_NAME, PHOTOSHOP_NAME, JFIF_NAME = b"ICC_PROFILE\0", b"Photoshop 3.0\0", b"JFIF\0"
JFIF_HEAD = 12  # bytes before the sizes of its preview; JFIF 1.02, p. 5


def file_of(jpeg: JpegFile, blocks: Array, order: Array, slots: Array) -> bytes:
    """Return the file that shows `blocks`, coded in this order; see `jpeg_entropy` for the arrays."""
    fours, counts = blocks.view(np.uint64), np.zeros((2, 2, 256), np.int64)
    if not count_symbols(blocks, fours, order, slots, counts):
        raise CannotKeep("it has larger coefficients than a sequential JPEG may have")
    tables = [[shortest_code(kind) for kind in group] for group in counts]
    words = np.array([[code_words(table) for table in group] for group in tables])
    out = np.empty(_longest(counts, words), np.uint8)
    length = write_symbols(blocks, fours, order, slots, words, out)
    return _whole(jpeg, tables, out[:length])


def file_with(jpeg: JpegFile, stream: Array) -> bytes:
    """Return the file with other bytes, (n,) uint8, in its only scan, and the same tables."""
    scan = jpeg.scans[0]
    pairs = list(dict.fromkeys(zip(scan.dc, scan.ac, strict=True)))
    return _whole(jpeg, [[table for table in pair if table] for pair in pairs], stream)


def words_by_channel(jpeg: JpegFile) -> Array:
    """Return (channels, 2, 256) int64 of `code_words` for the only scan; raises CannotKeep for odd tables.

    Light has tables of its own or shares those of color, and both colors have the same.
    """
    scan = jpeg.scans[0]
    pairs = list(zip(scan.dc, scan.ac, strict=True))
    if any(pair != pairs[1] for pair in pairs[2:]):
        raise CannotKeep("its colors have Huffman tables of their own")
    return np.array([[code_words(table) for table in pair if table] for pair in pairs])


def stuffed(words: Array, bits: int) -> Array:
    """Return the bytes of a scan, (n,) uint8, of 32-bit words; behind a byte of ones comes a zero."""
    codes = words[: -(-bits // 32)].astype(">u4").view(np.uint8)[: -(-bits // 8)]
    return np.insert(codes, np.flatnonzero(codes == 0xFF) + 1, 0)


def _whole(jpeg: JpegFile, tables: list[list[HuffmanTable]], stream: Array) -> bytes:
    parts = [
        _bare(SOI),
        *(_segment(marker, content) for marker, content in kept_segments(jpeg)),
        _quantization(jpeg),
        _frame(jpeg),
        _huffman(tables),
        _scan_header(jpeg, len(tables)),
        stream.tobytes(),
        _bare(EOI),
    ]
    return b"".join(parts)


def kept_segments(jpeg: JpegFile) -> list[tuple[int, bytes]]:
    """Return the segments that the new file has too: density, EXIF, XMP, IPTC, profile, comments."""
    kept = []
    if sum(content.startswith(PHOTOSHOP_NAME) for _, content in jpeg.segments) > 1:
        raise CannotKeep("its Photoshop resources fill several segments")
    for marker, content in jpeg.segments:
        if content.startswith(EXIF_NAME):
            kept.append((marker, clean_exif(content)))
        elif content.startswith(XMP_NAME):
            kept.append((marker, XMP_NAME + clean_xmp(content[len(XMP_NAME) :])))
        elif content.startswith(PHOTOSHOP_NAME):
            kept.append((marker, clean_photoshop(content)))
        elif marker == APP0 and content.startswith(JFIF_NAME):
            kept.append((marker, content[:JFIF_HEAD] + bytes(2)))
        elif content.startswith(ICC_NAME) or marker in (APP14, COM):
            kept.append((marker, content))
    return kept


def _longest(counts: Array, words: Array) -> int:
    """Return the bytes that a stream has at most, all of them stuffed."""
    extra = np.arange(256) & 15  # bits behind a code; for DC the symbol itself, at most 11
    bits = int((counts * ((words >> 16) + extra)).sum())
    return 2 * (bits // 8 + 8)


def _bare(marker: int) -> bytes:
    return bytes([0xFF, marker])


def _segment(marker: int, content: bytes) -> bytes:
    return _bare(marker) + struct.pack(">H", len(content) + 2) + content


def _quantization(jpeg: JpegFile) -> bytes:
    content = b""
    for number in sorted({c.table for c in jpeg.components}):
        table = jpeg.tables[number]
        wide = bool(table.max() > 255)
        content += bytes([wide << 4 | number]) + table.astype(">u2" if wide else np.uint8).tobytes()
    return _segment(DQT, content)


def _frame(jpeg: JpegFile) -> bytes:
    wide = any(jpeg.tables[c.table].max() > 255 for c in jpeg.components)
    content = struct.pack(">BHHB", 8, jpeg.height, jpeg.width, len(jpeg.components))
    content += b"".join(bytes([c.id, c.across << 4 | c.down, c.table]) for c in jpeg.components)
    return _segment(SOF1 if wide else SOF0, content)


def _huffman(tables: list[list[HuffmanTable]]) -> bytes:
    content = b""
    for group, pair in enumerate(tables):
        for kind, table in enumerate(pair):
            content += bytes([kind << 4 | group]) + table.counts + table.symbols
    return _segment(DHT, content)


def _scan_header(jpeg: JpegFile, groups: int) -> bytes:
    numbers = (min(n, groups - 1) for n in range(len(jpeg.components)))
    named = b"".join(bytes([c.id, 0x11 * n]) for c, n in zip(jpeg.components, numbers, strict=True))
    return _segment(SOS, bytes([len(jpeg.components)]) + named + bytes([0, 63, 0]))
