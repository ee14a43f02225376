"""Pixels become the bytes of a file: the source's format, depth, profile, metadata and opacity.

`rewrite` keeps the blocks of a JPEG where no pixel changed, if that serves; `encode` codes all anew.

Nothing is written to disk here; `files.write_atomically` does that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyvips

from colorfast.errors import SettingsError, WriteError
from colorfast.read.blocks import (
    cost_of_keeping,
    keep_blocks,
    same_outside,
    splice_blocks,
)
from colorfast.read.channels import orientation_of
from colorfast.read.coded import CodedJpeg, Like
from colorfast.read.jpeg_file import CannotKeep, JpegFile, parse
from colorfast.read.metadata import BITS, BLOCKS, EXIF, UNIT, XRES, YRES
from colorfast.read.vips import first_reason, own_errors
from colorfast.records import Alpha, Array, Box, Coding, Mask, Photo

VIPS_FORMATS = {"uint8": "uchar", "uint16": "ushort"}
PNG_EFFORT = 3  # of 9: at 24 MP 0.4 s, where libvips' own 6 takes 2.7 s for files 4 to 15 % smaller
AVIF_EFFORT = 2  # 0.2 s for 768x1024; libvips' own 4 takes 2 s for files 4 % smaller and no truer
KEEPING = ("auto", "always", "never")
PREVIEW_QUALITY = 90  # of report pictures, which nobody measures


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSettings:
    """How lossy formats are coded; PNG and TIFF, and WebP that came without loss, keep every bit."""

    jpeg_quality: int = 95
    """Quality of JPEG, 1..100; color is kept at full resolution (4:4:4)."""

    webp_quality: int = 95
    """Quality of lossy WebP, 1..100."""

    avif_quality: int = 85
    """Quality of AVIF and HEIF, 1..100; color is kept at full resolution (4:4:4)."""

    lossless_outside: Literal["auto", "always", "never"] = "auto"
    """Whether a JPEG keeps its blocks where no pixel changed: auto if that costs the garment nothing."""

    lossless_quality: int = 90
    """For auto: quality of the source, 1..100, from which on its tables code a correction finely enough."""

    def __post_init__(self) -> None:
        if self.lossless_outside not in KEEPING:
            raise SettingsError(
                "write.lossless_outside", self.lossless_outside, f"one of {', '.join(KEEPING)}"
            )
        for name in ("jpeg_quality", "webp_quality", "avif_quality", "lossless_quality"):
            value = getattr(self, name)
            if not 1 <= value <= 100:
                raise SettingsError(f"write.{name}", value, "from 1 to 100")


DEFAULT_SETTINGS = WriteSettings()


class Written(NamedTuple):
    """A file, how it was coded, and what that promises of the pixels nobody changed."""

    data: bytes
    coding: Coding
    holds: Callable[[Photo, Photo], bool] | None = None
    """Whether the photo and the file, decoded again, are what was promised; None: nothing was."""
    touched: Box | None = None
    """Rows and columns outside which they are equal then; None where that is not known."""
    like: Like | None = None
    """The photo's own file, and the only MCUs in which the new one may show something else; None: not known."""


def rewrite(
    photo: Photo, box: Box, pixels: Array, source: Path, settings: WriteSettings = DEFAULT_SETTINGS
) -> Written:
    """Return the file of `photo` with new pixels in a box, with its own blocks where no pixel changed.

    pixels   (rows, columns, 3) of the box, code values of the photo's dtype
    source   the file that `photo` was read from

    Where blocks are not kept, all is coded anew as by `encode`, and `coding` says why. Raises as `encode`.
    """
    if photo.format != "jpeg":
        return Written(encode(photo, with_part(photo, box, pixels), settings), Coding())
    try:
        if settings.lossless_outside == "never":
            raise CannotKeep("write.lossless_outside is never")
        if isinstance(photo.source, CodedJpeg):
            _check_cost(photo.source.jpeg, settings)
            return _spliced(photo, photo.source, box, pixels)
        return _with_blocks(photo, with_part(photo, box, pixels), source, settings)
    except CannotKeep as error:
        return Written(encode(photo, with_part(photo, box, pixels), settings), Coding(reason=str(error)))


def with_part(photo: Photo, box: Box, pixels: Array) -> Array:
    """Return all code values of a photo with new ones in a box."""
    whole = photo.pixels.copy()
    whole[box] = pixels
    return whole


def _spliced(photo: Photo, source: CodedJpeg, box: Box, pixels: Array) -> Written:
    """Copy the bits of the MCUs that do not change; code all again where the source's tables do not suffice."""
    try:
        spliced = splice_blocks(source, box, pixels)
    except CannotKeep:
        kept = keep_blocks(source.data, photo.pixels, with_part(photo, box, pixels))
        return Written(kept.data, Coding(way="blocks"), partial(_same_pixels, reach=kept.reach))
    like = Like(source, spliced.chosen)
    return Written(spliced.data, Coding(way="blocks"), partial(_is_like, like=like), spliced.touched, like)


def _is_like(_: Photo, after: Photo, like: Like) -> bool:
    return isinstance(after.source, CodedJpeg) and after.source.like is like


