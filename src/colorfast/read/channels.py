"""What comes off a loader becomes upright RGB at its own depth.

libvips images come in, lazily: nothing is decoded before the header was found good. RGB keeps its code
values and its ICC profile; gray and CMYK become sRGB.
"""

from __future__ import annotations

import numpy as np
import pyvips

from colorfast.errors import NotAPicture
from colorfast.records import Array

COLOR_BANDS = {"b-w": 1, "grey16": 1, "srgb": 3, "rgb": 3, "rgb16": 3, "cmyk": 4}  # by libvips interpretation
DEPTHS = {"uchar": 8, "ushort": 16}  # by libvips format
ICC_SPACES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}  # by bands; ICC.1:2022, table 19
PROFILE = "icc-profile-data"


def check_channels(image: pyvips.Image, name: object) -> None:
    """Raise NotAPicture unless it is one page of gray, RGB or CMYK, 8 or 16 bits, with one alpha at most."""
    kind, bands = image.interpretation, image.bands
    pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    if pages > 1:
        raise NotAPicture(str(name), f"it holds {pages} pictures; export the one that is wanted")
    if image.format not in DEPTHS:
        raise NotAPicture(str(name), f"its samples are {image.format} numbers; export it with 8 or 16 bits")
    if kind not in COLOR_BANDS:
        raise NotAPicture(str(name), f"its colors are {kind}; export it as RGB")
    if bands - COLOR_BANDS[kind] not in (0, 1):
        raise NotAPicture(str(name), f"it has {bands} channels; export it as RGB with at most one alpha")


def rgb_of(image: pyvips.Image) -> tuple[pyvips.Image, bytes | None]:
    """Return the picture with 3 bands, or 4 with its alpha, and the ICC profile of its RGB; None is sRGB.

    RGB is passed through. CMYK goes through its own profile, else through the one libvips brings; gray
    through its own, else its values are taken for sRGB. Both become sRGB, so their profile ends here.
    """
    bands = COLOR_BANDS[image.interpretation]
    profile = profile_of(image)
    if bands == 3:
        return image, profile
    color = image.extract_band(0, n=bands)
    plain_gray = profile is None and bands == 1
    rgb = color.bandjoin([color, color]) if plain_gray else _through_profile(color, profile)
    return (rgb.bandjoin(image[bands]) if image.bands > bands else rgb), None


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


def profile_of(image: pyvips.Image) -> bytes | None:
    """Return the embedded ICC profile if it is for its channels; ICC.1:2022, 7.2.6 and 7.2.9."""
    bands = COLOR_BANDS[image.interpretation]
    if not image.get_typeof(PROFILE):
        return None
    profile: bytes = image.get(PROFILE)
    return profile if profile[16:20] == ICC_SPACES[bands] and profile[36:40] == b"acsp" else None


def orientation_of(image: pyvips.Image) -> int:
    """Return the EXIF orientation, 1..8; 1 where it is missing or nonsense."""
    value = image.get("orientation") if image.get_typeof("orientation") else 1
    return int(value) if value in range(1, 9) else 1


def upright(pixels: Array, orientation: int) -> Array:
    """Turn and mirror (h, w, n) by the EXIF orientation; EXIF 2.32, tag 0x0112."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, turns)


def full_range(pixels: Array, bits: int) -> Array:
    """Stretch 10 or 12 bits, which libvips leaves in the upper bits of 16, so that white is 65535."""
    return pixels | (pixels >> bits) if pixels.dtype == np.uint16 and 8 < bits < 16 else pixels
