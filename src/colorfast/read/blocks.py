"""A JPEG with new pixels in which every block that shows no changed pixel is the source's, bit for bit.

JPEG codes 8x8 pixels of a channel as one block of quantized DCT coefficients. To code a whole picture again
changes pixels that nobody touched. Here the source's blocks are decoded as far as their coefficients, those of
changed pixels get the change added, and all are coded again, which loses nothing.

The file keeps the source's quantization, sampling and metadata; its Huffman tables are made to measure.
Where color is sampled more coarsely than light, decoders smooth it across blocks: pixels that touch an MCU
with changes may then change too, and no others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from colorfast.compiled import kernel
from colorfast.read.coded import MCU, CodedJpeg
from colorfast.read.jpeg_change import add_change
from colorfast.read.jpeg_entropy import PADDING, decode_progressive, decode_sequential, lookup
from colorfast.read.jpeg_file import (
    APP14,
    DAMAGED,
    CannotKeep,
    Component,
    HuffmanTable,
    JpegFile,
    Scan,
    is_ycc,
    parse,
)
from colorfast.read.jpeg_output import file_of, file_with, stuffed, words_by_channel
from colorfast.read.jpeg_scan import splice
from colorfast.records import Array, Box, Mask

MCU_BLOCKS = 10  # of all channels in one MCU, at most; T.81 B.2.3
MOST_WORDS = (
    2 * 3 * 53
)  # of 32 bits that an MCU takes at most, and the one behind it, which is coded again too
ANNEX_K = 3688, 5505  # sums of tables K.1 and K.2 of T.81, which libjpeg calls quality 50


class Kept(NamedTuple):
    """The new file, and where its pixels may differ from the source's."""

    data: bytes
    reach: Mask
    """(h, w); everywhere else each pixel is the source's."""


class Layout(NamedTuple):
    """Where the blocks of each channel are: row by row, one channel behind the other, whole MCUs."""

    grids: tuple[Array, ...]
    """(rows, columns) index of each block, by channel."""
    mcus: tuple[int, int]
    """Rows and columns of MCUs."""


def keep_blocks(source: bytes, before: Array, after: Array) -> Kept:
    """Return the JPEG `source` with new pixels.

    before   (h, w, 3) uint8, what `source` shows
    after    (h, w, 3) uint8, what it shall show

    Raises CannotKeep where the source is no upright Huffman coded YCbCr or gray JPEG, or is damaged.
    """
    found = parse(source)
    jpeg = _with_color(found)
    if (jpeg.height, jpeg.width) != before.shape[:2]:
        raise CannotKeep("its size is another than the picture's")
    layout = layout_of(jpeg)
    blocks = coefficients(source, jpeg, layout, coded=len(found.components))
    old, new = (np.ascontiguousarray(pixels).reshape(jpeg.height, -1) for pixels in (before, after))
    down, across = jpeg.factors
    changed = _changed_mcus(old, new, 8 * down, 3 * 8 * across)
    order, slots = scan_order(jpeg, layout, tuple(range(len(jpeg.components))))
    homes = order.reshape(changed.size, -1)[changed.ravel()]
    add_change(old, new, np.argwhere(changed), homes, _parts(jpeg), _steps(jpeg), blocks)
    return Kept(file_of(jpeg, blocks, order, slots), _reach(jpeg, changed))


class Spliced(NamedTuple):
    """The new file, and the only MCUs whose blocks are not the source's."""

    data: bytes
    chosen: Array
    """(n,) counted row by row."""
    touched: Box
    """Rows and columns that hold all their pixels."""


def splice_blocks(source: CodedJpeg, box: Box, pixels: Array) -> Spliced:
    """Return the JPEG with new pixels in a box; all bits of MCUs that do not change are copied.

    pixels   (rows, columns, 3) uint8 of the box

    Raises CannotKeep where the source's Huffman tables have no codes for what is new.
    """
    region, before, after = _region(source, box, pixels)
    changed = np.argwhere(_changed_mcus(before, after, MCU, 3 * MCU))
    corner = region[0].start // MCU, region[1].start // MCU
    chosen = (changed + corner) @ (source.grid[1], 1)
    blocks = source.blocks(chosen)
    homes = np.arange(3 * len(chosen)).reshape(-1, 3)
    add_change(
        before, after, changed, homes, _parts(source.jpeg), _steps(source.jpeg), blocks.reshape(-1, 64)
    )
    codes = words_by_channel(source.jpeg)
    out = np.empty(len(source.index.words) + MOST_WORDS * len(chosen), np.uint32)
    bits = splice(source.index, source.tables, codes, chosen, blocks, out)
    if bits < 0:
        raise CannotKeep("its Huffman tables have no codes for what is new")
    return Spliced(file_with(source.jpeg, stuffed(out, bits)), chosen, region)


