"""The bytes of a JPEG, taken apart: sizes, tables, scans, and the segments that say something about the photo.

ITU-T T.81 (ISO/IEC 10918-1), annex B. Huffman coding with 8 bits a sample, sequential or progressive; every
other kind raises CannotKeep. Quantization tables are in zigzag order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from colorfast.records import Array

SOF0, SOF1, SOF2, DHT, SOI, EOI, SOS, DQT, DRI = 0xC0, 0xC1, 0xC2, 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
RST0, RST7 = 0xD0, 0xD7
APP0, APP14, COM = 0xE0, 0xEE, 0xFE


DAMAGED = "its scans are damaged"


class CannotKeep(Exception):
    """The blocks of a file cannot be kept; the words say why. It never leaves `read`."""


class Component(NamedTuple):
    """One channel: its sampling factors and the number of its quantization table."""

    id: int
    across: int
    down: int
    table: int


class HuffmanTable(NamedTuple):
    """How many codes have 1..16 bits, and their symbols from the shortest code on; T.81 annex C."""

    counts: bytes
    symbols: bytes


class Scan(NamedTuple):
    """One pass over some channels: which coefficients, which bits of them, how they are coded, and where."""

    channels: tuple[int, ...]
    dc: tuple[HuffmanTable | None, ...]
    ac: tuple[HuffmanTable | None, ...]
    first: int
    last: int
    high: int
    low: int
    restart: int
    """MCUs between two restart markers; 0 for none."""
    start: int
    stop: int


@dataclass(slots=True)
class JpegFile:
    """A JPEG whose scans are not decoded yet."""

    height: int = 0
    width: int = 0
    progressive: bool = False
    restart: int = 0
    components: tuple[Component, ...] = ()
    tables: dict[int, Array] = field(default_factory=dict)
    """(64,) int32 by number."""
    huffman: dict[int, HuffmanTable] = field(default_factory=dict)
    """By class and number as in DHT: 0x00.. for DC, 0x10.. for AC; those of the last scan."""
    scans: list[Scan] = field(default_factory=list)
    segments: list[tuple[int, bytes]] = field(default_factory=list)
    """Marker and content of the APPn and COM segments, in the file's order."""

    @property
    def factors(self) -> tuple[int, int]:
        """The largest sampling factors, down and across: an MCU covers 8 times as many pixels."""
        return max(c.down for c in self.components), max(c.across for c in self.components)


def parse(data: bytes) -> JpegFile:
    """Return what the markers of a JPEG say. Raises CannotKeep for kinds that are rare, and for damage."""
    try:
        return _parse(data)
    except (IndexError, ValueError) as error:  # a segment ends before what it should hold
        raise CannotKeep("a segment is damaged") from error


def _parse(data: bytes) -> JpegFile:
    codes = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(codes[:-1] == 0xFF)
    after = codes[marks + 1]
    ends = marks[(after != 0) & ((after < RST0) | (after > RST7))]  # where a scan's data can end
    jpeg, position = JpegFile(), 2
    while True:
        while data[position] == 0xFF and data[position + 1] == 0xFF:  # fill bytes, B.1.1.2
            position += 1
        if data[position] != 0xFF:
            raise CannotKeep("there are bytes between its segments")
        marker = data[position + 1]
        if marker == EOI:
            return _checked(jpeg)
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        start, position = position + 4, position + 2 + length
        if length < 2 or position > len(data):
            raise CannotKeep("a segment is cut short")
        _take(jpeg, marker, data[start:position])
        if marker == SOS:
            following = int(np.searchsorted(ends, position))
            if following == len(ends):
                raise CannotKeep("its end is missing")
            jpeg.scans.append(_scan(jpeg, data[start:position], position, int(ends[following])))
            position = int(ends[following])


def _take(jpeg: JpegFile, marker: int, content: bytes) -> None:
    """Note what one segment says; the scan's own header is read where its data is."""
    if APP0 <= marker <= APP0 + 15 or marker == COM:
        jpeg.segments.append((marker, content))
    elif marker == DQT:
        if jpeg.scans:
            raise CannotKeep("it changes its quantization between scans")
        jpeg.tables.update(_quantization(content))
    elif marker == DHT:
        jpeg.huffman.update(_huffman(content))
    elif marker == DRI:
        jpeg.restart = int.from_bytes(content[:2], "big")
    elif marker in FRAMES:
        _frame(jpeg, marker, content)
    elif marker != SOS:
        raise CannotKeep(f"it has a marker FF{marker:02X}, which is rare")


