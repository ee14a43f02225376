"""A picture file becomes a `Photo`: upright, RGB, in its own color space and depth.

Gray and CMYK become sRGB; everything else keeps its code values and its ICC profile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyvips

from colorfast.errors import FileMissing, NotAPicture, ReadError, SettingsError, TooLarge
from colorfast.read.channels import check_channels, full_range, orientation_of, profile_of, rgb_of, upright
from colorfast.read.coded import CodedJpeg, Like, coded, coded_like
from colorfast.read.formats import describe_foreign, format_of, is_animated, is_lossy, name_disagrees
from colorfast.read.jpeg_file import CannotKeep
from colorfast.read.metadata import BITS, kept_metadata
from colorfast.read.vips import first_reason, own_errors
from colorfast.records import Array, Photo

LOADERS = {
    "jpeg": "jpegload_buffer",
    "png": "pngload_buffer",
    "tiff": "tiffload_buffer",
    "webp": "webpload_buffer",
    "heif": "heifload_buffer",
    "avif": "heifload_buffer",
}

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How large a picture may be; checked before anything is decoded."""

    max_bytes: int = 1 << 30
    """Size of the file, at most; a 16-bit RGB TIFF of 150 MP without compression has 0.9 GB."""

    max_pixels: int = 200 * MILLION
    """Width times height, at most; the largest camera backs have 150 MP."""

    def __post_init__(self) -> None:
        if self.max_bytes < 1:
            raise SettingsError("read.max_bytes", self.max_bytes, "at least 1")
        if self.max_pixels < 1:
            raise SettingsError("read.max_pixels", self.max_pixels, "at least 1")


DEFAULT_LIMITS = ReadLimits()


def read_photo(path: Path, limits: ReadLimits = DEFAULT_LIMITS) -> Photo:
    """Return the photo in a file; its id is the file's name.

    Raises FileMissing, TooLarge, NotAPicture (empty, truncated, damaged, unknown format, several pages,
    a name that disagrees with the content) or ReadError (not allowed, disk trouble), each naming the file.
    """
    return photo_of(open_file(path, limits))


def decode(
    data: bytes,
    id: str,  # noqa: A002
    limits: ReadLimits = DEFAULT_LIMITS,
    *,
    like: Like | None = None,
) -> Photo:
    """Return the photo in the bytes of a file; errors name it by `id`. Raises as `read_photo`.

    like   what the file should be the same as: it stays coded only if it is, and is decoded only where it is not
    """
    if len(data) > limits.max_bytes:
        raise TooLarge(id, _too_many_bytes(len(data), limits))
    return photo_of(_opened(data, id, limits), like)


class Opened(NamedTuple):
    """A file whose header was read and found good; its pixels are decoded when they are asked for."""

    data: bytes
    name: Path | str
    """What errors call it."""
    format: str
    image: pyvips.Image

    def pixels(self, image: pyvips.Image | None = None) -> Array:
        """Decode: (h, w, channels), of `image` where it is given, made from the file's. Raises NotAPicture."""
        shown = image or self.image
        with _damage_named(self.name, self.format):
            codes: Array = shown.numpy()
        return codes.reshape(shown.height, shown.width, shown.bands)  # pyvips drops the last axis of gray


def open_file(path: Path, limits: ReadLimits = DEFAULT_LIMITS) -> Opened:
    """Read a file and check its header. Raises as `read_photo`, but for damage behind the header."""
    data = _read_bytes(path, limits)
    if wrong := name_disagrees(path, _format(data, path)):
        raise NotAPicture(path, wrong)
    return _opened(data, path, limits)


def _read_bytes(path: Path, limits: ReadLimits) -> bytes:
    try:
        if path.is_dir():
            raise FileMissing(path, "this is a folder; give a picture file")
        if path.exists() and not path.is_file():
            raise ReadError(path, "this is no regular file; give a picture file")
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise TooLarge(path, _too_many_bytes(size, limits))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(path, "there is no such file") from error
    except OSError as error:
        raise ReadError(path, f"cannot be read: {error.strerror or error}") from error


