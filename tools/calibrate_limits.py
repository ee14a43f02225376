"""Print the tables of docs/concepts/metrics.md: what passes the default limits, and what each metric rejects.

    COLORFAST_DATA=DATA python tools/calibrate_limits.py [--first 2] [--every 4] [--seed 1]

Reads DATA/viton_pairs: real pairs of still life and on-model photo, 192 x 256, with parse labels. Each photo's
garment gets a known color error; after is the photo itself, the photo left as degraded, the hybrid's correction,
or a corrupted picture, each written as JPEG and decoded again. The limits were chosen on --first 0 and are tried
on --first 2.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from colorfast.bench.degrade import degrade_photo
from colorfast.bench.labels import read_labels
from colorfast.color.difference import delta_e_2000
from colorfast.color.distribution import palette_of
from colorfast.color.profiles import from_lab, to_lab
from colorfast.color.sampling import core_colors
from colorfast.masks import erode
from colorfast.pipeline import correct
from colorfast.read.image import decode, read_photo
from colorfast.read.mask import read_mask
from colorfast.read.write import encode, with_part
from colorfast.records import Array, Garment, Judgement, Mask, Measures, Palette, Photo
from colorfast.segment.garment import find_garment, find_reference
from colorfast.segment.person import shows_person
from colorfast.settings import Settings
from colorfast.verify import PRESETS, judge, measure
from colorfast.verify.texture import texture

TOP, FACE = (5, 6, 7), 13  # parse labels: upper clothes, dress, coat; face
FEWEST = 300  # garment pixels
FACE_SHIFT = np.array([0, 6, -4], np.float32)  # ΔE00 about 6 on skin
NAMES = {
    "true": "the true photo",
    "hybrid": "corrected by `hybrid`",
    "degraded": "left degraded",
    "half": "half of it corrected",
    "swap": "red and blue swapped",
    "flat": "flat fill",
    "blur": "blur, σ 1.5 px",
    "posterized": "six levels a channel",
    "rim": "a rim of 2 px",
    "face": "face shifted by ΔE00 6",
}
REJECTS = {
    "flat": "structure",
    "blur": "structure",
    "posterized": "structure",
    "face": "spill",
    "rim": "rim",
    "half": "sci",
    "swap": "delta_e_palette",
}
LIMITS = {
    "structure": "texture",
    "spill": "spill",
    "rim": "rim",
    "sci": "coherence",
    "delta_e_palette": "palette",
}


class Scene(NamedTuple):
    """A real photo, the same with a wrong garment, and where garment and face are."""

    true: Photo
    before: Photo
    garment: Garment
    face: Mask
    targets: Mapping[str, Palette]
    """The still life's palette and the photo's own."""


class Outcome(NamedTuple):
    """One delivered picture under one target."""

    measures: Measures
    own: Judgement
    seed: Judgement


class Gap(NamedTuple):
    """How the hybrid's picture compares with the truth."""

    color: float
    texture: float
    passed: bool


def read_scenes(folder: Path, every: slice, seed: int) -> Iterator[Scene]:
    """Yield the scenes of some rows of the manifest."""
    with (folder / "manifest.csv").open() as rows:
        keys = [row["key"] for row in csv.DictReader(rows)][every]
    for key in keys:
        true, cloth = (read_photo(folder / "pairs" / f"{key}_{part}.jpg") for part in ("model", "cloth"))
        labels = read_labels(folder / "pairs" / f"{key}_parse.png")
        mask = np.isin(labels, TOP)
        if mask.sum() >= FEWEST:
            flat = read_mask(folder / "pairs" / f"{key}_clothmask.png", cloth.size)
            yield make_scene((true, cloth), mask, flat, labels == FACE, seed)


def make_scene(photos: tuple[Photo, Photo], mask: Mask, flat: Mask, face: Mask, seed: int) -> Scene:
    """Degrade the garment of a photo; the targets are the still life and the photo itself."""
    true, cloth = photos
    garment = find_garment(true, None, mask=mask)
    laid = find_reference(cloth, mask=flat)
    before = delivered(true, degrade_photo(true, mask, seed=seed)[0].pixels)
    targets = {
        name: replace(palette_of(core_colors(photo, shown)), on_person=shows_person(photo, shown))
        for name, photo, shown in (("still", cloth, laid), ("same", true, garment))
    }
    pixels = np.where((garment.alpha > 0)[..., None], true.pixels, before.pixels)
    true = Photo(id=true.id, pixels=pixels, format=true.format)
    return Scene(true, before, garment, face, targets)


def delivered(photo: Photo, pixels: Array) -> Photo:
    """Return a picture as its file will show it."""
    return decode(encode(photo, pixels), photo.id)


def mixed(scene: Scene, cloth: Array) -> Array:
    """Return the true photo with the garment's share of each pixel replaced."""
    alpha = scene.garment.alpha[..., None]
    return np.rint(scene.true.pixels * (1 - alpha) + cloth * alpha).clip(0, 255).astype(np.uint8)


