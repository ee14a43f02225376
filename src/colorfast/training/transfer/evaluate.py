"""How near color transfers come to the truth, and to the reference's colors.

Photos of a labeled folder are recolored, as a whole or in the clothes alone; the reference is the recolored photo,
so that the truth is known. Pairs in the layout of `colour_transfer` have no truth: there it is measured how far the
result's colors still are from the reference's. All pictures are reduced to LONGEST pixels first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from colorfast.bench.degrade import generator
from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import palette_of
from colorfast.color.spaces import rgb_to_lab
from colorfast.correct.sliced import apart
from colorfast.read.image import read_photo
from colorfast.read.labels import read_labels
from colorfast.records import Array, Lab
from colorfast.training.segmentation.pictures import training_size
from colorfast.training.segmentation.readers import Labeled, rows_of
from colorfast.training.transfer.colors import CLOTHES
from colorfast.training.transfer.methods import Labels, Method
from colorfast.training.transfer.recolor import draw_grade

LONGEST = 256
UNITS = np.array(
    [50, 110, 110], np.float32
)  # Lab units that count as 1 in the image loss, as networks see them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One pair that methods are tried on."""

    id: str
    kind: str
    """whole, clothes, clothes by mask, same; or the relevance of a pair, with or without labels."""
    source: Lab
    """(h, w, 3)."""
    reference: Lab
    truth: Lab | None = None
    labels: Labels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One method on one pair."""

    method: str
    id: str
    kind: str
    delta_e: float | None
    """Mean ΔE76 to the truth; None where nobody knows it."""
    image: float | None
    """The image loss of histogram analogy: mean square error to the truth, of scaled Lab."""
    distance: float
    """Sliced Wasserstein distance between the result's colors and the reference's, Lab units."""
    flip: float
    """Mean ΔE00 between the mirrored result and the result of the mirrored source."""


def recolored(labeled: Iterable[Labeled]) -> Iterator[Trial]:
    """Yield each photo under a change of all its colors, of its clothes' alone, and as it is."""
    for one in labeled:
        pixels, ids = training_size(read_photo(one.photo).pixels, one.labels(), LONGEST)
        rgb = pixels.astype(np.float32) / 255
        changed = draw_grade(generator(1, one.id))(rgb.reshape(-1, 3)).reshape(rgb.shape)
        clothes = (ids > 0) & ((ids & ~np.uint16(CLOTHES)) == 0)
        before, after = rgb_to_lab(rgb), rgb_to_lab(changed)
        dyed, mask = np.where(clothes[..., None], after, before), clothes.astype(np.uint8)
        yield Trial(id=one.id, kind="whole", source=before, reference=after, truth=after)
        yield Trial(id=one.id, kind="clothes", source=before, reference=dyed, truth=dyed)
        masks = (mask, mask)
        yield Trial(
            id=one.id, kind="clothes by mask", source=before, reference=dyed, truth=dyed, labels=masks
        )
        yield Trial(id=one.id, kind="same", source=before, reference=before, truth=before)


def real_pairs(folder: Path) -> Iterator[Trial]:
    """Yield the pairs of a pairs.csv, without labels and with them. Raises PairsError."""
    for row in rows_of(folder / "pairs.csv"):
        source, reference = (_reduced(folder / row[name]) for name in ("source", "reference"))
        trial = Trial(id=row["key"], kind=row["relevance"], source=source, reference=reference)
        yield trial
        if row.get("source_seg") and row.get("reference_seg"):
            here = _ids(folder / row["source_seg"], source)
            labels = here, _ids(folder / row["reference_seg"], reference)
            kind = f"{row['relevance']}, labels"
            yield Trial(id=row["key"], kind=kind, source=source, reference=reference, labels=labels)


def tried(trial: Trial, methods: Mapping[str, Method]) -> Iterator[tuple[Score, Lab]]:
    """Yield what each method reaches on a pair, and its picture in Lab."""
    target = palette_of(trial.reference.reshape(-1, 3))
    mirrored = None if trial.labels is None else (_mirrored(trial.labels[0]), trial.labels[1])
    for name, method in methods.items():
        found = method(trial.source, trial.reference, trial.labels)
        other = method(_mirrored(trial.source), trial.reference, mirrored)
        points, shares = palette_of(found.reshape(-1, 3)).points
        gap = None if trial.truth is None else found - trial.truth
        score = Score(
            method=name,
            id=trial.id,
            kind=trial.kind,
            delta_e=None if gap is None else float(np.linalg.norm(gap, axis=-1).mean()),
            image=None if gap is None else float(((gap / UNITS) ** 2).mean()),
            distance=apart(points, shares, target),
            flip=float(delta_e_2000(_mirrored(found), other).mean()),
        )
        yield score, found


def means(scores: Sequence[Score]) -> list[tuple[str, ...]]:
    """Return a line a kind and method: pairs, mean ΔE76, image loss, distance of colors, change under a flip."""
    lines: list[tuple[str, ...]] = [
        ("kind", "method", "pairs", "ΔE76", "image loss", "distance", "flip ΔE00")
    ]
    for kind, method in dict.fromkeys((one.kind, one.method) for one in scores):
        own = [one for one in scores if (one.kind, one.method) == (kind, method)]
        lines.append(
            (
                kind,
                method,
                str(len(own)),
                _mean([one.delta_e for one in own], 2),
                _mean([one.image for one in own], 5),
                _mean([one.distance for one in own], 2),
                _mean([one.flip for one in own], 3),
            )
        )
    return lines


def _mean(values: Sequence[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    return f"{np.mean(known):.{digits}f}" if known else "-"


def _mirrored(picture: Array) -> Array:
    return np.ascontiguousarray(picture[:, ::-1])


def _reduced(path: Path) -> Lab:
    pixels = read_photo(path).pixels
    scale = min(1.0, LONGEST / max(pixels.shape[:2]))
    width, height = (max(1, round(side * scale)) for side in pixels.shape[1::-1])
    return rgb_to_lab(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA))


def _ids(path: Path, like: Lab) -> Array:
    ids = read_labels(path)
    return np.asarray(cv2.resize(ids, like.shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT))