def _too_many_bytes(size: int, limits: ReadLimits) -> str:
    return f"the file has {size:,} bytes and read.max_bytes allows {limits.max_bytes:,}"


def _format(data: bytes, name: Path | str) -> str:
    if not data:
        raise NotAPicture(name, "the file is empty; copy or download it again")
    found = format_of(data)
    if found is None:
        raise NotAPicture(name, describe_foreign(data))
    return found


def _opened(data: bytes, name: Path | str, limits: ReadLimits) -> Opened:
    found = _format(data, name)
    if is_animated(data, found):
        raise NotAPicture(name, "it holds a moving picture; export the one frame that is wanted")
    with _damage_named(name, found):
        image = getattr(pyvips.Image, LOADERS[found])(data, access="sequential", fail_on="error")
        _check_size(image, name, limits)
        check_channels(image, name)
    return Opened(data, name, found, image)


def photo_of(opened: Opened, like: Like | None = None) -> Photo:
    """Return the photo in an opened file, `like` as for `decode`. Raises NotAPicture where it is damaged."""
    with _damage_named(opened.name, opened.format):
        said: dict[str, Any] = {
            "id": opened.name.name if isinstance(opened.name, Path) else opened.name,
            "format": opened.format,
            "lossy": is_lossy(opened.data, opened.format),
            "metadata": kept_metadata(opened.image),
        }
    if source := _coded(opened, like):
        return Photo(pixels=source, profile=profile_of(opened.image), **said)
    pixels, profile = _decoded(opened)
    opacity = np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None
    return Photo(pixels=np.ascontiguousarray(pixels[..., :3]), opacity=opacity, profile=profile, **said)


def _coded(opened: Opened, like: Like | None) -> CodedJpeg | None:
    """Return the file as one that stays coded, if it is of the kind that can; else libvips will decode it."""
    if opened.format != "jpeg" or orientation_of(opened.image) != 1:
        return None

    def whole() -> Array:
        image = pyvips.Image.jpegload_buffer(opened.data, access="sequential", fail_on="error")
        return opened.pixels(image)

    try:
        return coded_like(opened.data, whole, like) if like else coded(opened.data, whole)
    except CannotKeep:
        return None


def _decoded(opened: Opened) -> tuple[Array, bytes | None]:
    """Return all pixels, upright, (h, w, 3 or 4), and the ICC profile of their RGB; None is sRGB."""
    with _damage_named(opened.name, opened.format):
        rgb, profile = rgb_of(opened.image)
        bits = int(opened.image.get(BITS)) if opened.image.get_typeof(BITS) else 8
    return upright(full_range(opened.pixels(rgb), bits), orientation_of(opened.image)), profile


def _check_size(image: pyvips.Image, name: Path | str, limits: ReadLimits) -> None:
    pixels = image.width * image.height
    if pixels > limits.max_pixels:
        have = f"{image.width}x{image.height} = {pixels / MILLION:.1f} million pixels"
        allowed = f"read.max_pixels allows {limits.max_pixels / MILLION:.1f}"
        raise TooLarge(name, f"the picture has {have} and {allowed}; make it smaller or raise the limit")


@contextmanager
def _damage_named(name: Path | str, found: str) -> Iterator[None]:
    """Turn what libvips says inside into a NotAPicture that names the file."""
    try:
        with own_errors():
            yield
    except pyvips.Error as error:
        raise NotAPicture(name, _damage(found, error)) from error


def _damage(found: str, error: pyvips.Error) -> str:
    reason = first_reason(error)
    if "nsupported" in reason or "not been built in" in reason:  # HEVC is patented: most builds leave it out
        return f"this libvips cannot decode this kind of {found.upper()}; convert it to PNG, TIFF or JPEG"
    return f"the {found.upper()} is truncated or damaged ({reason}); copy or export it again"
