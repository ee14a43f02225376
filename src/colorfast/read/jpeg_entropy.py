"""Huffman coded scans become coefficients, and coefficients a Huffman coded scan.

blocks   (n, 64) int16, quantized coefficients of 8x8 pixels in zigzag order
order    (m,) int32, the scan's blocks in the order in which they are coded
slots    (k,) int32, the scan's channel of each block of an MCU; the pattern repeats along `order`

ITU-T T.81: annex F sequential, annex G progressive. A decoder that returns False has met damage.
"""

from __future__ import annotations

import functools
import heapq
from typing import Any

import numpy as np

from colorfast.compiled import exact_kernel, inlined
from colorfast.read.jpeg_file import HuffmanTable
from colorfast.records import Array

PADDING = 512  # bytes of zeros behind a stream: one block, of 64 codes of 32 bits at most, cannot read beyond
LARGEST = 1023  # of AC coefficients; differences of DC have one bit more: T.81 tables F.1 and F.2
BITS = np.array([value.bit_length() for value in range(2 * LARGEST + 2)], np.uint8)

SHORT, SHORTER = 512, 7  # codes of 9 bits, 7 fewer than the longest, cover nearly all of a stream
NO_CODE = 0  # an entry of a lookup table: length << 8 | symbol, and no code has length 0


def lookup(table: HuffmanTable) -> Array:
    """Return (512 + 65536,) uint16: for 16 bits of a stream, the code they begin with: length << 8 | symbol.

    The first 512 entries are for 9 bits and the codes among them: few enough to stay near the processor.
    """
    lengths = np.repeat(np.arange(1, 17), np.frombuffer(table.counts, np.uint8))
    entries = lengths << 8 | np.frombuffer(table.symbols, np.uint8)
    found = np.zeros(SHORT + (1 << 16), np.uint16)
    fill_lookup(found, lengths, entries, short=16 - SHORTER)
    return found


def fill_lookup(found: Array, lengths: Array, entries: Array, *, short: int) -> None:
    """Write each code's entry wherever its bits lead: first by `short` bits, then by 16.

    found      (2^short + 65536,); places that no code leads to stay as they are
    lengths    (codes,) bits of each code, in the order of T.81 C.2; entries (codes,)
    """
    for start, bits in ((0, short), (1 << short, 16)):
        chosen = lengths <= bits
        filled = np.repeat(entries[chosen], 1 << (bits - lengths[chosen]))
        found[start : start + len(filled)] = filled


@inlined
def _peek(stream: Array, at: int) -> Any:
    """Return the 16 bits that begin at bit `at`."""
    byte = np.uint64(at) >> np.uint64(3)  # unsigned: an index that may be negative costs a comparison
    one, two = byte + np.uint64(1), byte + np.uint64(2)
    window = np.int64(stream[byte]) << 16 | np.int64(stream[one]) << 8 | np.int64(stream[two])
    return (window >> (8 - (at & 7))) & 0xFFFF


@inlined
def _code(stream: Array, at: int, table: Array) -> Any:
    """Return the entry of a lookup table for the code at bit `at`."""
    bits = _peek(stream, at)
    short = table[bits >> SHORTER]
    return short if short != NO_CODE else table[SHORT + bits]


@inlined
def _value(stream: Array, at: int, size: int) -> Any:
    """Return the signed number of `size` bits at bit `at`; T.81 F.2.2.1, EXTEND."""
    bits = _peek(stream, at) >> (16 - size)
    return bits if size == 0 or bits >> (size - 1) else bits - (1 << size) + 1


@inlined
def _sequential(stream: Array, at: int, block: Array, dc: Array, ac: Array, before: int) -> int:
    """Decode a block from bit `at`; return the bit behind it, or -1. The DC value is predicted by `before`."""
    code = _code(stream, at, dc)
    size = code & 0xFF
    if code == NO_CODE or size > 11:
        return -1
    at += code >> 8
    block[0] = before + _value(stream, at, size)
    at += size
    k = 1
    while k < 64:
        code = _code(stream, at, ac)
        if code == NO_CODE:
            return -1
        at += code >> 8
        run, size = (code >> 4) & 15, code & 15
        if size == 0:
            if run < 15:  # the rest of the block is zero
                break
            k += 16
            continue
        k += run
        if k > 63:
            return -1
        block[k] = _value(stream, at, size)
        at += size
        k += 1
    return at


@exact_kernel
def decode_sequential(
    stream: Array,
    starts: Array,
    blocks: Array,
    order: Array,
    slots: Array,
    dc: Array,
    ac: Array,
    restart: int,
) -> bool:
    """Decode one sequential scan into `blocks`.

    stream   the scan's bytes without stuffed zeros and markers, PADDING behind them
    starts   first bit of each part between restart markers, and the bit behind the last
    dc, ac   (channels, ...) lookups
    restart  blocks between restart markers
    """
    before = np.zeros(len(dc), np.int64)
    part, at, end, turn = 0, starts[0], starts[1], 0
    for i in range(len(order)):
        if i == (part + 1) * restart:
            part += 1
            at, end = starts[part], starts[part + 1]
            before[:] = 0
        slot = slots[turn]
        turn = turn + 1 if turn + 1 < len(slots) else 0
        block = blocks[order[i]]
        at = _sequential(stream, at, block, dc[slot], ac[slot], before[slot])
        if at < 0 or at > end:
            return False
        before[slot] = block[0]
    return True


