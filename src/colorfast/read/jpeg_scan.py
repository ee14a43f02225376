"""One sequential scan that covers a whole JPEG, indexed: any MCU is decoded, or replaced, without the others.

words    (n,) uint32, the scan's bits without stuffed zeros, most significant first, PADDING words behind them
places   (mcus + 1,) int64, the first bit of each MCU, and the bit behind the last
levels   (mcus, channels) int16, the DC value that each MCU's first difference is added to
dc, ac   (channels, ...) uint32 of `steps_of`, by channel; an MCU has one block of each

A block is (64,) int16, quantized coefficients in zigzag order. ITU-T T.81, annex F.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colorfast.compiled import exact_kernel, inlined
from colorfast.read.jpeg_entropy import BITS, LARGEST, fill_lookup
from colorfast.read.jpeg_file import HuffmanTable
from colorfast.records import Array

PADDING = 256  # words: three blocks, each of 64 codes of 32 bits at most, cannot read beyond

SHORT, SHORTER = 1024, 6  # codes of 10 bits, 6 fewer than the longest, cover nearly all of a stream
END, UNKNOWN = 256, 128  # how far the end of a block, and a code that is none, lead: beyond all that is right


def steps_of(table: HuffmanTable, *, dc: bool) -> Array:
    """Return (1024 + 65536,) uint32: for 16 bits of a stream, the step that they begin with.

    A step is bits of code and value | coefficients it leads on << 8 | bits of the value << 20. The first 1024
    are for 10 bits and the codes among them: few enough to stay near the processor.
    """
    lengths = np.repeat(np.arange(1, 17), np.frombuffer(table.counts, np.uint8))
    symbols = np.frombuffer(table.symbols, np.uint8).astype(np.int64)
    sizes = symbols if dc else symbols & 15
    leads = np.where((symbols & 15 == 0) & (symbols < 0xF0), END, (symbols >> 4) + 1)
    known = sizes <= 11 if dc else sizes <= 10
    entries = np.where(known, lengths + sizes | (1 if dc else leads) << 8 | sizes << 20, UNKNOWN << 8 | 1)
    found = np.zeros(SHORT + (1 << 16), np.uint32)
    found[SHORT:] = UNKNOWN << 8 | 1
    fill_lookup(found, lengths, entries, short=16 - SHORTER)
    return found


@inlined
def _window(words: Array, at: Any) -> Any:
    """Return the bits from bit `at` on, 33 of them or more, in the upper bits of 64."""
    word = np.uint64(at) >> np.uint64(5)
    both = np.uint64(words[word]) << np.uint64(32) | np.uint64(words[word + np.uint64(1)])
    return both << (np.uint64(at) & np.uint64(31))


@inlined
def _step(window: Any, table: Array) -> Any:
    """Return the step that a window begins with."""
    short = table[window >> np.uint64(48 + SHORTER)]
    return np.uint64(short if short != 0 else table[np.uint64(SHORT) + (window >> np.uint64(48))])


@inlined
def _value(window: Any, step: Any) -> Any:
    """Return the signed value in a window that begins with this step; T.81 F.2.2.1, EXTEND."""
    size, total = np.int64(step >> np.uint64(20)), np.int64(step & np.uint64(31))
    bits = np.int64((window << np.uint64(total - size)) >> np.uint64(1)) >> np.int64(63 - size)
    return bits if bits >> (size - 1) else bits - (1 << size) + 1


@inlined
def _dc(words: Array, at: Any, table: Array) -> Any:
    """Return the difference of DC at bit `at` and the bit behind it; a large one where it is none."""
    window = _window(words, at)
    step = _step(window, table)
    if (step >> np.uint64(8)) & np.uint64(0xFFF) == UNKNOWN:
        return np.int64(1 << 20), at
    size = step >> np.uint64(20)
    return (np.int64(0) if size == 0 else _value(window, step)), at + (step & np.uint64(31))


@inlined
def _index_mcu(scan: Any, tables: Any, mcu: Any, at: Any, before: Array) -> Any:
    """Note where an MCU begins and its levels; return the bit behind it, and whether it is undamaged."""
    words, places, levels = scan
    dc, ac = tables
    places[mcu], good = at, True
    for channel in range(len(before)):
        levels[mcu, channel] = before[channel]
        change, at = _dc(words, at, dc[channel])
        before[channel] += change
        good &= abs(before[channel]) <= 2 * LARGEST + 1
        table, k = ac[channel], np.uint64(1)
        while k < 64:
            step = _step(_window(words, at), table)
            at += step & np.uint64(31)
            k += (step >> np.uint64(8)) & np.uint64(0xFFF)
        good &= k == 64 or k >= END
    return at, good


@exact_kernel
def index_scan(scan: Any, tables: Any, bits: int) -> bool:
    """Fill the places and levels of a scan of `bits` bits; return False for damage, or bits left over."""
    places, levels = scan[1], scan[2]
    at, before = np.uint64(0), np.zeros(levels.shape[1], np.int64)
    for mcu in range(len(levels)):
        at, good = _index_mcu(scan, tables, mcu, at, before)
        if not good or at > bits:
            return False
    places[-1] = at
    return bool(bits - at < 8)


@exact_kernel
def index_spliced(scan: Any, tables: Any, bits: int, source: Any, chosen: Array) -> bool:
    """Fill the places and levels of a scan that `splice` made of a source with the same tables.

    Returns False for damage, bits left over, or where an MCU that is not chosen shows other blocks than the
    source's: the first behind a chosen one is decoded in both, the bits of the others are compared.
    """
    places, levels = scan[1], scan[2]
    mcus, channels = levels.shape
    at, before = np.uint64(0), np.zeros(channels, np.int64)
    tiles, mcu = np.empty((2, channels, 64), np.int16), 0
    for i in range(len(chosen) + 1):
        stop = chosen[i] if i < len(chosen) else mcus
        good = True
        if 0 < mcu < stop:
            at, good = _index_mcu(scan, tables, mcu, at, before)
            good &= _same_blocks(scan, source, tables, mcu, tiles)
            mcu += 1
        if good and mcu < stop:
            at, good = _index_alike(scan, source, bits, (mcu, stop), at, before)
        if good and stop < mcus:
            at, good = _index_mcu(scan, tables, stop, at, before)
        if not good or at > bits:
            return False
        mcu = stop + 1
    places[-1] = at
    return bool(bits - at < 8)


@inlined
def _same_blocks(scan: Any, source: Any, tables: Any, mcu: int, tiles: Array) -> bool:
    """Return whether an MCU has the same blocks in two indexed scans; `tiles` (2, channels, 64) is room."""
    tiles[:] = 0
    _mcu(scan[0], np.uint64(scan[1][mcu]), tables, scan[2][mcu], tiles[0])
    _mcu(source[0], np.uint64(source[1][mcu]), tables, source[2][mcu], tiles[1])
    return not (tiles[0] != tiles[1]).any()


@inlined
def _index_alike(
    scan: Any, source: Any, bits: int, span: tuple[int, int], at: Any, before: Array
) -> tuple[Any, bool]:
    """Take over places and levels of a span of MCUs, whose bits must be the source's.

    Returns the bit behind them and whether they are; `before` becomes the levels behind them.
    """
    mcu, stop = span
    here, first = np.int64(at), source[1][mcu]
    count = source[1][stop] - first
    good = here + count <= bits and not (source[2][mcu] != before).any()
    good = good and _same_bits(scan[0], here, source[0], first, count)
    scan[1][mcu:stop] = source[1][mcu:stop] + (here - first)
    scan[2][mcu:stop] = source[2][mcu:stop]
    if stop < len(source[2]):
        before[:] = source[2][stop]
    return at + np.uint64(count), good


@inlined
def _same_bits(one: Array, first: Any, other: Array, second: Any, count: Any) -> bool:
    """Return whether two scans have the same bits, from bit `first` and bit `second` on."""
    different = np.uint64(0)
    for at in range(0, count, 32):
        unused = np.uint64(64 - min(32, count - at))
        different |= (_window(one, first + at) ^ _window(other, second + at)) >> unused
    return bool(different == 0)


@inlined
def _block(words: Array, at: Any, tables: Any, level: Any, block: Array) -> Any:
    """Decode a block of an indexed scan into zeros; return the bit behind it."""
    change, at = _dc(words, at, tables[0])
    block[0] = level + change
    k = np.uint64(1)
    while k < 64:
        window = _window(words, at)
        step = _step(window, tables[1])
        at += step & np.uint64(31)
        k += (step >> np.uint64(8)) & np.uint64(0xFFF)
        if step >> np.uint64(20):
            block[k - np.uint64(1)] = _value(window, step)
    return at


@inlined
def _mcu(words: Array, at: Any, tables: Any, levels: Array, blocks: Array) -> None:
    """Decode the MCU that begins at bit `at` into zeros, (channels, 64)."""
    for channel in range(len(levels)):
        pair = tables[0][channel], tables[1][channel]
        at = _block(words, at, pair, levels[channel], blocks[channel])


@exact_kernel
def decode_mcus(scan: Any, tables: Any, mcus: Array, blocks: Array) -> None:
    """Fill zeros (rows, n, channels, 64) with the blocks of MCUs (rows, n); `scan` and `tables` as in `splice`."""
    words, places, levels = scan
    for row in range(mcus.shape[0]):
        for n in range(mcus.shape[1]):
            mcu = mcus[row, n]
            _mcu(words, np.uint64(places[mcu]), tables, levels[mcu], blocks[row, n])


@inlined
def _put(out: Array, state: Any, bits: Any, length: Any) -> Any:
    """Append up to 32 bits; state is the next word's place, the bits that wait, and how many, below 32."""
    at, waiting, count = state
    waiting = waiting << np.uint64(length) | np.uint64(bits)
    count += np.int64(length)
    out[at] = np.uint32(waiting << np.uint64(-count & 63) >> np.uint64(32))  # counts only if it is full
    return at + (count >> 5), waiting, count & 31


