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
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.compiled import inlined, kernel
from colorfast.read.jpeg_entropy import PADDING, decode_progressive, decode_sequential, lookup
from colorfast.read.jpeg_file import (
    APP14,
    CannotKeep,
    Component,
    HuffmanTable,
    JpegFile,
    Scan,
    parse,
)
from colorfast.read.jpeg_output import file_of
from colorfast.records import Array, Mask

DAMAGED = "its scans are damaged"
MCU_BLOCKS = 10  # of all channels in one MCU, at most; T.81 B.2.3
TO_YCC = np.array(  # JFIF 1.02, p. 3; the offsets of Cb and Cr cancel in a difference
    [[0.299, 0.587, 0.114], [-0.16873589, -0.33126411, 0.5], [0.5, -0.41868759, -0.08131241]], np.float32
)
LARGEST = 1023  # of quantized coefficients; T.81 F.1.2


ANNEX_K = 3688, 5505  # sums of tables K.1 and K.2 of T.81, which libjpeg calls quality 50


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
COSINES_DOWN = np.ascontiguousarray(COSINES.T)


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
    steps = 1 / np.array([jpeg.tables[c.table] for c in jpeg.components], np.float32)
    _add_change(old, new, blocks, _places(jpeg, layout), steps, np.argwhere(changed))
    order, slots = scan_order(jpeg, layout, tuple(range(len(jpeg.components))))
    return Kept(file_of(jpeg, blocks, order, slots), _reach(jpeg, changed))


def cost_of_keeping(source: bytes, quality: int) -> str | None:
    """Return what the garment would lose by the source's coding; None where it is as good as coding anew.

    quality   of the source, 1..100, that is fine enough; docs/decisions/0007-lossless-outside.md

    Raises CannotKeep as `keep_blocks`.
    """
    jpeg = parse(source)
    if any((c.down, c.across) != jpeg.factors for c in jpeg.components):
        return "its color is sampled more coarsely than its light"
    found = quality_of(jpeg)
    return None if found >= quality else f"its quality is about {max(found, 1)}, below {quality}"


def quality_of(jpeg: JpegFile) -> int:
    """Return the libjpeg quality whose tables are as fine as these on average; coarse ones may be below 1."""
    kinds = jpeg.components[:2]  # Cr has the table of Cb
    percent = 100 * sum(int(jpeg.tables[c.table].sum()) for c in kinds) / sum(ANNEX_K[: len(kinds)])
    return round(100 - percent / 2) if percent <= 100 else round(5000 / percent)


def _places(jpeg: JpegFile, layout: Layout) -> Array:
    """Return (channels, 4): first block, blocks a row, sampling factors down and across."""
    parts = zip(layout.grids, jpeg.components, strict=True)
    return np.array([(grid[0, 0], grid.shape[1], c.down, c.across) for grid, c in parts])


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
    if len(jpeg.components) != 3 or not _is_ycc(jpeg):
        raise CannotKeep("its channels are not Y, Cb and Cr")
    return jpeg


def _is_ycc(jpeg: JpegFile) -> bool:
    """Tell YCbCr from RGB as libjpeg does: by JFIF, else by Adobe's marker, else by the channels' numbers."""
    if any(content.startswith(b"JFIF\0") for _, content in jpeg.segments):
        return True
    for marker, content in jpeg.segments:
        if marker == APP14 and content.startswith(b"Adobe") and len(content) >= 12:
            return bool(content[11] == 1)
    ids = [c.id for c in jpeg.components]
    return ids != list(b"RGB")


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


@inlined
def _changes(before: Array, after: Array, top: int, left: int, planes: Array) -> None:
    """Fill (3, h, w) with the change in Y, Cb and Cr; the picture's last pixels go on beyond its edge."""
    for y in range(planes.shape[1]):
        row = min(top + y, before.shape[0] - 1)
        for x in range(planes.shape[2]):
            at = min(3 * (left + x), before.shape[1] - 3)
            red = np.float32(np.int32(after[row, at]) - np.int32(before[row, at]))
            green = np.float32(np.int32(after[row, at + 1]) - np.int32(before[row, at + 1]))
            blue = np.float32(np.int32(after[row, at + 2]) - np.int32(before[row, at + 2]))
            for channel in range(3):
                to = TO_YCC[channel]
                planes[channel, y, x] = to[0] * red + to[1] * green + to[2] * blue


@inlined
def _sample(plane: Array, tile: Array, place: Any, size: Any) -> None:
    """Fill 8x8 samples with the means of rectangles of `size` pixels, the first of them at `place`."""
    top, left = place
    tall, wide = size
    if tall == 1 and wide == 1:
        for y in range(8):
            for x in range(8):
                tile[y, x] = plane[top + y, left + x]
        return
    share = np.float32(1) / np.float32(tall * wide)
    tile[:] = 0
    for y in range(8 * tall):
        for x in range(8 * wide):
            tile[y // tall, x // wide] += share * plane[top + y, left + x]


@inlined
def _transform(tile: Array, half: Array) -> None:
    """Replace 8x8 samples by their DCT coefficients; the inner loops run along rows, so that they vectorize."""
    half[:] = 0
    for u in range(8):
        for y in range(8):
            for x in range(8):
                half[u, x] += COSINES[u, y] * tile[y, x]
    tile[:] = 0
    for u in range(8):
        for x in range(8):
            for v in range(8):
                tile[u, v] += COSINES_DOWN[x, v] * half[u, x]


@inlined
def _add(block: Array, tile: Array, steps: Array) -> None:
    """Add coefficients, row by row, to the quantized ones of a block, in zigzag order; steps are 1 / step."""
    for k in range(64):
        at = ZIGZAG[k]
        value = np.floor(block[k] + tile[at >> 3, at & 7] * steps[k] + np.float32(0.5))
        block[k] = min(max(value, -LARGEST), LARGEST)


@kernel
def _add_change(before: Array, after: Array, blocks: Array, layout: Array, steps: Array, mcus: Array) -> None:
    """Add the change of the pixels to the blocks of the MCUs that show it.

    before, after   (h, 3 w) uint8
    layout          (3, 4) first block, blocks a row, sampling factors down and across, by channel
    steps           (3, 64) 1 / quantization in zigzag order
    mcus            (n, 2) row and column of each MCU with changes
    """
    down, across = layout[:, 2].max(), layout[:, 3].max()
    tile, half = np.empty((8, 8), np.float32), np.empty((8, 8), np.float32)
    planes = np.empty((3, 8 * down, 8 * across), np.float32)
    for row, column in mcus:
        top, left = 8 * down * row, 8 * across * column
        _changes(before, after, top, left, planes)
        for channel in range(3):
            first, wide, high, broad = layout[channel]
            size = down // high, across // broad  # pixels that one sample stands for
            for part in range(high * broad):
                up, side = part // broad, part % broad
                _sample(planes[channel], tile, (8 * up * size[0], 8 * side * size[1]), size)
                _transform(tile, half)
                _add(blocks[first + (high * row + up) * wide + broad * column + side], tile, steps[channel])


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