@inlined
def _skip(stream: Array, at: int, block: Array, band: Any, zeros: int) -> Any:
    """Pass over `zeros` coefficients that are zero, and add a bit to each other; return bit and place behind."""
    k, last, bit = band
    while k <= last and (block[k] != 0 or zeros > 0):
        if block[k] == 0:
            zeros -= 1
        else:
            if _peek(stream, at) >> 15 == 1 and (block[k] & bit) == 0:
                block[k] += bit if block[k] >= 0 else -bit
            at += 1
        k += 1
    return at, k


@inlined
def _first_pass(stream: Array, at: int, block: Array, ac: Array, band: Any, run_left: int) -> Any:
    """Decode the upper bits of a band of a block; return the bit behind, or -1, and blocks left to skip."""
    k, last, low = band
    while k <= last:
        code = _code(stream, at, ac)
        if code == NO_CODE:
            return -1, 0
        at += code >> 8
        run, size = (code >> 4) & 15, code & 15
        if size == 0 and run < 15:
            run_left = (1 << run) - 1 + (_peek(stream, at) >> (16 - run))
            return at + run, run_left
        k += run
        if size:
            if k > last:
                return -1, 0
            block[k] = _value(stream, at, size) << low
            at += size
        k += 1
    return at, 0


@inlined
def _next_pass(stream: Array, at: int, block: Array, ac: Array, band: Any, run_left: int) -> Any:
    """Decode one more bit of a band of a block, as `_first_pass`; T.81 G.1.2.3."""
    k, last, low = band
    bit = 1 << low
    while run_left == 0 and k <= last:
        code = _code(stream, at, ac)
        if code == NO_CODE or (code & 15) > 1:
            return -1, 0
        at += code >> 8
        run, size, new = (code >> 4) & 15, code & 15, 0
        if size:
            new = bit if _peek(stream, at) >> 15 else -bit
            at += 1
        elif run < 15:
            run_left = (1 << run) + (_peek(stream, at) >> (16 - run))
            at += run
            break
        at, k = _skip(stream, at, block, (k, last, bit), run)
        if new:
            if k > last:
                return -1, 0
            block[k] = new
        k += 1
    if run_left == 0:
        return at, 0
    at, k = _skip(stream, at, block, (k, last, bit), 64)
    return at, run_left - 1


@exact_kernel
def decode_progressive(
    stream: Array, starts: Array, blocks: Array, order: Array, slots: Array, dc: Array, ac: Array, restart: int,
    first: int, last: int, high: int, low: int,
) -> bool:  # fmt: skip
    """Decode one progressive scan into `blocks`, as `decode_sequential`: coefficients first..last, down to bit low.

    high   0 in the first pass over these coefficients, else the bit that the pass before went down to
    """
    before = np.zeros(len(dc), np.int64)
    part, at, end, run_left, turn = 0, starts[0], starts[1], 0, 0
    for i in range(len(order)):
        if i == (part + 1) * restart:
            part += 1
            at, end, run_left = starts[part], starts[part + 1], 0
            before[:] = 0
        slot = slots[turn]
        turn = turn + 1 if turn + 1 < len(slots) else 0
        block = blocks[order[i]]
        if first == 0 and high == 0:
            code = _code(stream, at, dc[slot])
            size = code & 0xFF
            if code == NO_CODE or size > 11:
                return False
            at += code >> 8
            before[slot] += _value(stream, at, size)
            block[0] = before[slot] << low
            at += size
        elif first == 0:
            block[0] |= (_peek(stream, at) >> 15) << low
            at += 1
        elif high:
            at, run_left = _next_pass(stream, at, block, ac[slot], (first, last, low), run_left)
        elif run_left:
            run_left -= 1
        else:
            at, run_left = _first_pass(stream, at, block, ac[slot], (first, last, low), run_left)
        if at < 0 or at > end:
            return False
    return True


@exact_kernel
def count_symbols(blocks: Array, fours: Array, order: Array, slots: Array, counts: Array) -> bool:
    """Count the symbols of a sequential scan; False when a coefficient is larger than the format allows.

    fours    (n, 16) uint64, the memory of `blocks`: most coefficients are zero, here told by fours
    counts   (groups, 2, 256) int64, added to: DC and AC of luma, and of chroma if there is any
    """
    before, turn = np.zeros(256, np.int64), 0
    for i in order:
        slot = slots[turn]
        turn = turn + 1 if turn + 1 < len(slots) else 0
        group = min(slot, len(counts) - 1)
        step = abs(np.int64(blocks[i, 0]) - before[slot])
        before[slot] = blocks[i, 0]
        if step > 2 * LARGEST + 1:
            return False
        counts[group, 0, BITS[step]] += 1
        last = 0
        for four in range(16):
            if fours[i, four] == 0:
                continue
            for k in range(max(4 * four, 1), 4 * four + 4):
                size = abs(np.int64(blocks[i, k]))
                if size > LARGEST:
                    return False
                if size:
                    run = k - last - 1
                    counts[group, 1, 0xF0] += run >> 4
                    counts[group, 1, (run & 15) << 4 | BITS[size]] += 1
                    last = k
        counts[group, 1, 0] += last < 63
    return True