@inlined
def _copy(words: Array, first: Any, stop: Any, out: Array, state: Any) -> Any:
    """Append the bits of another scan from bit `first` to before bit `stop`."""
    for at in range(first, stop, 32):
        length = min(32, stop - at)
        state = _put(out, state, _window(words, at) >> np.uint64(64 - length), length)
    return state


@inlined
def _put_value(out: Array, state: Any, codes: Array, run: Any, value: Any) -> Any:
    """Append the code for a run of zeros (times 16) and a value's size, and the value's bits; T.81 F.1.2."""
    size = np.int64(BITS[abs(value)])
    bits = value + (value >> 63 & ((1 << size) - 1))
    code = codes[run | size]
    return _put(out, state, (code & 0xFFFF) << size | bits, (code >> 16) + size), code > 0


@inlined
def _nonzero(block: Array, found: Array) -> int:
    """Write where the AC coefficients are that are not zero; return how many."""
    count = 0
    for k in range(1, 64):
        found[count] = k
        count += block[k] != 0
    return count


@inlined
def _put_block(out: Array, state: Any, codes: Array, change: Any, block: Array, found: Array) -> Any:
    """Append a block whose DC differs by `change`; return the state and whether there was a code for all of it."""
    if abs(change) > 2 * LARGEST + 1:
        return state, False
    state, known = _put_value(out, state, codes[0], 0, change)
    last, ac = np.int64(0), codes[1]
    for n in range(_nonzero(block, found)):
        k = np.int64(found[n])
        run = k - last - 1
        while run > 15:
            state = _put(out, state, ac[0xF0] & 0xFFFF, ac[0xF0] >> 16)
            known &= ac[0xF0] > 0
            run -= 16
        state, coded = _put_value(out, state, ac, run << 4, np.int64(block[k]))
        known &= coded
        last = k
    if last < 63:
        state = _put(out, state, ac[0] & 0xFFFF, ac[0] >> 16)
        known &= ac[0] > 0
    return state, known


