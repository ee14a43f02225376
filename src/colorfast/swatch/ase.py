"""Adobe Swatch Exchange files: bytes in, swatches out, and back.

There is no published specification; the layout is the one that carl.camera, the cyotek blog and O. Berten's Swatch
Booker describe alike. Everything is big-endian:

    'ASEF', uint16 major 1, uint16 minor 0, uint32 number of blocks
    block    uint16 type, uint32 length of what follows
    0xc001   group begins: uint16 characters, UTF-16 name ending in a zero
    0xc002   group ends
    0x0001   color: name as above, 4 letters of the model, 1 to 4 float32, uint16 kind (0 global, 1 spot, 2 process)

    'RGB '   red, green, blue 0..1, sRGB         'LAB '   L* 0..1, a*, b* under D50
    'CMYK'   0..1, of an unknown press           'Gray'   0 black .. 1 white
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from colorfast.color.exact import lab_to_linear
from colorfast.color.icc import adaptation
from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.color.white import under_white
from colorfast.errors import SwatchError
from colorfast.records import Array, Lab
from colorfast.swatch.press import cmyk_to_lab
from colorfast.swatch.records import Library, Swatch

MAGIC, VERSION = b"ASEF", (1, 0)
GROUP, END, COLOR = 0xC001, 0xC002, 0x0001
GLOBAL = 0
NUMBERS = {b"RGB ": 3, b"LAB ": 3, b"CMYK": 4, b"Gray": 1, b"GRAY": 1}
NEAR_SRGB = 1e-3  # linear light by which a color may lie outside sRGB and still be written as RGB
LONGEST = 1 << 15  # characters of a name


def read_ase(data: bytes, path: Path) -> Library:
    """Return the swatches of a file in its order. Raises SwatchError, which says what is wrong where."""
    if data[:4] != MAGIC:
        raise SwatchError(path, "it does not begin with ASEF")
    if len(data) < 12:
        raise SwatchError(path, "it ends within its header")
    major, _, count = struct.unpack_from(">HHI", data, 4)
    if major != VERSION[0]:
        raise SwatchError(path, f"its version is {major}, and 1 can be read")
    group, found = "", []
    for number, kind, body in _blocks(data, count, path):
        where = f"block {number}"
        if kind == GROUP:
            group = _name(body, where, path)[0]
        elif kind == END:
            group = ""
        elif kind == COLOR:
            found.append(_swatch(body, group, where, path))
    return tuple(found)


def write_ase(library: Library) -> bytes:
    """Return the bytes of a file: a group for each run of swatches that name one.

    Colors that sRGB holds are written as RGB, which every program reads, the others as Lab under D50.
    """
    blocks = []
    for group, swatches in groupby(library, key=lambda one: one.group):
        colors = [
            _block(COLOR, _text(one.name) + _values(one.lab) + struct.pack(">H", GLOBAL)) for one in swatches
        ]
        blocks += [_block(GROUP, _text(group)), *colors, _block(END, b"")] if group else colors
    return MAGIC + struct.pack(">HHI", *VERSION, len(blocks)) + b"".join(blocks)


def _blocks(data: bytes, count: int, path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield the number, type and content of each block."""
    position = 12
    for number in range(1, count + 1):
        if position + 6 > len(data):
            raise SwatchError(path, f"it has {number - 1} of {count} blocks and then ends")
        kind, length = struct.unpack_from(">HI", data, position)
        body = data[position + 6 : position + 6 + length]
        if len(body) < length:
            raise SwatchError(path, f"block {number} has {len(body)} of {length} bytes and then ends")
        yield number, kind, body
        position += 6 + length


def _name(body: bytes, where: str, path: Path) -> tuple[str, int]:
    """Return the name at the start of a block and where it ends."""
    length = int.from_bytes(body[:2], "big")
    end = 2 + 2 * length
    if len(body) < max(end, 2):
        raise SwatchError(path, f"{where}: its name is longer than the block")
    try:
        return body[2:end].decode("utf-16-be").rstrip("\0"), end
    except UnicodeDecodeError:
        raise SwatchError(path, f"{where}: its name is not UTF-16") from None


def _swatch(body: bytes, group: str, where: str, path: Path) -> Swatch:
    name, at = _name(body, where, path)
    model = body[at : at + 4]
    count = NUMBERS.get(model)
    if count is None:
        raise SwatchError(path, f"{where}, {name!r}: unknown color model {model.decode('latin-1')!r}")
    if len(body) < at + 4 + 4 * count:
        raise SwatchError(path, f"{where}, {name!r}: it has no room for the {count} numbers of its color")
    values = np.array(struct.unpack_from(f">{count}f", body, at + 4), np.float64)
    if not np.isfinite(values).all() or np.abs(values).max() > 200:
        raise SwatchError(path, f"{where}, {name!r}: {values.tolist()} is no color")
    note = "from CMYK by a usual press" if model == b"CMYK" else ""
    return Swatch(name=name, lab=_lab(model, values), group=group, note=note)


def _lab(model: bytes, values: Array) -> Lab:
    if model == b"LAB ":
        return under_white(values * (100, 1, 1), adaptation())
    if model == b"CMYK":
        return cmyk_to_lab(np.clip(values, 0, 1))
    rgb = np.broadcast_to(np.clip(values, 0, 1), 3)
    return rgb_to_lab(rgb.astype(np.float32))


def _values(lab: Lab) -> bytes:
    linear = lab_to_linear(lab)
    if linear.min() >= -NEAR_SRGB and linear.max() <= 1 + NEAR_SRGB:
        return b"RGB " + struct.pack(">3f", *lab_to_rgb(lab, np.float32))
    L, a, b = under_white(lab, np.linalg.inv(adaptation()))
    return b"LAB " + struct.pack(">3f", L / 100, a, b)


def _text(name: str) -> bytes:
    encoded = (name[:LONGEST] + "\0").encode("utf-16-be")
    return struct.pack(">H", len(encoded) // 2) + encoded


def _block(kind: int, body: bytes) -> bytes:
    return struct.pack(">HI", kind, len(body)) + body