def _region(source: CodedJpeg, box: Box, pixels: Array) -> tuple[Box, Array, Array]:
    """Return the whole MCUs that hold a box, and their pixels (h, 3 w) before and after."""
    rows, columns = (
        slice(span.start // MCU * MCU, min(-(-span.stop // MCU) * MCU, most))
        for span, most in zip(box, source.size, strict=True)
    )
    before = np.array(source.part((rows, columns)))
    after = before.copy()
    top, left = box[0].start - rows.start, box[1].start - columns.start
    after[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return (rows, columns), before.reshape(len(before), -1), after.reshape(len(after), -1)


def _steps(jpeg: JpegFile) -> Array:
    """Return (channels, 64) 1 / quantization in zigzag order."""
    return 1 / np.array([jpeg.tables[c.table] for c in jpeg.components], np.float32)


def cost_of_keeping(jpeg: JpegFile, quality: int) -> str | None:
    """Return what the garment would lose by the source's coding; None where it is as good as coding anew.

    quality   of the source, 1..100, that is fine enough; docs/decisions/0007-lossless-outside.md
    """
    if any((c.down, c.across) != jpeg.factors for c in jpeg.components):
        return "its color is sampled more coarsely than its light"
    found = quality_of(jpeg)
    return None if found >= quality else f"its quality is about {max(found, 1)}, below {quality}"


def quality_of(jpeg: JpegFile) -> int:
    """Return the libjpeg quality whose tables are as fine as these on average; coarse ones may be below 1."""
    kinds = jpeg.components[:2]  # Cr has the table of Cb
    percent = 100 * sum(int(jpeg.tables[c.table].sum()) for c in kinds) / sum(ANNEX_K[: len(kinds)])
    return round(100 - percent / 2) if percent <= 100 else round(5000 / percent)


def _parts(jpeg: JpegFile) -> Array:
    """Return (p, 5) of the blocks of an MCU: channel, row, column, pixels a sample down and across."""
    down, across = jpeg.factors
    return np.array(
        [
            (channel, row, column, down // c.down, across // c.across)
            for channel, c in enumerate(jpeg.components)
            for row in range(c.down)
            for column in range(c.across)
        ]
    )


def layout_of(jpeg: JpegFile) -> Layout:
    """Return where each channel's blocks are."""
    down, across = jpeg.factors
    mcus = _ceil(jpeg.height, 8 * down), _ceil(jpeg.width, 8 * across)
    grids, first = [], 0
    for c in jpeg.components:
        rows, columns = mcus[0] * c.down, mcus[1] * c.across
        grids.append(np.arange(first, first + rows * columns, dtype=np.int32).reshape(rows, columns))
        first += rows * columns
    return Layout(tuple(grids), mcus)


def _ceil(size: int, part: int) -> int:
    return -(-size // part)


def scan_order(jpeg: JpegFile, layout: Layout, channels: tuple[int, ...]) -> tuple[Array, Array]:
    """Return a scan's blocks in the order they are coded in, and the place in the scan of an MCU's blocks."""
    parts = [jpeg.components[channel] for channel in channels]
    if len(channels) == 1:  # T.81 A.2.2: no padding to whole MCUs
        down, across = jpeg.factors
        rows = _ceil(_ceil(jpeg.height * parts[0].down, down), 8)
        columns = _ceil(_ceil(jpeg.width * parts[0].across, across), 8)
        return layout.grids[channels[0]][:rows, :columns].ravel(), np.zeros(1, np.int32)
    sizes = [c.down * c.across for c in parts]
    if sum(sizes) > MCU_BLOCKS:
        raise CannotKeep("it has too many blocks in an MCU")
    rows, columns = layout.mcus
    by_mcu = [
        layout.grids[channel].reshape(rows, c.down, columns, c.across).transpose(0, 2, 1, 3).reshape(-1, size)
        for channel, c, size in zip(channels, parts, sizes, strict=True)
    ]
    return np.hstack(by_mcu).ravel(), np.repeat(np.arange(len(parts), dtype=np.int32), sizes)


def coefficients(source: bytes, jpeg: JpegFile, layout: Layout, *, coded: int) -> Array:
    """Return (n, 64) int16, the quantized coefficients of all blocks in zigzag order.

    coded  how many of the channels the source has; blocks of the others are zero
    """
    blocks = np.zeros((layout.grids[-1][-1, -1] + 1, 64), np.int16)
    known = np.full((len(jpeg.components), 64), -1)  # the lowest bit that was read of each coefficient
    for scan in jpeg.scans:
        _check_bits(jpeg, scan, known)
        _decode(source, jpeg, scan, layout, blocks)
        for channel in scan.channels:
            known[channel, scan.first : scan.last + 1] = scan.low
    if known[:coded].any():
        raise CannotKeep("its scans are incomplete")
    return blocks


def _check_bits(jpeg: JpegFile, scan: Scan, known: Array) -> None:
    """Raise unless the scan brings what the ones before it left open; T.81 G.1.1.1."""
    band = known[list(scan.channels), scan.first : scan.last + 1]
    whole = (scan.first, scan.last, scan.high, scan.low) == (0, 63, 0, 0)
    alone = scan.last == 0 if scan.first == 0 else len(scan.channels) == 1
    follows = scan.low == scan.high - 1 and (band == scan.high).all() if scan.high else (band == -1).all()
    if not band.size or not follows or not (alone if jpeg.progressive else whole):
        raise CannotKeep("its scans are in an odd order")


def _decode(source: bytes, jpeg: JpegFile, scan: Scan, layout: Layout, blocks: Array) -> None:
    order, slots = scan_order(jpeg, layout, scan.channels)
    restart = scan.restart * len(slots) or len(order)
    stream, starts = _stream(source, scan)
    if len(starts) - 1 != _ceil(len(order), restart):
        raise CannotKeep(DAMAGED)
    dc, ac = (_lookups(tables) for tables in (scan.dc, scan.ac))
    if jpeg.progressive:
        band = scan.first, scan.last, scan.high, scan.low
        good = decode_progressive(stream, starts, blocks, order, slots, dc, ac, restart, *band)
    else:
        good = decode_sequential(stream, starts, blocks, order, slots, dc, ac, restart)
    if not good:
        raise CannotKeep(DAMAGED)


def _lookups(tables: tuple[HuffmanTable | None, ...]) -> Array:
    """Return the lookups, (channels, ...); without a table no code is known."""
    return np.array([lookup(table or HuffmanTable(bytes(16), b"")) for table in tables])


def _stream(source: bytes, scan: Scan) -> tuple[Array, Array]:
    """Return a scan's bytes without stuffed zeros and restart markers, and the first bit of each part."""
    codes = np.frombuffer(source, np.uint8)[scan.start : scan.stop]
    marks = np.flatnonzero(codes[:-1] == 0xFF)
    stuffed = codes[marks + 1] == 0  # else a restart marker: anything else ends a scan
    restarts = marks[~stuffed]
    kept = np.ones(len(codes), bool)
    kept[marks + 1] = False
    kept[restarts] = False
    removed = np.searchsorted(marks, restarts) + np.arange(len(restarts))
    stream = np.zeros(np.count_nonzero(kept) + PADDING, np.uint8)
    stream[:-PADDING] = codes[kept]
    starts = np.concatenate([[0], restarts - removed, [len(stream) - PADDING]])
    return stream, 8 * starts


def _with_color(jpeg: JpegFile) -> JpegFile:
    """Return the file as YCbCr: to a gray one, two channels of zeros are added, which show the same grays."""
    if len(jpeg.components) == 1:
        if any(content.startswith(b"ICC_PROFILE") for _, content in jpeg.segments):
            raise CannotKeep("it is gray with a profile of its own")
        table = jpeg.components[0].table
        jpeg = replace(
            jpeg,
            components=tuple(Component(number, 1, 1, table) for number in (1, 2, 3)),
            segments=[part for part in jpeg.segments if part[0] != APP14],  # it might say RGB
        )
    if len(jpeg.components) != 3 or not is_ycc(jpeg):
        raise CannotKeep("its channels are not Y, Cb and Cr")
    return jpeg


def _reach(jpeg: JpegFile, changed: Mask) -> Mask:
    """Return (h, w) where pixels may differ: in changed MCUs and, where color is smoothed, at their rim."""
    down, across = jpeg.factors
    mask = changed.repeat(8 * down, 0).repeat(8 * across, 1)[: jpeg.height, : jpeg.width]
    if all((c.down, c.across) == (down, across) for c in jpeg.components):
        return mask
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)


@kernel
def _changed_mcus(before: Array, after: Array, tall: int, long: int) -> Mask:
    """Return (rows, columns) of rectangles of tall by long values in which any value differs."""
    height, width = before.shape
    found = np.zeros(((height + tall - 1) // tall, (width + long - 1) // long), np.bool_)
    either = np.empty(width, np.uint8)
    for row in range(len(found)):
        either[:] = 0
        for y in range(row * tall, min((row + 1) * tall, height)):
            for x in range(width):
                either[x] |= before[y, x] ^ after[y, x]
        for x in range(width):
            if either[x]:
                found[row, x // long] = True
    return found


@kernel
def same_outside(before: Array, after: Array, reach: Mask) -> bool:
    """Return whether two (h, w, 3) pictures are identical where `reach` is False."""
    for y in range(before.shape[0]):
        found = np.uint8(0)
        for x in range(before.shape[1]):
            if not reach[y, x]:
                for band in range(3):
                    found |= before[y, x, band] ^ after[y, x, band]
        if found:
            return False
    return True
