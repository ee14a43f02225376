"""Which benchmark cases a folder of real photographs holds.

Known are the layouts of the sets the project tests with, and any manifest of pairs with a `truth` column.
Cases come in an order that hangs on their ids alone, so that the first hundred are an even sample.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np

from colorfast.bench.cases import Case
from colorfast.bench.labels import Region
from colorfast.color.difference import delta_e_2000
from colorfast.errors import PairsError
from colorfast.read.pairs import read_pairs

TOPS = (5, 6, 7)  # LIP parse ids: upper clothes, dress, coat; one top is often labeled with several
CLOTHES = (2,)  # of the five classes
STREET = ("whole", "half", "darkened")  # the scenarios of research that named a photo's error for all peers
NEUTRAL, SATURATED = 3.0, 55.0  # chroma of the worn garment's median, below and above
WRONG = 20.0  # CIEDE2000 between medians: another garment for sure
RED = (-10.0, 50.0)  # hue in degrees, CIELAB
PASTED = 0.98  # of white: a composition mask is surely cloth
PLACES = {
    "bottom": "lower",
    "trousers": "lower",
    "skirt_or_dress": "dress",
    "dress": "dress",
    "outerwear": "outerwear",
}


def find_cases(source: Path) -> tuple[Case, ...]:
    """Return the cases of a manifest, of one data set's folder, or of all sets below a folder.

    Raises PairsError when there are none.
    """
    cases = [case for cases in _finders(source) for case in cases]
    if not cases:
        raise PairsError(
            source, f"no pairs with known truth; give a manifest with a truth column or {_known()}"
        )
    return tuple(sorted(cases, key=lambda case: (case.track, hashlib.sha256(case.id.encode()).digest())))


def viton_cases(folder: Path) -> Iterator[Case]:
    """Still life and on-model photo with their masks: `same`, `still`, `wrong`, and scenarios on small photos."""
    rows = _rows(folder)
    for row, wrong in zip(rows, _wrong_garments(rows), strict=True):
        key, pairs = row["key"], folder / "pairs"
        worn, top = pairs / f"{key}_model.jpg", Region(path=pairs / f"{key}_parse.png", labels=TOPS)
        flat, cloth = pairs / f"{key}_cloth.jpg", Region(path=pairs / f"{key}_clothmask.png")
        other = pairs / f"{wrong}_cloth.jpg", Region(path=pairs / f"{wrong}_clothmask.png")
        for track, reference, region in (("same", worn, top), ("still", flat, cloth), ("wrong", *other)):
            yield Case(
                id=f"viton-{key}",
                data_set=folder.name,
                track=track,
                stratum=row["stratum"],
                truth=worn,
                reference=reference,
                mask=top,
                reference_mask=region,
            )
        for track in _scenarios(row):
            yield _scenario(f"viton-{key}", folder.name, track, row["stratum"], worn, top)


def ccp_cases(folder: Path) -> Iterator[Case]:
    """Street photos with all clothes as the garment: track `same`, and the scenarios of STREET."""
    for row in _rows(folder):
        photo = folder / "photos" / f"{row['id']}.jpg"
        clothes = Region(path=folder / "labels5" / f"{row['id']}.png", labels=CLOTHES)
        yield Case(
            id=f"ccp-{row['id']}",
            data_set=folder.name,
            track="same",
            stratum="street",
            truth=photo,
            reference=photo,
            mask=clothes,
            reference_mask=clothes,
        )
        for track in STREET:
            yield _scenario(f"ccp-{row['id']}", folder.name, track, "street", photo, clothes)


def view_cases(folder: Path) -> Iterator[Case]:
    """The back of a garment after its front, both worn and without masks: track `view`."""
    views: dict[str, dict[str, dict[str, str]]] = {}
    for row in _rows(folder):
        views.setdefault(row["garment_id"], {})[row["view"]] = row
    for garment, by_view in views.items():
        if "close_front" in by_view and "back" in by_view:
            front, back = by_view["close_front"], by_view["back"]
            yield Case(
                id=f"view-{garment}",
                data_set=folder.name,
                track="view",
                stratum=front["kind"],
                truth=folder / "images" / back["file"],
                reference=folder / "images" / front["file"],
                place=PLACES.get(front["kind"], "upper"),
            )


def recolor_cases(folder: Path) -> Iterator[Case]:
    """One photo retouched into several garment colors, each into each: track `recolor`."""
    rows = list(_rows(folder))
    for wrong, right in permutations(rows, 2):
        if wrong["scene"] == right["scene"]:
            mask = Region(path=folder / f"{right['scene']}_garment_mask.png")
            yield Case(
                id=f"recolor-{right['scene']}-{wrong['colour']}-{right['colour']}",
                data_set=folder.name,
                track="recolor",
                stratum=right["colour"],
                truth=folder / right["file"],
                reference=folder / right["file"],
                photo=folder / wrong["file"],
                mask=mask,
                reference_mask=mask,
            )


def generated_cases(folder: Path) -> Iterator[Case]:
    """What a generator made of a real photo, with the still life: track `ai`."""
    for row in _rows(folder):
        key = row["key"]
        yield Case(
            id=f"ai-{key}",
            data_set=folder.name,
            track="ai",
            stratum=row["model"],
            truth=folder / f"{key}_real.png",
            reference=folder / f"{key}_cloth.png",
            photo=folder / f"{key}_coarse.png",
            mask=Region(path=folder / f"{key}_mask.png", least=PASTED),
        )


def manifest_cases(manifest: Path) -> Iterator[Case]:
    """Pairs with a truth: track `same` where the reference is the truth itself, else `pairs`."""
    for pair in read_pairs(manifest):
        if pair.truth is None or pair.reference is None:
            continue
        yield Case(
            id=pair.id,
            data_set=manifest.resolve().parent.name,
            track="same" if pair.truth.resolve() == pair.reference.resolve() else "pairs",
            stratum=pair.garment,
            truth=pair.truth,
            reference=pair.reference,
            photo=pair.photo,
            mask=None if pair.mask is None else Region(path=pair.mask),
            reference_mask=None if pair.reference_mask is None else Region(path=pair.reference_mask),
        )


DATASETS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "viton_pairs": viton_cases,
    "ccp": ccp_cases,
    "onmodel_views": view_cases,
    "recolour": recolor_cases,
    "gan_triples": generated_cases,
}


def _finders(source: Path) -> Iterator[Iterable[Case]]:
    """Yield the cases of each set that the source is or holds."""
    if not source.exists():
        raise PairsError(source, "there is no such folder or manifest")
    if source.is_file():
        yield manifest_cases(source)
    elif (name := source.resolve().name) in DATASETS:
        yield DATASETS[name](source)
    elif (source / "manifest.csv").is_file():
        yield manifest_cases(source / "manifest.csv")
    else:
        for name, cases in DATASETS.items():
            if (source / name / "manifest.csv").is_file():
                yield cases(source / name)


def _wrong_garments(rows: Sequence[dict[str, str]]) -> Iterator[str]:
    """Yield for each row the key of the next one whose garment nobody could take for it."""
    cloth, worn = (
        np.array([[float(row[f"{what}_{axis}"]) for axis in "Lab"] for row in rows], np.float32)
        for what in ("cloth", "model")
    )
    for number in range(len(rows)):
        order = np.roll(np.arange(len(rows)), -number - 1)
        apart = np.minimum(
            delta_e_2000(cloth[order], cloth[number]), delta_e_2000(cloth[order], worn[number])
        )
        yield rows[order[int(np.argmax(apart >= WRONG))]]["key"]


def _scenarios(row: dict[str, str]) -> Iterator[str]:
    """Yield the scenarios that a garment of `viton_pairs` suits."""
    a, b = float(row["model_a"]), float(row["model_b"])
    chroma, hue = math.hypot(a, b), math.degrees(math.atan2(b, a))
    yield from ("uneven", "lit", "wide", "narrow")
    yield "shares" if row["stratum"] == "pattern" else "stripes"
    if chroma < NEUTRAL:
        yield "neutral"
    if chroma > SATURATED and RED[0] < hue < RED[1]:
        yield "gamut"


def _scenario(id: str, data_set: str, track: str, stratum: str, photo: Path, mask: Region) -> Case:  # noqa: A002
    return Case(
        id=id,
        data_set=data_set,
        track=track,
        stratum=stratum,
        truth=photo,
        reference=photo,
        mask=mask,
        reference_mask=mask,
    )


def _rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of a set's manifest."""
    return list(csv.DictReader((folder / "manifest.csv").read_text(encoding="utf-8").splitlines()))


def _known() -> str:
    return "a folder with " + ", ".join(DATASETS)
