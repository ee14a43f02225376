"""Label files of a photo or of a folder of photos: what each pixel shows, by a network.

A photo goes in, a palette PNG of class ids at the photo's own size, upright, and a `Labeled` come out. A bad
picture of a folder is named and the others go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorfast.errors import ColorfastError, PairsError
from colorfast.files import make_folder, write_atomically
from colorfast.pipeline import Clock
from colorfast.read.formats import SUFFIXES
from colorfast.read.image import read_photo
from colorfast.records import Array
from colorfast.segment.cache import Kept, key_of, remembered
from colorfast.segment.label_file import classes_of, label_file
from colorfast.segment.parsing import five_shares, parse
from colorfast.segment.sharpen import sharpen_classes
from colorfast.settings import Settings
from colorfast.weights import find


@dataclass(frozen=True, slots=True, kw_only=True)
class Labeled:
    """One photo and its label file."""

    id: str
    photo: Path
    output: Path
    network: str = ""
    sha256: str = ""
    shares: Mapping[str, float] | None = None
    """Share of the photo's pixels by class, 0..1."""
    timings_ms: Mapping[str, float] | None = None
    error: ColorfastError | None = None
    """Why there is no label file."""


def label_photos(
    source: Path, out: Path, *, network: str, classes: str, settings: Settings
) -> Iterator[Labeled]:
    """Write the label file of a photo, or of every photo of a folder; yield each when it is done.

    out       a PNG for a photo, a folder for a folder: it then gets STEM.png each
    network   one of weights.NAMES
    classes   "5" for ChromaFashionNet's, "garment" for ours

    Raises PairsError when a folder holds no photos or a photo would be written over, WriteError when there can be
    no such folder, and for a single photo whatever reading, asking and writing raise.
    """
    if not source.is_dir():
        _refuse_overwriting([source], [out])
        yield _labeled(source, out, network, classes, settings)
        return
    photos = sorted(path for path in source.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not photos:
        raise PairsError(source, f"no pictures found; looked for {', '.join(sorted(SUFFIXES))}")
    outputs = [out / name for name in _names(photos)]
    _refuse_overwriting(photos, outputs)
    make_folder(out)
    for photo, output in zip(photos, outputs, strict=True):
        try:
            yield _labeled(photo, output, network, classes, settings)
        except ColorfastError as error:
            yield Labeled(id=photo.stem, photo=photo, output=output, error=error)


def _labeled(photo: Path, output: Path, network: str, classes: str, settings: Settings) -> Labeled:
    clock = Clock()
    with clock.stage("read"):
        picture = read_photo(photo, settings.read)
        pixels = picture.pixels
    weights, room, flip = find(network), settings.segment.cache_megabytes, settings.segment.flip
    with clock.stage("label"):
        key = key_of(pixels, "labels", weights.name, weights.sha256, classes, flip) if room else ""
        ids = remembered(key, lambda: _found(pixels, network, classes, flip), room).picture
        names = classes_of(classes)
        counts = np.bincount(ids.ravel(), minlength=len(names)) / ids.size
    with clock.stage("write"):
        write_atomically(output, label_file(ids, names))
    return Labeled(
        id=photo.stem,
        photo=photo,
        output=output,
        network=weights.name,
        sha256=weights.sha256,
        shares={name: round(float(share), 4) for name, share in zip(names, counts, strict=True)},
        timings_ms=clock.spent_ms,
    )


def _found(pixels: Array, network: str, classes: str, flip: bool) -> Kept:
    parsed = parse(pixels, network, flip=flip)
    return Kept(sharpen_classes(pixels, five_shares(parsed) if classes == "5" else parsed.shares), {})


def _names(photos: list[Path]) -> list[str]:
    """Return STEM.png for each photo, NAME.png with its suffix where two have one stem."""
    stems = Counter(photo.stem.casefold() for photo in photos)
    return [f"{photo.stem if stems[photo.stem.casefold()] == 1 else photo.name}.png" for photo in photos]


def _refuse_overwriting(photos: list[Path], outputs: list[Path]) -> None:
    taken = {photo.resolve() for photo in photos}
    for output in outputs:
        if output.resolve() in taken:
            raise PairsError(
                output, "this photo would be written over by labels; give another place for them"
            )
