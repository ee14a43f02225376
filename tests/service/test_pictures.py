"""Hostile pictures: each is refused at the door or ends its job with a typed error, and names no path."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest

from colorfast.errors import ColorfastError
from colorfast.service.storage import Storage
from colorfast.service.work import do


def encoded(suffix, shape=(64, 48, 3)):
    done, data = cv2.imencode(suffix, np.random.default_rng(1).integers(0, 255, shape, np.uint8))
    assert done
    return data.tobytes()


def chunk(kind, data, crc=None):
    checked = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checked)


def png(width, height, *chunks, depth=8, color=2):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def tiff(*entries, following=0):
    body = b"".join(struct.pack("<HHII", tag, kind, count, value) for tag, kind, count, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", following)


def riff(kind, data):
    return b"RIFF" + struct.pack("<I", len(data) + 4) + kind + data


def box(kind, data):
    return struct.pack(">I", len(data) + 8) + kind + data


JPEG, PNG, TIFF, WEBP = encoded(".jpg"), encoded(".png"), encoded(".tiff"), encoded(".webp")
PIXELS = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
WIDE = tiff((256, 4, 1, 1 << 20), (257, 4, 1, 1 << 20), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 8))
PICTURES = {
    "nothing": b"",
    "GIF": b"GIF89a" + b"\0" * 60,
    "BMP": encoded(".bmp"),
    "SVG that reads a file": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "SVG of entities": b'<!DOCTYPE a [<!ENTITY b "bbbb">]><svg>&b;</svg>',
    "drawing commands": b"push graphic-context\nimage over 0,0 0,0 'https://a.example/x'\n",
    "PostScript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n",
    "PDF": b"%PDF-1.7\n",
    "page": b"<html><script>alert(1)</script></html>",
    "page in front of a JPEG": b"<html>" + JPEG,
    "ZIP": b"PK\x03\x04" + b"\0" * 60,
    "program": b"\x7fELF" + b"\0" * 60,
    "OpenEXR": b"\x76\x2f\x31\x01" + b"\0" * 60,
    "PSD": b"8BPS\0\x01" + b"\0" * 60,
    "PNG without pixels": png(64, 48),
    "PNG of no width": png(0, 48, PIXELS),
    "PNG of 3.6 gigapixels": png(60_000, 60_000, PIXELS),
    "PNG of the greatest size": png((1 << 31) - 1, (1 << 31) - 1, PIXELS),
    "PNG of a depth that is none": png(64, 48, PIXELS, depth=7),
    "PNG with a wrong check sum": png(64, 48, chunk(b"IDAT", zlib.compress(b"\0" * 7000), crc=1)),
    "PNG cut off": PNG[: len(PNG) // 2],
    "PNG of one pixel": encoded(".png", (1, 1, 3)),
    "JPEG of its first bytes alone": JPEG[:3],
    "JPEG of its header alone": JPEG[:160],
    "JPEG cut off": JPEG[: len(JPEG) // 2],
    "JPEG of noise": JPEG[:20] + bytes(range(256)) * 4,
    "TIFF without an end": tiff((256, 3, 1, 4), following=8),
    "TIFF that points outside": b"II*\0\xff\xff\xff\x7f",
    "TIFF of a terapixel": WIDE,
    "TIFF cut off": TIFF[: len(TIFF) // 2],
    "WebP of noise": riff(b"WEBPVP8 ", bytes(64)),
    "WebP cut off": WEBP[: len(WEBP) // 2],
    "HEIF of nothing": box(b"ftyp", b"heic\0\0\0\0heicmif1"),
    "AVIF of noise": box(b"ftyp", b"avif\0\0\0\0avifmif1") + box(b"meta", bytes(64)),
}


@pytest.fixture
def code(tmp_path):
    """Return what gives the code by which a picture is refused."""
    storage = Storage(tmp_path)
    reference = storage.put(encoded(".png")).sha256

    def refused(data):
        try:
            with storage.receiving(1 << 20) as taken:
                taken(data)
                photo = storage.keep(taken).sha256
        except ColorfastError as error:
            return error.code
        job = {"photo": photo, "reference": reference, "target": None, "garment": "auto"}
        error = do({**job, "method": "classical", "settings": {}}, str(tmp_path), None)["error"]
        assert str(tmp_path) not in error["message"]
        return error["code"]

    return refused


@pytest.mark.parametrize("name", PICTURES)
def test_a_hostile_picture_ends_with_a_typed_refusal(code, name):
    assert code(PICTURES[name]) in {"not-a-picture", "too-large", "mask-too-small"}
