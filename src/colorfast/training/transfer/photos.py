"""Which photos a folder holds for transfer training, and which of them show the same scene in other colors.

Layouts: MIT-Adobe FiveK, `labeled` sets with a folder photos, and any folder of photos. The full FiveK set is read
as `input/NAME.*` beside `expertA/NAME.*` to `expertE/NAME.*`; its samples as NAME_input.* and NAME_expertA.* in one
folder. Where a manifest.csv has the columns `id` and `split`, it decides what is trained on; else every tenth photo
by hash of its name is kept for `val`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from colorfast.errors import PairsError
from colorfast.read.formats import SUFFIXES
from colorfast.training.segmentation.readers import split_by_hash, splits_of

VERSION = re.compile(r"(input|expert[A-E])")


def find_scenes(folder: Path, split: str) -> tuple[tuple[Path, ...], ...]:
    """Return the photos of one split (train, val, test, or all), those of one scene together, by name.

    Raises PairsError when the folder holds none.
    """
    scenes: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(_files(folder)):
        scenes[_scene(path)].append(path)
    splits = splits_of(folder)
    found = [
        tuple(paths)
        for name, paths in sorted(scenes.items())
        if split in ("all", splits.get(name) or split_by_hash(name))
    ]
    if not found:
        raise PairsError(folder, f"no photos for the split {split!r}")
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    if (folder / "photos").is_dir():
        places = [folder / "photos"]
    else:
        places = [one for one in folder.glob("*") if one.is_dir() and VERSION.fullmatch(one.name)] or [folder]
    return [path for place in places for path in place.glob("*") if path.suffix.lower() in SUFFIXES]


def _scene(path: Path) -> str:
    """Return the name that all versions of a scene share."""
    name, _, version = path.stem.rpartition("_")
    return name if VERSION.fullmatch(version) else path.stem
