"""Degrade a folder of photos or a manifest of pairs, and write the manifest of the pairs with known truth.

Into OUT go the degraded pictures under their own names, `manifest.csv` (input for `colorfast batch`) and
`skipped.csv`, which names every picture that could not be used. The same input gives the same bytes again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from colorfast.batch.inputs import relative
from colorfast.bench.degrade import degrade_photo
from colorfast.bench.distort import DegradeParameters
from colorfast.bench.manifest import csv_bytes, manifest_row
from colorfast.errors import ColorfastError, MaskMissing, PairsError, WriteError
from colorfast.files import make_folder, write_atomically
from colorfast.read.formats import SUFFIXES
from colorfast.read.image import read_photo
from colorfast.read.manifest import UNSAFE
from colorfast.read.mask import read_mask
from colorfast.read.pairs import WORN, read_pairs
from colorfast.read.write import WriteSettings, encode
from colorfast.records import Pair

JPEG_QUALITY = 95  # at 4:4:4, so that the codec's own error stays far below the drawn one

SKIPPED = ("id", "photo", "code", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A picture that could not be degraded, and why."""

    id: str
    photo: Path
    error: ColorfastError


@dataclass(frozen=True, slots=True, kw_only=True)
class DegradeSummary:
    """What a run of `degrade_folder` left in its folder."""

    manifest: Path
    written: int
    skipped: tuple[Skipped, ...]


def degrade_folder(
    photos: Path,
    out: Path,
    *,
    seed: int = 1,
    garment_only: bool = False,
    masks: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DegradeSummary:
    """Degrade every photo of a folder or manifest into `out`.

    photos         folder of photos, or a PAIRS manifest or folder whose references and masks are kept
    seed           with the picture's id decides its error, whatever else is in the folder
    garment_only   change the garment alone; needs a mask for each photo
    masks          folder with STEM.png for the photo STEM.*; goes before the manifest's own masks
    progress       called with (done, total) after each picture

    For a folder of photos the reference and the truth are the photo itself. A picture that cannot be used is
    named in `skipped.csv` and left out; it never stops the rest.
    """
    pairs = [_with_mask(pair, masks) for pair in _pairs_of(photos)]
    names = _names(pairs)
    _refuse_overwriting(pairs, out, names)
    make_folder(out)
    rows, skipped = [], []
    for done, pair in enumerate(pairs, start=1):
        try:
            parameters = _degrade_one(pair, out / names[pair.id], seed=seed, garment_only=garment_only)
            degraded = replace(pair, photo=out / names[pair.id], truth=pair.photo)
            rows.append(manifest_row(degraded, out, parameters, seed))
        except WriteError:
            raise  # a full disk would fail every later picture too
        except ColorfastError as error:
            skipped.append(Skipped(id=pair.id, photo=pair.photo, error=error))
        if progress is not None:
            progress(done, len(pairs))
    manifest = out / "manifest.csv"
    write_atomically(manifest, csv_bytes(rows))
    write_atomically(out / "skipped.csv", csv_bytes([_skipped_row(each, out) for each in skipped], SKIPPED))
    return DegradeSummary(manifest=manifest, written=len(rows), skipped=tuple(skipped))


def _pairs_of(photos: Path) -> tuple[Pair, ...]:
    """Return the pairs of a manifest or pairs folder; of a plain folder, each photo with itself."""
    if not photos.is_dir() or any(photos.glob(f"{WORN}*")):
        return read_pairs(photos)
    files = sorted(path for path in photos.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise PairsError(photos, f"no pictures found; looked for {', '.join(sorted(SUFFIXES))}")
    return tuple(
        Pair(id=id_, photo=path, reference=path) for id_, path in zip(_ids(files), files, strict=True)
    )


def _ids(files: Iterable[Path]) -> list[str]:
    """Return an id for each file: its stem, or its whole name where two would be the same.

    Characters that cannot stand in file names on every system become `_`.
    """
    names = [(UNSAFE.sub("_", path.stem), UNSAFE.sub("_", path.name)) for path in files]
    stems = Counter(stem.casefold() for stem, _ in names)
    return [stem if stems[stem.casefold()] == 1 else name for stem, name in names]


def _with_mask(pair: Pair, masks: Path | None) -> Pair:
    """Return the pair with its mask from the folder of masks, where that has one.

    A photo that is its own reference hands its mask on to the reference.
    """
    found = masks / f"{pair.photo.stem}.png" if masks is not None else None
    mask = found if found is not None and found.is_file() else pair.mask
    same = pair.reference == pair.photo
    return replace(pair, mask=mask, reference_mask=mask if same else pair.reference_mask)


def _degrade_one(pair: Pair, output: Path, *, seed: int, garment_only: bool) -> DegradeParameters:
    """Degrade one photo into a file of the same format and depth."""
    photo = replace(read_photo(pair.photo), id=pair.id)
    if garment_only and pair.mask is None:
        raise MaskMissing(pair.photo)
    mask = read_mask(pair.mask, photo.size) if garment_only and pair.mask is not None else None
    degraded, parameters = degrade_photo(photo, mask, seed=seed)
    write_atomically(output, encode(photo, degraded.pixels, WriteSettings(jpeg_quality=JPEG_QUALITY)))
    return parameters


def _names(pairs: Iterable[Pair]) -> dict[str, str]:
    """Return the output name of each id: the photo's own, with the id in front where two photos share one."""
    shared = Counter(pair.photo.name for pair in pairs)
    return {
        pair.id: pair.photo.name if shared[pair.photo.name] == 1 else f"{pair.id}-{pair.photo.name}"
        for pair in pairs
    }


def _refuse_overwriting(pairs: Iterable[Pair], out: Path, names: Mapping[str, str]) -> None:
    """Stop before any original is replaced by its degraded copy."""
    for pair in pairs:
        if (out / names[pair.id]).resolve() == pair.photo.resolve():
            raise WriteError(out / names[pair.id], "this is the original photo; choose another folder")


def _skipped_row(skipped: Skipped, out: Path) -> dict[str, object]:
    return {
        "id": skipped.id,
        "photo": relative(skipped.photo, out),
        "code": skipped.error.code,
        "reason": str(skipped.error),
    }
