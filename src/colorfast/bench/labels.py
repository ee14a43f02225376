"""Garment masks from mask files and from label files, whose pixel values are class ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorfast.errors import MaskMismatch
from colorfast.masks import largest_part
from colorfast.read.image import read_photo
from colorfast.read.labels import read_labels
from colorfast.records import Mask

__all__ = ["Region", "read_labels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Where a picture's garment is written down."""

    path: Path
    labels: tuple[int, ...] = ()
    """Class ids of a palette PNG that are garment; none where white is garment."""
    least: float = 0.5
    """How white garment is at least, 0..1; where it is more than half, only the largest part is taken."""

    def read(self, size: tuple[int, int]) -> Mask:
        """Return the mask (h, w). Raises MaskMismatch, FileMissing or NotAPicture."""
        if self.labels:
            mask = np.isin(read_labels(self.path), self.labels)
        else:
            photo = read_photo(self.path)
            mask = photo.pixels.mean(axis=2) >= self.least * np.iinfo(photo.pixels.dtype).max
        if mask.shape != size:
            raise MaskMismatch(mask.shape, size)
        return largest_part(mask) if self.least > 0.5 else mask
