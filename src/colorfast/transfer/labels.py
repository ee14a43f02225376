"""Labels for transfer: from label files, or by a network that tells what a photo shows."""

from __future__ import annotations

from pathlib import Path

from colorfast.read.labels import read_labels
from colorfast.records import Array, Photo
from colorfast.segment.parsing import five_shares, parse
from colorfast.segment.sharpen import sharpen_classes
from colorfast.weights import SHIPPED


def labels_of(photo: Photo, file: Path | None, network: str = SHIPPED) -> Array:
    """Return the id (h, w) of what each pixel shows: that of a label file, else one of the five classes.

    Raises FileMissing or NotAPicture for a label file, and what networks raise.
    """
    if file is not None:
        return read_labels(file)
    return sharpen_classes(photo.pixels, five_shares(parse(photo.pixels, network)))