def _with_blocks(photo: Photo, pixels: Array, source: Path, settings: WriteSettings) -> Written:
    """Decode a file as far as its coefficients and code all of them again."""
    try:
        with own_errors():
            data = source.read_bytes()
            orientation = orientation_of(pyvips.Image.jpegload_buffer(data))
    except (OSError, pyvips.Error) as error:
        raise CannotKeep("its file could not be read a second time") from error
    if orientation != 1:
        raise CannotKeep("it is turned by its EXIF orientation")
    _check_cost(parse(data), settings)
    kept = keep_blocks(data, photo.pixels, pixels)
    return Written(kept.data, Coding(way="blocks"), partial(_same_pixels, reach=kept.reach))


def _same_pixels(before: Photo, after: Photo, reach: Mask) -> bool:
    return same_outside(before.pixels, after.pixels, reach)


def _check_cost(jpeg: JpegFile, settings: WriteSettings) -> None:
    """Raise CannotKeep where the garment would lose more than `settings` allow."""
    cost = cost_of_keeping(jpeg, settings.lossless_quality)
    if cost and settings.lossless_outside == "auto":
        raise CannotKeep(cost)


def encode(photo: Photo, pixels: Array, settings: WriteSettings = DEFAULT_SETTINGS) -> bytes:
    """Return the file of `photo` with new pixels, coded as the file it came from.

    pixels   (h, w, 3) of the photo's size and dtype, code values in the RGB of its profile

    Raises WriteError when libvips has no encoder for the format.
    """
    if pixels.shape != (*photo.size, 3) or pixels.dtype != photo.dtype:
        raise ValueError(f"{pixels.dtype} {pixels.shape} given for {photo.dtype} {photo.size}")
    image = _image(pixels)
    if photo.opacity is not None:
        image = image.bandjoin(_image(photo.opacity[..., np.newaxis]))
    saver, options = _saver(photo, settings)
    try:
        with own_errors():
            return bytes(getattr(_with_metadata(image, photo), saver)(keep=_keep(photo), **options))
    except pyvips.Error as error:
        raise WriteError(photo.id, _remedy(photo, error)) from error


def encode_mask(mask: Mask | Alpha) -> bytes:
    """Return an 8-bit gray PNG of a mask (white where True) or an alpha (0..1 to 0..255)."""
    values = np.where(mask, 255, 0) if mask.dtype == np.bool_ else np.rint(np.clip(mask, 0, 1) * 255)
    image = _image(values.astype(np.uint8)[..., np.newaxis])
    return bytes(image.pngsave_buffer(keep="none"))


def encode_jpeg(rgb: Array, quality: int = PREVIEW_QUALITY) -> bytes:
    """Return a JPEG of sRGB (h, w, 3) uint8 for reports: 4:4:4, no metadata."""
    return bytes(_image(rgb).jpegsave_buffer(Q=quality, subsample_mode="off", keep="none"))


def _image(pixels: Array) -> pyvips.Image:
    """Wrap the array without a copy, with the interpretation at which libvips converts nothing on saving."""
    height, width, bands = pixels.shape
    kind = VIPS_FORMATS[pixels.dtype.name]
    image = pyvips.Image.new_from_memory(np.ascontiguousarray(pixels).data, width, height, bands, kind)
    names = {("uchar", 1): "b-w", ("uchar", 3): "srgb", ("ushort", 1): "grey16", ("ushort", 3): "rgb16"}
    return image.copy(interpretation=names[kind, bands])


def _with_metadata(image: pyvips.Image, photo: Photo) -> pyvips.Image:
    kept = photo.metadata
    density = {name: float(kept[name]) for name in (XRES, YRES) if name in kept}
    image = image.copy(**density)
    blocks = {name: kept[name] for name in BLOCKS if name in kept}
    if photo.profile is not None:
        blocks["icc-profile-data"] = photo.profile
    for name, block in blocks.items():
        image.set_type(pyvips.GValue.blob_type, name, block)
    if UNIT in kept:
        image.set_type(pyvips.GValue.gstr_type, UNIT, kept[UNIT].decode())
    return image


def _keep(photo: Photo) -> str:
    """Return the blocks to write; libvips makes an EXIF block unasked, which JPEG needs for its density."""
    return "all" if photo.format == "jpeg" or EXIF in photo.metadata else "xmp:iptc:icc:other"


def _saver(photo: Photo, settings: WriteSettings) -> tuple[str, dict[str, Any]]:
    """Return the name of the libvips operation and its options."""
    match photo.format:
        case "jpeg":
            return "jpegsave_buffer", {"Q": settings.jpeg_quality, "subsample_mode": "off"}
        case "png":
            return "pngsave_buffer", {"filter": "up", "compression": PNG_EFFORT}
        case "tiff":
            return "tiffsave_buffer", {"compression": "lzw", "predictor": "horizontal"}
        case "webp":
            lossy = {"Q": settings.webp_quality, "smart_subsample": True, "exact": True}
            return "webpsave_buffer", lossy if photo.lossy else {"lossless": True, "exact": True}
        case _:
            codec = "av1" if photo.format == "avif" else "hevc"
            bits = int(photo.metadata.get(BITS, b"12")) if photo.dtype == np.uint16 else 8
            options = {
                "compression": codec,
                "Q": settings.avif_quality,
                "bitdepth": bits,
                "effort": AVIF_EFFORT,
                "subsample_mode": "off",
            }
            return "heifsave_buffer", options


def _remedy(photo: Photo, error: pyvips.Error) -> str:
    if photo.format in {"heif", "avif"}:
        return (
            f"this libvips cannot write {photo.format.upper()} ({first_reason(error)}); "
            "convert the photo to PNG, TIFF or JPEG first"
        )
    return f"{photo.format.upper()} coding failed: {first_reason(error)}"
