"""A JPEG that stays coded: one look at its bits tells where each MCU is, and pixels are decoded where they are
looked at. They are those that libvips shows, bit for bit.

This serves sequential YCbCr in one scan without subsampling, upright and without restart markers; for all else
`coded` raises CannotKeep. A damaged scan does too: libvips then finds the words.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from colorfast.read.jpeg_change import ZIGZAG
from colorfast.read.jpeg_file import DAMAGED, CannotKeep, HuffmanTable, JpegFile, Scan, is_ycc, parse
from colorfast.read.jpeg_pixels import LANES, show
from colorfast.read.jpeg_scan import PADDING, decode_mcus, index_scan, index_spliced, steps_of
from colorfast.records import Array, Box, Window

OTHER = "other blocks than the chosen ones changed"
MCU = 8  # pixels, without subsampling
PLACES = np.argsort(ZIGZAG)  # in zigzag order, of coefficients row by row
AT_ONCE = 64 * LANES  # MCUs whose coefficients, 0.8 MB, stay near the processor
TO_RGB = np.array([[1, 1, 1], [0, -0.344136, 1.772], [1.402, -0.714136, 0]], np.float32)  # of Y, Cb, Cr; JFIF
MARGIN = 64
"""So many of it make the height: decoded around a box too, as verify asks for whole tiles of 16 px at 1024."""


class Index(NamedTuple):
    """Where the MCUs of a scan are; see `jpeg_scan`."""

    words: Array
    places: Array
    levels: Array


class Tables(NamedTuple):
    """Steps of the Huffman codes, (channels, ...) each; see `jpeg_scan`."""

    dc: Array
    ac: Array


class Part(NamedTuple):
    """Pixels of a box."""

    box: Box
    pixels: Array

    def has(self, box: Box) -> bool:
        """Return whether a box lies inside."""
        spans = zip(self.box, box, strict=True)
        return all(mine.start <= other.start and other.stop <= mine.stop for mine, other in spans)

    def window(self, box: Box) -> Window:
        """Return a box inside."""
        spans = zip(self.box, box, strict=True)
        rows, columns = (slice(other.start - mine.start, other.stop - mine.start) for mine, other in spans)
        return Window(self.pixels, (rows, columns))


class Like(NamedTuple):
    """A file that shows the same."""

    source: CodedJpeg
    chosen: Array
    """(n,) the only MCUs in which it may not, counted row by row, in order."""


@dataclass(slots=True, eq=False, kw_only=True)
class CodedJpeg:
    """The pixels of a JPEG that are decoded where they are looked at; the last part is kept, and the whole."""

    data: bytes
    jpeg: JpegFile
    index: Index
    tables: Tables
    decode: Callable[[], Array]
    """Decodes all of it."""
    like: Like | None = None
    """What most of it was found to be the same as."""
    _seen: Part | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.jpeg.height, self.jpeg.width

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """Type of the code values."""
        return np.dtype(np.uint8)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of MCUs."""
        return -(-self.jpeg.height // MCU), -(-self.jpeg.width // MCU)

    def part(self, box: Box) -> Array:
        """Return (rows, columns, 3) uint8 of a box."""
        return self.window(box).part

    def window(self, box: Box) -> Window:
        """Return a box within what is decoded."""
        rows, columns = (slice(*span.indices(most)[:2]) for span, most in zip(box, self.size, strict=True))
        seen = self._seen
        if seen is None or not seen.has((rows, columns)):
            self._seen = seen = self._around(rows, columns)
        return seen.window((rows, columns))

    def whole(self) -> Array:
        """Return (h, w, 3) uint8."""
        everything = slice(0, self.size[0]), slice(0, self.size[1])
        seen = self._seen
        if seen is None or not seen.has(everything):
            self._seen = seen = Part(everything, self.decode())
        return seen.window(everything).part

    def eighth(self) -> Array:
        """Return (rows, columns, 3) uint8, the mean color of each MCU: its DC values are it, nothing is decoded."""
        last = self.blocks(np.array([len(self.index.levels) - 1]))[..., 0]
        steps = np.array([self.jpeg.tables[c.table][0] for c in self.jpeg.components], np.float32)
        ycc = np.concatenate([self.index.levels[1:], last]) * (steps / MCU)
        rgb = (ycc + np.array([128, 0, 0], np.float32)) @ TO_RGB
        return np.clip(rgb + 0.5, 0, 255).astype(np.uint8).reshape(*self.grid, 3)

    def forget(self) -> None:
        """Let go of what was decoded: it is decoded again when it is looked at."""
        self._seen = None

    def blocks(self, mcus: Array) -> Array:
        """Return (n, 3, 64) int16, the quantized coefficients of some MCUs, counted row by row."""
        blocks = np.zeros((len(mcus), 3, 64), np.int16)
        decode_mcus(self.index, self.tables, mcus[np.newaxis], blocks[np.newaxis])
        return blocks

    def _around(self, rows: slice, columns: slice) -> Part:
        """Return the pixels of a box and of what is about it, in whole MCUs; all where decoders would differ."""
        more = self.size[0] // MARGIN
        rows, columns = (
            slice(max(span.start - more, 0) // MCU, -(-min(span.stop + more, most) // MCU))
            for span, most in zip((rows, columns), self.size, strict=True)
        )
        pixels = self._decoded(rows, columns)
        if pixels is None:
            return Part((slice(0, self.size[0]), slice(0, self.size[1])), self.decode())
        box = slice(MCU * rows.start, MCU * rows.stop), slice(MCU * columns.start, MCU * columns.stop)
        return Part(box, pixels)

    def _decoded(self, rows: slice, columns: slice) -> Array | None:
        """Return the pixels of rows and columns of MCUs; None where decoders would differ."""
        across = self.grid[1]
        steps = steps_by_channel(self.jpeg).astype(np.int32)
        tall, wide = rows.stop - rows.start, columns.stop - columns.start
        out, changed = self._begun(rows, columns)
        for first in range(0, len(changed), AT_ONCE):
            homes = changed[first : first + AT_ONCE]
            homes = np.pad(homes, (0, -len(homes) % LANES), "edge").reshape(-1, LANES)
            row, column = np.divmod(homes, wide)
            mcus = across * (row + rows.start) + column + columns.start
            blocks = np.zeros((len(mcus), 3, 64, LANES), np.int16)
            decode_mcus(self.index, self.tables, mcus, blocks.transpose(0, 3, 1, 2))
            if not show(blocks, steps, PLACES, homes, out.reshape(MCU * tall, -1)):
                return None
        return out

    def _begun(self, rows: slice, columns: slice) -> tuple[Array, Array]:
        """Return pixels of rows and columns of MCUs, filled where another file shows them, and the other MCUs."""
        tall, wide = rows.stop - rows.start, columns.stop - columns.start
        out = np.empty((MCU * tall, MCU * wide, 3), np.uint8)
        if self.like is None:
            return out, np.arange(tall * wide)
        known = self.like
        box = slice(MCU * rows.start, MCU * rows.stop), slice(MCU * columns.start, MCU * columns.stop)
        same = known.source.part(box)
        out[: len(same), : same.shape[1]] = same
        row, column = np.divmod(known.chosen, self.grid[1])
        inside = (rows.start <= row) & (row < rows.stop) & (columns.start <= column) & (column < columns.stop)
        return out, wide * (row[inside] - rows.start) + column[inside] - columns.start


def coded(data: bytes, decode: Callable[[], Array]) -> CodedJpeg:
    """Return the JPEG in `data`, whose pixels `decode` gives. Raises CannotKeep for kinds that are not served."""
    jpeg = parse(data)
    scan = _only_scan(jpeg)
    words, bits = words_of(data[scan.start : scan.stop])
    tables = tables_of(scan.dc, scan.ac)
    mcus = -(-jpeg.height // MCU) * -(-jpeg.width // MCU)
    index = Index(words, np.empty(mcus + 1, np.int64), np.empty((mcus, 3), np.int16))
    if not index_scan(index, tables, bits):
        raise CannotKeep(DAMAGED)
    return CodedJpeg(data=data, jpeg=jpeg, index=index, tables=tables, decode=decode)


def coded_like(data: bytes, decode: Callable[[], Array], like: Like) -> CodedJpeg:
    """Return as `coded` a JPEG that is like another but in the chosen MCUs. Raises CannotKeep where it is not."""
    jpeg, source = parse(data), like.source
    scan, known = _only_scan(jpeg), source.jpeg.scans[0]
    alike = (scan.dc, scan.ac) == (known.dc, known.ac) and (jpeg.height, jpeg.width) == source.size
    if not alike or not np.array_equal(steps_by_channel(jpeg), steps_by_channel(source.jpeg)):
        raise CannotKeep(OTHER)
    words, bits = words_of(data[scan.start : scan.stop])
    index = Index(words, np.empty_like(source.index.places), np.empty_like(source.index.levels))
    if not index_spliced(index, source.tables, bits, source.index, like.chosen):
        raise CannotKeep(OTHER)
    return CodedJpeg(data=data, jpeg=jpeg, index=index, tables=source.tables, decode=decode, like=like)


def steps_by_channel(jpeg: JpegFile) -> Array:
    """Return (channels, 64) the quantization in zigzag order."""
    return np.array([jpeg.tables[c.table] for c in jpeg.components])


@functools.lru_cache(maxsize=4)
def tables_of(dc: tuple[HuffmanTable | None, ...], ac: tuple[HuffmanTable | None, ...]) -> Tables:
    """Return the steps of each channel's codes; files that follow each other nearly always have the same."""
    return Tables(
        np.array([steps_of(table, dc=True) for table in dc if table]),
        np.array([steps_of(table, dc=False) for table in ac if table]),
    )


def words_of(stream: bytes) -> tuple[Array, int]:
    """Return a scan's bits as words, without stuffed zeros, and how many bits they are. Raises CannotKeep."""
    codes = np.frombuffer(stream, np.uint8)
    marks = np.flatnonzero(codes == 0xFF)
    if len(marks) and (marks[-1] + 1 == len(codes) or codes[marks + 1].any()):
        raise CannotKeep(DAMAGED)
    codes = np.delete(codes, marks + 1)
    words = np.zeros(-(-len(codes) // 4) + PADDING, ">u4")
    words.view(np.uint8)[: len(codes)] = codes
    return words.astype(np.uint32), 8 * len(codes)


def _only_scan(jpeg: JpegFile) -> Scan:
    """Return the one scan of a JPEG that is served. Raises CannotKeep."""
    parts = jpeg.components
    plain = len(parts) == 3 and all((c.down, c.across) == (1, 1) for c in parts) and is_ycc(jpeg)
    if not plain or jpeg.progressive or len(jpeg.scans) != 1 or len({c.id for c in parts}) != 3:
        raise CannotKeep("it is no sequential YCbCr picture in one scan without subsampling")
    if any(content[:5] == b"JFIF\0" and content[5:6] != b"\1" for _, content in jpeg.segments):
        raise CannotKeep("its JFIF is of an unknown version")
    scan = jpeg.scans[0]
    whole = (scan.channels, scan.first, scan.last, scan.high, scan.low) == ((0, 1, 2), 0, 63, 0, 0)
    if not whole or scan.restart:
        raise CannotKeep("its scan has restart markers or is in an odd order")
    if None in scan.dc + scan.ac or any(max(table.symbols, default=0) > 15 for table in scan.dc if table):
        raise CannotKeep(DAMAGED)
    return scan