def pictures(scene: Scene) -> dict[str, Array]:
    """Return the pixels of every case that no target changes."""
    true, before, garment = scene.true.pixels, scene.before.pixels, scene.garment
    left = np.arange(true.shape[1])[None] < np.median(np.nonzero(garment.core)[1])
    rim = (garment.alpha > 0) & ~erode(garment.alpha >= 0.5, 2)
    lab = to_lab(true, scene.true.profile) + FACE_SHIFT
    return {
        "true": true,
        "degraded": before,
        "half": np.where(left[..., None], true, before),
        "swap": mixed(scene, true[..., ::-1]),
        "flat": mixed(scene, np.broadcast_to(np.median(true[garment.core], axis=0), true.shape)),
        "blur": mixed(scene, cv2.GaussianBlur(true, (0, 0), 1.5)),
        "posterized": mixed(scene, np.rint(np.rint(true / 51) * 51)),
        "rim": np.where(rim[..., None], before, true),
        "face": np.where(scene.face[..., None], from_lab(lab, scene.true.profile, np.uint8), true),
    }


def corrected(scene: Scene, target: Palette) -> Array:
    """Return the pixels that the hybrid makes of the degraded photo."""
    found = correct(scene.before, scene.garment, target, Settings(), method="hybrid")
    return with_part(scene.before, scene.garment.box, found.pixels)


def outcome(scene: Scene, after: Photo, target: Palette) -> Outcome:
    """Measure and judge one picture by both presets."""
    found = measure(scene.before, after, scene.garment, target)
    return Outcome(
        found, judge(found, PRESETS["default"], garment=scene.garment), judge(found, PRESETS["seed"])
    )


def gap(scene: Scene, after: Photo, passed: bool) -> Gap:
    """Compare a picture with the truth, pixel by pixel."""
    box, core = scene.garment.box, scene.garment.core[scene.garment.box]
    labs = [to_lab(photo.pixels[box], photo.profile) for photo in (scene.true, after)]
    error = delta_e_2000(labs[0][core], labs[1][core])
    return Gap(float(np.median(error)), texture(labs[0][..., 0], labs[1][..., 0], core).structure, passed)


def percent(flags: list[bool]) -> str:
    """Return the share of true flags as whole percent."""
    return f"{100 * np.mean(flags):.0f} %" if flags else ""


def print_passes(found: Mapping[tuple[str, str], list[Outcome]]) -> None:
    """Print the share of each case that passes, ours and the seed's, under both targets."""
    print("| after | still life | photo itself | seed's gate, still life | seed's gate, photo itself |")
    print("|---|--:|--:|--:|--:|")
    for case, name in NAMES.items():
        cells = [
            percent([getattr(each, preset).verdict == "pass" for each in found[target, case]])
            for preset in ("own", "seed")
            for target in ("still", "same")
        ]
        print(f"| {name} | {' | '.join(cells)} |")


def print_rejects(found: Mapping[tuple[str, str], list[Outcome]]) -> None:
    """Print what each metric rejects by itself, beside what it says of the true photo; target: still life."""
    limits = PRESETS["default"]
    print("\n| corruption | metric | its median | rejected | true photo: median | rejected |")
    print("|---|---|--:|--:|--:|--:|")
    for case, metric in REJECTS.items():
        limit, least = getattr(limits, LIMITS[metric]), metric in ("structure", "sci")
        cells = []
        for kind in (case, "true"):
            values = [getattr(each.measures, metric) for each in found["still", kind]]
            missed = [value < limit if least else value > limit for value in values]
            cells += [f"{np.median(values):.2f}", percent(missed)]
        print(f"| {NAMES[case]} | `{metric}` | {' | '.join(cells)} |")


def print_colors(found: Mapping[tuple[str, str], list[Outcome]]) -> None:
    """Print what the color gates alone let pass."""
    limits = PRESETS["default"]
    for case in ("true", "degraded"):
        measures = [each.measures for each in found["still", case]]
        median = percent([each.delta_e_median <= limits.color for each in measures])
        palette = percent([each.delta_e_palette <= limits.palette for each in measures])
        print(f"\n{NAMES[case]}, still life: median within {limits.color}: {median}; palette: {palette}")


def main() -> None:
    """Run every case of every scene and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--first", type=int, default=2)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(os.environ["COLORFAST_DATA"]) / "viton_pairs"
    found: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    gaps: dict[str, list[Gap]] = defaultdict(list)
    for scene in read_scenes(folder, slice(asked.first, None, asked.every), asked.seed):
        fixed = {case: delivered(scene.before, pixels) for case, pixels in pictures(scene).items()}
        for name, target in scene.targets.items():
            hybrid = delivered(scene.before, corrected(scene, target))
            for case, after in {**fixed, "hybrid": hybrid}.items():
                found[name, case].append(outcome(scene, after, target))
            gaps[name].append(gap(scene, hybrid, found[name, "hybrid"][-1].own.verdict == "pass"))
    count = len(found["still", "true"])
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {count} pairs from {asked.first} by {asked.every}, seed {asked.seed}\n"
    )
    print_passes(found)
    print_rejects(found)
    print_colors(found)
    for name, each in gaps.items():
        right = [one.passed for one in each if one.color <= 2 and one.texture >= 0.9]
        print(
            f"\nhybrid, {name}: {len(right)} right (ΔE00 to the truth <= 2, texture kept), {percent(right)} pass"
        )


if __name__ == "__main__":
    main()