@inlined
def _put_mcu(out: Array, state: Any, codes: Array, before: Array, blocks: Array, found: Array) -> Any:
    """Append an MCU, (channels, 64), and note its DC values in `before`; return as `_put_block`."""
    known = True
    for channel in range(len(blocks)):
        change = np.int64(blocks[channel, 0]) - before[channel]
        before[channel] = blocks[channel, 0]
        state, coded = _put_block(out, state, codes[channel], change, blocks[channel], found)
        known &= coded
    return state, known


@exact_kernel
def splice(scan: Any, tables: Any, codes: Array, chosen: Array, blocks: Array, out: Array) -> int:
    """Write a scan anew with other blocks in some MCUs; return its bits, or -1 where a symbol has no code.

    scan     words, places and levels of the scan that all else is copied from, bit for bit
    tables   its dc and ac
    codes    (channels, 2, 256) int64 of length << 16 | bits; 0 for a symbol without a code
    chosen   (n,) the MCUs to replace, in order, and their `blocks` (n, channels, 64) int16
    out      (m,) uint32, large enough
    """
    words, places, levels = scan
    mcus, channels = levels.shape
    before, tile = np.zeros(channels, np.int64), np.zeros((channels, 64), np.int16)
    found = np.empty(64, np.int16)
    state, next_mcu, known = (np.int64(0), np.uint64(0), np.int64(0)), 0, True
    for i in range(len(chosen) + 1):
        stop = chosen[i] if i < len(chosen) else mcus
        if i > 0 and next_mcu < stop:  # other DC values came before it
            tile[:] = 0
            _mcu(words, np.uint64(places[next_mcu]), tables, levels[next_mcu], tile)
            state, coded = _put_mcu(out, state, codes, before, tile, found)
            known &= coded
            next_mcu += 1
        state = _copy(words, places[next_mcu], places[stop], out, state)
        if next_mcu < stop < mcus:
            before[:] = levels[stop]
        if i < len(chosen):
            state, coded = _put_mcu(out, state, codes, before, blocks[i], found)
            known &= coded
            next_mcu = stop + 1
    at, waiting, count = state
    out[at] = np.uint32(waiting << np.uint64(32 - count) | np.uint64((1 << (32 - count)) - 1))
    return int(32 * at + count) if known else -1
