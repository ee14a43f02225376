"""The demo: a real portrait and six made pictures get a known color error and are corrected back.

OUT/pairs holds what a user would bring, named as `colorfast batch` expects it, with masks and truth in a
manifest; OUT itself gets what a batch leaves, the page included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from colorfast.batch.local import on_this_machine
from colorfast.batch.run import run_batch
from colorfast.bench.degrade import degrade_photo, soft_edge
from colorfast.bench.manifest import csv_bytes, manifest_row
from colorfast.bench.pictures import KINDS, made_pair
from colorfast.bench.portrait import portrait, suit_mask
from colorfast.files import make_folder, write_atomically
from colorfast.masks import bounding_box, erode, fill_holes
from colorfast.read.pairs import read_pairs
from colorfast.read.write import encode, encode_mask
from colorfast.records import Array, Mask, Pair, Photo
from colorfast.report.rows import Row
from colorfast.settings import Settings

PORTRAIT = "astronaut"
GROUND = 245.0  # code value of the light ground the suit is laid on
MARGIN = 48  # pixels of ground around the suit
SIZE = (800, 600)  # of the made pictures: enough to judge by eye, rendered in a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A photo with true colors, its still life, and where the garment is in both."""

    id: str
    worn: Array
    worn_mask: Mask
    flat: Array
    flat_mask: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What a demo left."""

    rows: tuple[Row, ...]
    page: Path
    manifest: Path


def run_demo(
    out: Path,
    settings: Settings | None = None,
    *,
    seed: int = 1,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Demo:
    """Make the demo's pairs, correct them, and return the rows of the table and the page.

    progress   called with (done, total): each picture counts once when made and once when corrected

    Raises ExtraMissing without scikit-image, which brings the portrait, and WriteError.
    """
    total = 2 * (1 + len(KINDS))
    step = progress or _ignored
    manifest = write_pairs(out / "pairs", seed=seed, progress=lambda done: step(done, total))
    pairs = read_pairs(manifest)
    settings = settings or Settings()
    rows = run_batch(
        pairs,
        out,
        settings,
        engine=on_this_machine(workers, settings.batch),
        progress=lambda _, done, count: step(total - count + done, total),
    )
    return Demo(rows=rows, page=out / "index.html", manifest=manifest)


def write_pairs(folder: Path, *, seed: int, progress: Callable[[int], None]) -> Path:
    """Write the demo's pictures and their manifest into a folder and return the manifest."""
    _make(folder)
    rows = []
    for done, make in enumerate((_portrait, *(_maker(kind) for kind in KINDS)), start=1):
        rows.append(_write(make(), folder, seed))
        progress(done)
    manifest = folder / "manifest.csv"
    write_atomically(manifest, csv_bytes(rows))
    return manifest


def suit_on_ground(picture: Array, mask: Mask) -> tuple[Array, Mask]:
    """Return the suit of the portrait alone on a light ground, as a product shot shows it, and its mask.

    The outermost pixels are left out: they hold some of what was behind. Patches are shown and not masked.
    """
    inner = erode(mask, 1)
    box = bounding_box(inner)
    margins = ((MARGIN, MARGIN), (MARGIN, MARGIN))
    alpha = np.pad(soft_edge(fill_holes(inner))[box], margins)[..., None]
    cloth = np.pad(picture[box].astype(np.float32), (*margins, (0, 0)))
    flat = np.rint(GROUND + alpha * (cloth - GROUND)).astype(np.uint8)
    return flat, np.pad(inner[box], margins)


def _portrait() -> Scene:
    picture = portrait()
    mask = suit_mask(picture)
    flat, flat_mask = suit_on_ground(picture, mask)
    return Scene(id=PORTRAIT, worn=picture, worn_mask=mask, flat=flat, flat_mask=flat_mask)


def _maker(kind: str) -> Callable[[], Scene]:
    def make() -> Scene:
        made = made_pair(kind, SIZE)
        return Scene(
            id=kind, worn=made.worn, worn_mask=made.worn_mask, flat=made.flat, flat_mask=made.flat_mask
        )

    return make


def _write(scene: Scene, folder: Path, seed: int) -> dict[str, object]:
    """Write one scene's files, degraded as seed and id say, and return its row of the manifest."""
    truth = Photo(id=scene.id, pixels=scene.worn, format="png")
    degraded, parameters = degrade_photo(truth, scene.worn_mask, seed=seed)
    pair = Pair(
        id=scene.id,
        photo=folder / f"on-model-{scene.id}.png",
        reference=folder / f"still-life-{scene.id}.png",
        mask=folder / "masks" / f"on-model-{scene.id}.png",
        reference_mask=folder / "masks" / f"still-life-{scene.id}.png",
        truth=folder / "truth" / f"{scene.id}.png",
    )
    files = {
        pair.photo: encode(truth, degraded.pixels),
        pair.reference: encode(replace(truth, pixels=scene.flat), scene.flat),
        pair.mask: encode_mask(scene.worn_mask),
        pair.reference_mask: encode_mask(scene.flat_mask),
        pair.truth: encode(truth, scene.worn),
    }
    for path, data in files.items():
        assert path is not None
        write_atomically(path, data)
    return manifest_row(pair, folder, parameters, seed)


def _make(folder: Path) -> None:
    for each in (folder, folder / "masks", folder / "truth"):
        make_folder(each)


def _ignored(done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""
