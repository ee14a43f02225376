"""Which picture format a file holds, told by its first bytes; names are checked against it.

Nothing is decoded here. Signatures are those of the formats' own specifications.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jpe": "jpeg",
    ".jfif": "jpeg",
    ".png": "png",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".webp": "webp",
    ".heic": "heif",
    ".heif": "heif",
    ".hif": "heif",
    ".avif": "avif",
}

SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),  # BigTIFF
    (b"MM\x00+", "tiff"),
)

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # ISO/IEC 23008-12
AVIF_BRANDS = {b"avif", b"avis"}

FOREIGN = (
    (b"GIF8", "a GIF, which holds at most 256 colors; export the photo as PNG or TIFF"),
    (b"BM", "a BMP; save it as PNG"),
    (b"8BPS", "a Photoshop document; export it as TIFF or PNG"),
    (b"%PDF", "a PDF; export its picture as TIFF or PNG"),
    (b"\xff\x0a", "a JPEG XL; convert it to PNG or TIFF"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL; convert it to PNG or TIFF"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000; convert it to PNG or TIFF"),
    (b"<", "text, perhaps the web page of an error in place of the photo; download the photo again"),
    (b"{", "text, perhaps an error message in place of the photo; download the photo again"),
)

KNOWN = "JPEG, PNG, TIFF, WebP, HEIF or AVIF"


def format_of(data: bytes) -> str | None:
    """Return jpeg, png, tiff, webp, heif or avif by the first bytes of a file; None for anything else."""
    for signature, name in SIGNATURES:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return _heif_kind(data) if data[4:8] == b"ftyp" else None


def _heif_kind(data: bytes) -> str | None:
    """Tell AVIF from HEIF by the brands of the ftyp box: the general brand mif1 may come first in both."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[start : start + 4] for start in (8, *range(16, end, 4))}
    if brands & AVIF_BRANDS:
        return "avif"
    return "heif" if brands & HEIF_BRANDS else None


def describe_foreign(data: bytes) -> str:
    """Return what a file that is none of ours seems to be, and what to do."""
    for signature, words in FOREIGN:
        if data.lstrip()[: len(signature)] == signature:
            return f"this is {words}"
    return f"this is no picture that colorfast knows; give {KNOWN}"


def name_disagrees(path: Path, found: str) -> str | None:
    """Return what is wrong between a file's name and the format found in it; None when they agree.

    A name without a suffix agrees with every format. HEIF suffixes are used for AVIF too.
    """
    suffix = path.suffix.lower()
    promised = SUFFIXES.get(suffix)
    if not suffix or promised == found or (promised == "heif" and found == "avif"):
        return None
    proper = next(ending for ending, name in SUFFIXES.items() if name == found)
    if promised is None:
        return f"its name ends in {suffix}, its content looks like {found.upper()}; give {KNOWN}"
    return (
        f"its name says {promised.upper()}, its content is {found.upper()}; rename it to {path.stem}{proper}"
    )


def is_animated(data: bytes, found: str) -> bool:
    """Return whether the file holds a moving picture: APNG, animated WebP, AVIF or HEIF sequence."""
    if found == "png":
        return any(kind == b"acTL" for kind, _ in png_chunks(data))
    if found == "webp":
        return any(kind == b"ANIM" for kind, _ in webp_chunks(data))
    return data[8:12] in {b"avis", b"msf1", b"hevc", b"hevx"}


def is_lossy(data: bytes, found: str) -> bool:
    """Return whether the coding gave up code values; AVIF and HEIF are taken to, as they nearly always do."""
    if found == "webp":
        return not any(kind == b"VP8L" for kind, _ in webp_chunks(data))
    return found in {"jpeg", "heif", "avif"}


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield kind and length of the chunks before the first pixels of a PNG."""
    position, kind = 8, b""
    while position + 8 <= len(data) and kind != b"IDAT":
        length, kind = struct.unpack_from(">I4s", data, position)
        yield kind, length
        position += 12 + length


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield kind and length of the chunks of a WebP."""
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        yield kind, length
        position += 8 + length + length % 2
