"""What a picture file says besides its pixels: EXIF, XMP, IPTC, density. Kept for the corrected file.

Two things must not survive a correction: an orientation that was applied already, and preview pictures
that show the old color.
"""

from __future__ import annotations

import re
import struct

import pyvips

EXIF, XMP, IPTC, PHOTOSHOP = "exif-data", "xmp-data", "iptc-data", "photoshop-data"
BLOCKS = (EXIF, XMP, IPTC, PHOTOSHOP)
XRES, YRES, UNIT, BITS = "xres", "yres", "resolution-unit", "bits-per-sample"

ORIENTATION = 0x0112  # EXIF 2.32, table 4
PREVIEWS = {
    0x0409,
    0x040C,
}  # Adobe Photoshop File Formats, image resources 1033 and 1036
XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation(?:=["']|>))[2-8]""")
XMP_PREVIEW = re.compile(rb"<(xmp|xap):Thumbnails\b.*?</\1:Thumbnails>", re.DOTALL)


def kept_metadata(image: pyvips.Image) -> dict[str, bytes]:
    """Return what the corrected file should say too, by libvips field name, cleaned."""
    kept = {name: image.get(name) for name in BLOCKS if image.get_typeof(name)}
    if image.get("vips-loader").startswith("tiff"):
        kept.pop(IPTC, None)  # libvips cuts it at the first zero on saving; the Photoshop block has it too
    kept = {name: CLEANERS[name](block) for name, block in kept.items()}
    for name in (XRES, YRES, UNIT, BITS):
        if image.get_typeof(name):
            kept[name] = str(image.get(name)).encode()
    return kept


def clean_exif(block: bytes) -> bytes:
    """Return an EXIF block with orientation 1 and no link to its preview; a broken one as it is."""
    start = 6 if block.startswith(b"Exif\x00\x00") else 0
    order = {b"II": "<", b"MM": ">"}.get(block[start : start + 2])
    if order is None:
        return block
    cleaned = bytearray(block)
    try:
        first = start + struct.unpack_from(order + "I", block, start + 4)[0]
        entries = struct.unpack_from(order + "H", block, first)[0]
        for entry in range(first + 2, first + 2 + 12 * entries, 12):
            if struct.unpack_from(order + "H", block, entry)[0] == ORIENTATION:
                struct.pack_into(order + "H", cleaned, entry + 8, 1)
        struct.pack_into(order + "I", cleaned, first + 2 + 12 * entries, 0)  # else the preview's
    except struct.error:  # cut short by some camera or editor
        return block
    return bytes(cleaned)


def clean_xmp(block: bytes) -> bytes:
    """Return an XMP packet with orientation 1 and without preview pictures."""
    return XMP_PREVIEW.sub(b"", XMP_ORIENTATION.sub(rb"\g<1>1", block))


def clean_photoshop(block: bytes) -> bytes:
    """Return a block of Photoshop resources, IPTC among them, without previews; others as they are."""
    header = b"Photoshop 3.0\x00"
    start = len(header) if block.startswith(header) else 0
    kept, position = [block[:start]], start
    while block[position : position + 4] == b"8BIM" and position + 12 <= len(block):
        name_length = block[position + 6] + 1
        size_at = position + 6 + name_length + name_length % 2
        if size_at + 4 > len(block):
            break
        size = int.from_bytes(block[size_at : size_at + 4], "big")
        end = size_at + 4 + size + size % 2
        if int.from_bytes(block[position + 4 : position + 6], "big") not in PREVIEWS:
            kept.append(block[position:end])
        position = end
    return b"".join([*kept, block[position:]])


CLEANERS = {EXIF: clean_exif, XMP: clean_xmp, IPTC: clean_photoshop, PHOTOSHOP: clean_photoshop}
