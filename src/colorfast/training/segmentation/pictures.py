"""Labeled photos in two flat files, decoded once, so that a training step waits for no decoder.

Pixels are sRGB code values (h, w, 3) uint8, labels sets of classes (h, w) uint16, both at training size.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np

from colorfast.files import write_atomically
from colorfast.read.image import read_photo
from colorfast.records import Array
from colorfast.training.segmentation.readers import Labeled

LONGEST = 512  # pixels of a stored photo's longer side: training sees no photo larger than this


class Pictures:
    """Decoded photos and labels, mapped into memory; index them by number."""

    def __init__(self, folder: Path, sizes: Sequence[tuple[int, int]], ids: Sequence[str]) -> None:
        self.sizes, self.ids = sizes, ids
        self._starts = [0, *accumulate(height * width for height, width in sizes)]
        self._pixels = np.memmap(folder / "pixels.u8", np.uint8, "r").reshape(-1, 3)
        self._labels = np.memmap(folder / "labels.u16", np.uint16, "r")

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(self, number: int) -> tuple[Array, Array]:
        """Return pixels (h, w, 3) uint8 and labels (h, w) uint16 of one photo."""
        start, end = self._starts[number], self._starts[number + 1]
        size = self.sizes[number]
        return self._pixels[start:end].reshape(*size, 3), self._labels[start:end].reshape(size)


def open_pictures(labeled: Sequence[Labeled], cache: Path, *, longest: int = LONGEST) -> Pictures:
    """Return the photos at training size, decoded on the first call and mapped from `cache` later."""
    folder = cache / key_of(labeled, longest)
    index = folder / "index.json"
    if not index.is_file():  # written last: where it stands, the other two are whole
        folder.mkdir(parents=True, exist_ok=True)
        sizes = _decode_all(labeled, folder, longest)
        write_atomically(index, json.dumps({"sizes": sizes, "ids": [one.id for one in labeled]}).encode())
    known = json.loads(index.read_text(encoding="utf-8"))
    return Pictures(folder, [(height, width) for height, width in known["sizes"]], known["ids"])


def key_of(labeled: Sequence[Labeled], longest: int) -> str:
    """Return a name that changes with the files, with what their ids mean, and with the size."""
    made_of = hashlib.sha256(str(longest).encode())
    for one in labeled:
        for path in (one.photo, one.file):
            stat = path.stat()
            made_of.update(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}".encode())
        made_of.update(one.meaning.tobytes())
    return made_of.hexdigest()[:16]


def _decode_all(labeled: Sequence[Labeled], folder: Path, longest: int) -> list[tuple[int, int]]:
    sizes = []
    with (folder / "pixels.u8").open("wb") as pixels, (folder / "labels.u16").open("wb") as labels:
        for one in labeled:
            photo, classes = training_size(read_photo(one.photo).pixels, one.labels(), longest)
            pixels.write(photo.tobytes())
            labels.write(classes.tobytes())
            sizes.append(classes.shape)
    return sizes


def training_size(photo: Array, labels: Array, longest: int) -> tuple[Array, Array]:
    """Return photo (h, w, 3) uint8 and labels no longer than `longest`; never larger than they were.

    Labels are taken where the photo has its pixels, should their sizes differ.
    """
    if photo.dtype == np.uint16:
        photo = (photo >> 8).astype(np.uint8)
    height, width = photo.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size != (width, height):
        photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    if size != labels.shape[::-1]:
        labels = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST_EXACT)
    return photo, labels