def _quantization(content: bytes) -> dict[int, Array]:
    tables, position = {}, 0
    while position < len(content):
        wide, number = divmod(content[position], 16)
        kind, size = (">u2", 128) if wide else ("u1", 64)
        tables[number] = np.frombuffer(content, kind, 64, position + 1).astype(np.int32)
        position += 1 + size
    return tables


def _huffman(content: bytes) -> dict[int, HuffmanTable]:
    tables, position = {}, 0
    while position < len(content):
        counts = content[position + 1 : position + 17]
        symbols = content[position + 17 : position + 17 + sum(counts)]
        codes = sum(count << (16 - length) for length, count in enumerate(counts, 1))
        if (
            len(counts) != 16 or len(symbols) != sum(counts) or codes >= 1 << 16
        ):  # a code of all ones is none; C.2
            raise CannotKeep("a Huffman table is damaged")
        tables[content[position]] = HuffmanTable(counts, symbols)
        position += 17 + len(symbols)
    return tables


def _frame(jpeg: JpegFile, marker: int, content: bytes) -> None:
    if marker not in (SOF0, SOF1, SOF2):
        raise CannotKeep("it is coded arithmetically, hierarchically or without loss")
    if content[0] != 8 or jpeg.components:
        raise CannotKeep(f"it has {content[0]} bits a sample" if content[0] != 8 else "it has several frames")
    jpeg.progressive = marker == SOF2
    jpeg.height, jpeg.width = (int.from_bytes(content[at : at + 2], "big") for at in (1, 3))
    parts = (content[6 + 3 * n : 9 + 3 * n] for n in range(content[5]))
    jpeg.components = tuple(Component(part[0], *divmod(part[1], 16), part[2]) for part in parts)


def _scan(jpeg: JpegFile, header: bytes, start: int, stop: int) -> Scan:
    count = header[0]
    ids = [component.id for component in jpeg.components]
    chosen = [(header[1 + 2 * n], *divmod(header[2 + 2 * n], 16)) for n in range(count)]
    first, last, bits = header[1 + 2 * count : 4 + 2 * count]
    return Scan(
        channels=tuple(ids.index(number) for number, _, _ in chosen),
        dc=tuple(jpeg.huffman.get(dc) for _, dc, _ in chosen),
        ac=tuple(jpeg.huffman.get(0x10 | ac) for _, _, ac in chosen),
        first=first,
        last=last,
        high=bits >> 4,
        low=bits & 15,
        restart=jpeg.restart,
        start=start,
        stop=stop,
    )


def _checked(jpeg: JpegFile) -> JpegFile:
    """Return the file if its parts fit together."""
    if not jpeg.components or not jpeg.scans or not (jpeg.height and jpeg.width):
        raise CannotKeep("a header is missing")
    down, across = jpeg.factors if all(c.down and c.across for c in jpeg.components) else (0, 0)
    fits = down and all(down % c.down == 0 and across % c.across == 0 for c in jpeg.components)
    if not fits or down > 4 or across > 4:
        raise CannotKeep("its channels are sampled in an odd ratio")
    if any(c.table not in jpeg.tables or not jpeg.tables[c.table].all() for c in jpeg.components):
        raise CannotKeep("a quantization table is missing or has a zero")
    return jpeg


def is_ycc(jpeg: JpegFile) -> bool:
    """Tell YCbCr from RGB as libjpeg does: by JFIF, else by Adobe's marker, else by the channels' numbers."""
    if any(content.startswith(b"JFIF\0") for _, content in jpeg.segments):
        return True
    for marker, content in jpeg.segments:
        if marker == APP14 and content.startswith(b"Adobe") and len(content) >= 12:
            return bool(content[11] == 1)
    ids = [c.id for c in jpeg.components]
    return ids != list(b"RGB")
