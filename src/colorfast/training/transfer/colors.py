"""The colors of labeled photos, by region: all that a network which sees distributions can learn from.

A region is a whole photo or one garment in it; it is kept as SAMPLES pixels drawn from it, so that a thousand
photos are a few dozen megabytes and a training step decodes nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorfast.errors import PairsError
from colorfast.files import write_atomically
from colorfast.labels import GARMENT
from colorfast.masks import erode
from colorfast.read.image import read_photo
from colorfast.records import Array, Mask
from colorfast.training.segmentation.classes import five_label
from colorfast.training.segmentation.pictures import key_of, training_size
from colorfast.training.segmentation.readers import Labeled

SAMPLES = 2048
LONGEST = 512  # pixels of a photo's longer side, before it is sampled
CORE = 1.5  # pixels that a garment's mask is eroded by: its edge holds mixtures
LEAST = 0.015  # share of the photo that a garment must cover
CLOTHES = five_label("clothes")
KINDS = tuple(1 << GARMENT.index(name) for name in ("upper", "lower", "dress", "outerwear"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regions:
    """Regions of photos."""

    colors: Array
    """(n, SAMPLES, 3) uint8 sRGB."""
    places: Array
    """(n, SAMPLES, 2) float16 row and column, 0..1 of the photo."""
    clothes: Array
    """(n, SAMPLES) bool: which pixels show clothes."""
    whole: Array
    """(n,) bool: whether the region is the whole photo, else a garment."""

    def __len__(self) -> int:
        return len(self.whole)


def open_regions(labeled: Sequence[Labeled], cache: Path) -> Regions:
    """Return the regions of labeled photos, sampled on the first call and read from `cache` later."""
    path = cache / f"{key_of(labeled, SAMPLES)}.npz"
    if not path.is_file():
        rows = [row for number, one in enumerate(labeled) for row in _regions(one, number)]
        if not rows:
            raise PairsError(cache, "no photo holds enough pixels")
        packed = io.BytesIO()
        colors, places, clothes, whole = (np.stack(part) for part in zip(*rows, strict=True))
        np.savez(packed, colors=colors, places=places, clothes=clothes, whole=whole)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, packed.getvalue())
    with np.load(path) as found:
        return Regions(**found)


def _regions(one: Labeled, number: int) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Yield colors, places, clothes and whether it is whole, of the photo and of each garment in it."""
    photo, labels = training_size(read_photo(one.photo).pixels, one.labels(), LONGEST)
    clothes = (labels > 0) & ((labels & ~np.uint16(CLOTHES)) == 0)
    rng = np.random.default_rng(number)
    for mask in (np.ones(labels.shape, bool), *_garments(labels, clothes)):
        chosen = rng.choice(np.flatnonzero(mask), SAMPLES)
        rows, columns = np.divmod(chosen, labels.shape[1])
        places = np.stack([rows / labels.shape[0], columns / labels.shape[1]], 1).astype(np.float16)
        yield photo[rows, columns], places, clothes[rows, columns], np.array(mask.all())


def _garments(labels: Array, clothes: Mask) -> Iterator[Mask]:
    """Yield the core of each garment that is large enough; of all clothes, where they are not told apart."""
    masks = [labels == kind for kind in KINDS]
    if not any(mask.any() for mask in masks):
        masks = [clothes]
    for mask in masks:
        core = erode(mask, CORE)
        if np.count_nonzero(core) >= LEAST * core.size:
            yield core
