"""Pictures for the page: small ones for the queue, and whole photos where one zooms in.

Photos of any format, depth and profile come in; JPEG in sRGB, at most as large as the photo, goes out.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from colorfast.pipeline import Stamp
from colorfast.read.image import ReadLimits, read_photo
from colorfast.report.canvas import display, to_jpeg

THUMB_HEIGHT = 112  # pixels: twice what is shown, for fine screens
THUMB_QUALITY, WHOLE_QUALITY = 80, 95
KEPT_THUMBS, KEPT_WHOLE = 4096, 4


def thumbnail(path: Path, limits: ReadLimits) -> bytes:
    """Return a picture of THUMB_HEIGHT as JPEG. Raises ReadError."""
    return _thumbnail(Stamp.of(path), limits)


def whole(path: Path, limits: ReadLimits) -> bytes:
    """Return a photo at its own size as JPEG. Raises ReadError."""
    return _whole(Stamp.of(path), limits)


@lru_cache(maxsize=KEPT_THUMBS)
def _thumbnail(stamp: Stamp, limits: ReadLimits) -> bytes:
    return to_jpeg(display(read_photo(stamp.path, limits), THUMB_HEIGHT), THUMB_QUALITY)


@lru_cache(maxsize=KEPT_WHOLE)
def _whole(stamp: Stamp, limits: ReadLimits) -> bytes:
    photo = read_photo(stamp.path, limits)
    return to_jpeg(display(photo, photo.size[0]), WHOLE_QUALITY)
