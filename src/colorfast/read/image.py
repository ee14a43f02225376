"""A picture file becomes a `Photo`: upright, RGB, in its own color space and depth.

Gray and CMYK become sRGB; everything else keeps its code values and its ICC profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips

from colorfast.errors import FileMissing, NotAPicture, ReadError, SettingsError, TooLarge
from colorfast.read.formats import describe_foreign, format_of, is_animated, is_lossy, name_disagrees
from colorfast.read.metadata import kept_metadata
from colorfast.read.vips import first_reason
from colorfast.records import Array, Photo

LOADERS = {
    "jpeg": "jpegload_buffer",
    "png": "pngload_buffer",
    "tiff": "tiffload_buffer",
    "webp": "webpload_buffer",
    "heif": "heifload_buffer",
    "avif": "heifload_buffer",
}

GRAY = {"b-w", "grey16"}
RGB = {"srgb", "rgb", "rgb16"}
PROFILE = "icc-profile-data"
DEPTHS = {"uchar": 8, "ushort": 16}
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
    data = _read_bytes(path, limits)
    found = _format(data, path)
    if wrong := name_disagrees(path, found):
        raise NotAPicture(path, wrong)
    return _decode(data, path, limits)


def decode(data: bytes, id: str, limits: ReadLimits = DEFAULT_LIMITS) -> Photo:  # noqa: A002
    """Return the photo in the bytes of a file; errors name it by `id`. Raises as `read_photo`."""
    if len(data) > limits.max_bytes:
        raise TooLarge(id, _too_many_bytes(len(data), limits))
    return _decode(data, id, limits)


def _read_bytes(path: Path, limits: ReadLimits) -> bytes:
    try:
        if path.is_dir():
            raise FileMissing(path, "this is a folder; give a picture file")
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


def _decode(data: bytes, name: Path | str, limits: ReadLimits) -> Photo:
    found = _format(data, name)
    if is_animated(data, found):
        raise NotAPicture(name, "it holds a moving picture; export the one frame that is wanted")
    try:
        image = _open(data, found)
        _check_header(image, name, limits)
        kept = kept_metadata(image)
        orientation = _orientation(image)
        image, profile = _to_rgb(image)
        pixels = _upright(_full_range(image.numpy(), kept), orientation)
    except pyvips.Error as error:
        raise NotAPicture(
            name,
            f"the {found.upper()} is truncated or damaged ({first_reason(error)}); copy or export it again",
        ) from error
    return Photo(
        id=Path(name).name,
        pixels=np.ascontiguousarray(pixels[..., :3]),
        opacity=np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None,
        profile=profile,
        format=found,
        lossy=is_lossy(data, found),
        metadata=kept,
    )


def _open(data: bytes, found: str) -> pyvips.Image:
    """Read the header; pixels follow when they are asked for, and what is missing or damaged is an error."""
    return getattr(pyvips.Image, LOADERS[found])(data, access="sequential", fail_on="error")


def _check_header(image: pyvips.Image, name: Path | str, limits: ReadLimits) -> None:
    pixels = image.width * image.height
    if pixels > limits.max_pixels:
        raise TooLarge(
            name,
            f"the picture has {image.width}x{image.height} = {pixels / MILLION:.1f} million pixels "
            f"and read.max_pixels allows {limits.max_pixels / MILLION:.1f}",
        )
    pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    if pages > 1:
        raise NotAPicture(name, f"it holds {pages} pictures; export the one that is wanted")
    if image.format not in DEPTHS:
        raise NotAPicture(
            name, f"its samples are {image.format} numbers; export it with 8 or 16 bits a channel"
        )
    if image.interpretation not in GRAY | RGB | {"cmyk"}:
        raise NotAPicture(name, f"its colors are {image.interpretation}; export it as RGB")
    if image.bands - _color_bands(image) not in (0, 1):
        raise NotAPicture(name, f"it has {image.bands} channels; export it as RGB with at most one alpha")


def _color_bands(image: pyvips.Image) -> int:
    return 1 if image.interpretation in GRAY else 4 if image.interpretation == "cmyk" else 3


def _orientation(image: pyvips.Image) -> int:
    """Return the EXIF orientation, 1..8; 1 where it is missing or nonsense."""
    value = image.get("orientation") if image.get_typeof("orientation") else 1
    return value if value in range(1, 9) else 1


def _to_rgb(image: pyvips.Image) -> tuple[pyvips.Image, bytes | None]:
    """Return the picture with 3 or 4 bands and the profile of its RGB.

    RGB is passed through. CMYK goes through its own profile, else through the one libvips brings; gray
    through its own, else its values are taken for sRGB. Both become sRGB, so their profile ends here.
    """
    color = image.extract_band(0, n=_color_bands(image)) if image.bands > _color_bands(image) else image
    profile = _profile(image, {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}[color.bands])
    if color.bands == 3:
        return image, profile
    if profile is None and color.bands == 1:
        rgb = color.bandjoin([color, color])
    else:
        rgb = _through_profile(color, profile)
    alpha = [image[image.bands - 1]] if color is not image else []
    return rgb.bandjoin(alpha) if alpha else rgb, None


def _through_profile(color: pyvips.Image, profile: bytes | None) -> pyvips.Image:
    """Convert gray or CMYK to sRGB at its own depth: relative, with black point compensation."""
    if profile is None and color.get_typeof(PROFILE):  # of another class than the pixels: no use to anyone
        color = color.copy()
        color.remove(PROFILE)
    return color.icc_transform(
        "srgb",
        embedded=profile is not None,
        input_profile="cmyk",
        intent="relative",
        black_point_compensation=True,
        depth=DEPTHS[color.format],
    )


def _profile(image: pyvips.Image, space: bytes) -> bytes | None:
    """Return the embedded ICC profile if it is for these channels; ICC.1:2022, 7.2.6 and 7.2.9."""
    if not image.get_typeof(PROFILE):
        return None
    profile: bytes = image.get(PROFILE)
    return profile if profile[16:20] == space and profile[36:40] == b"acsp" else None


def _full_range(pixels: Array, kept: dict[str, bytes]) -> Array:
    """Stretch 10 or 12 bits, which libvips leaves in the upper bits of 16, so that white is 65535."""
    bits = int(kept.get("bits-per-sample", b"16"))
    return pixels | (pixels >> bits) if pixels.dtype == np.uint16 and 8 < bits < 16 else pixels


def _upright(pixels: Array, orientation: int) -> Array:
    """Turn and mirror by the EXIF orientation; EXIF 2.32, tag 0x0112."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, turns)