@inlined
def _put(out: Array, state: Any, bits: int, length: int) -> Any:
    """Append bits to a stream; state is the next byte's place, the bits that wait and how many they are."""
    at, waiting, count = state
    waiting = (waiting << length | bits) & 0xFFFFFFFFFF
    count += length
    while count >= 8:
        count -= 8
        byte = (waiting >> count) & 0xFF
        out[at] = byte
        at += 1
        if byte == 0xFF:
            out[at] = 0  # stuffed: no marker begins here
            at += 1
    return at, waiting, count


@inlined
def _put_value(out: Array, state: Any, codes: Array, run: int, value: Any) -> Any:
    """Append the code for a run of zeros (times 16) and a value's size, and the value's bits; T.81 F.1.2."""
    size = np.int64(BITS[abs(value)])
    bits = value if value >= 0 else value + (1 << size) - 1
    code = codes[run | size]
    return _put(out, state, (code & 0xFFFF) << size | bits, (code >> 16) + size)


@exact_kernel
def write_symbols(blocks: Array, fours: Array, order: Array, slots: Array, codes: Array, out: Array) -> Any:
    """Write one sequential scan; return how many bytes it has.

    codes  (groups, 2, 256) int64 of length << 16 | bits, grouped as in `count_symbols`
    out    uint8, large enough for every byte to be stuffed
    """
    before, turn = np.zeros(256, np.int64), 0
    state = (np.int64(0), np.int64(0), np.int64(0))
    for i in order:
        slot = slots[turn]
        turn = turn + 1 if turn + 1 < len(slots) else 0
        group = min(slot, len(codes) - 1)
        ac = codes[group, 1]
        step = np.int64(blocks[i, 0]) - before[slot]
        before[slot] = blocks[i, 0]
        state = _put_value(out, state, codes[group, 0], 0, step)
        last = 0
        for four in range(16):
            if fours[i, four] == 0:
                continue
            for k in range(max(4 * four, 1), 4 * four + 4):
                value = np.int64(blocks[i, k])
                if value:
                    run = k - last - 1
                    while run > 15:
                        state = _put(out, state, ac[0xF0] & 0xFFFF, ac[0xF0] >> 16)
                        run -= 16
                    state = _put_value(out, state, ac, run << 4, value)
                    last = k
        if last < 63:
            state = _put(out, state, ac[0] & 0xFFFF, ac[0] >> 16)
    last_bytes = _put(out, state, 0x7F, 7)  # the last byte is filled with ones
    return last_bytes[0]


def shortest_code(counts: Array) -> HuffmanTable:
    """Return the Huffman table that codes symbols of these frequencies shortest, with 16 bits at most.

    counts   (256,) how often each symbol occurs

    T.81 K.2, with a heap in place of the figure's search. No code is all ones.
    """
    present = np.flatnonzero(counts)
    heap: list[tuple[int, int, tuple[int, ...]]] = [(1, 256, (256,))]
    heap += [(int(counts[s]), 255 - int(s), (int(s),)) for s in present]
    lengths = np.zeros(257, int)
    heapq.heapify(heap)
    while len(heap) > 1:
        rare, tie, some = heapq.heappop(heap)
        next_rare, next_tie, others = heapq.heappop(heap)
        lengths[[*some, *others]] += 1
        heapq.heappush(heap, (rare + next_rare, max(tie, next_tie), some + others))
    coded = np.bincount(lengths[lengths > 0], minlength=17)
    for length in range(len(coded) - 1, 16, -1):  # K.3: two of the longest make room for one another
        while coded[length] > 0:
            shorter = length - 2
            while coded[shorter] == 0:
                shorter -= 1
            coded[length] -= 2
            coded[length - 1] += 1
            coded[shorter + 1] += 2
            coded[shorter] -= 1
    coded[np.flatnonzero(coded)[-1]] -= 1  # symbol 256, which has the code of ones alone
    by_length = sorted((int(lengths[s]), int(s)) for s in present)
    return HuffmanTable(bytes(coded[1:17].tolist()), bytes(s for _, s in by_length))


@functools.lru_cache(maxsize=16)  # most files have the tables of T.81 annex K
def code_words(table: HuffmanTable) -> Array:
    """Return (256,) int64 of length << 16 | bits for each symbol; T.81 C.2."""
    words = np.zeros(256, np.int64)
    code, index = 0, 0
    for length, count in enumerate(table.counts, 1):
        for symbol in table.symbols[index : index + count]:
            words[symbol] = length << 16 | code
            code += 1
        index += count
        code <<= 1
    return words
