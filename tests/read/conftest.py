"""Small made pictures and profiles for the tests of reading and writing."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
import pyvips

PRIMARIES = {  # XYZ of red, green and blue under D50, from the profiles' published data
    "adobe-rgb": ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    "display-p3": ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}


def _xyz(values) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(value * 65536) for value in values))


def make_profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a small ICC 2 display profile; ICC.1:2001-04, clause 6."""
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += padded
    header = struct.pack(">I4xI4s4s4s12x4s", start + len(body), 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    header += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)  # the D50 white of the connection space
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _gamma(value: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(value * 256))


def _common() -> dict[bytes, bytes]:
    words = b"made\0"
    text = struct.pack(">4s4xI", b"desc", len(words)) + words + bytes(78)
    return {b"desc": text, b"wtpt": _xyz((0.9642, 1.0, 0.8249)), b"cprt": b"text\0\0\0\0none\0"}


@pytest.fixture(scope="session", params=sorted(PRIMARIES))
def wide_profile(request) -> bytes:
    """A profile with the primaries of Adobe RGB or of Display P3."""
    columns = zip((b"rXYZ", b"gXYZ", b"bXYZ"), PRIMARIES[request.param], strict=True)
    curves = {name: _gamma(2.2) for name in (b"rTRC", b"gTRC", b"bTRC")}
    return make_profile(b"RGB ", {**_common(), **{name: _xyz(xyz) for name, xyz in columns}, **curves})


@pytest.fixture(scope="session")
def gray_profile() -> bytes:
    """A gray profile with gamma 1, far from sRGB's curve."""
    return make_profile(b"GRAY", {**_common(), b"kTRC": _gamma(1.0)})


@pytest.fixture(scope="session")
def cmyk_profile() -> bytes:
    """The press profile that comes with libvips."""
    return bytes(pyvips.Image.profile_load("cmyk"))


@pytest.fixture(scope="session")
def noise() -> Callable[..., np.ndarray]:
    """Return a function that makes smooth random pixels: noise(np.uint8, 3, h=.., w=..)."""

    def make(dtype=np.uint8, bands: int = 3, h: int = 37, w: int = 53, seed: int = 1) -> np.ndarray:
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, np.iinfo(dtype).max + 1, (h // 8 + 1, w // 8 + 1, bands), dtype=dtype)
        return np.ascontiguousarray(coarse.repeat(8, 0).repeat(8, 1)[:h, :w])

    return make


@pytest.fixture(scope="session")
def save() -> Callable[..., bytes]:
    """Return a function that codes an array with libvips: save(pixels, 'png', blocks=…)."""

    def encode(
        pixels: np.ndarray, kind: str, *, interpretation: str = "", blocks=None, fields=None, **options
    ):
        image = pyvips.Image.new_from_array(pixels)
        names = {("uint8", 1): "b-w", ("uint8", 2): "b-w", ("uint16", 1): "grey16", ("uint16", 2): "grey16"}
        default = names.get(
            (pixels.dtype.name, image.bands), "rgb16" if pixels.dtype == np.uint16 else "srgb"
        )
        image = image.copy(interpretation=interpretation or default)
        for name, block in (blocks or {}).items():
            image.set_type(pyvips.GValue.blob_type, name, block)
        for name, value in (fields or {}).items():
            image.set_type(pyvips.GValue.gint_type, name, value)
        return bytes(getattr(image, f"{kind}save_buffer")(**options))

    return encode
