"""What the network makes of a patch: a crop and what the camera said in, Lab with its deviations out."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from colorfast.color.spaces import lab_to_rgb
from colorfast.errors import NetworkDamaged, NetworkMissing, NetworkUnfit
from colorfast.inference import open_session
from colorfast.read.exif import Exposure
from colorfast.records import Array, Lab
from colorfast.swatch.patch_crop import Crop
from colorfast.swatch.patch_inputs import UNKNOWN, planes_of, words_of
from colorfast.weights import PATCH, find

BARE = "bare_deviations"
"""In a record: the scale of deviations for patches with nothing around them, where it is another one."""


class Seen(NamedTuple):
    """What is known of a patch."""

    picture: Lab
    """(h, w, 3) the reduced region."""
    crop: Crop
    exposure: Exposure


class Answer(NamedTuple):
    """What a network says."""

    lab: Lab
    """(..., 3)."""
    deviation: Array
    """(..., 3) of L*, a*, b*."""


def predict(seen: Seen, path: Path | None = None) -> Answer:
    """Return the color of a patch by the network in a file, whose record lies beside it.

    path   None: the network that is shipped

    Raises NetworkMissing, NetworkDamaged, NetworkUnfit.
    """
    path = path or find(PATCH).path
    record = record_of(path)
    crop, camera = seen.crop, seen.exposure.camera
    place = record["cameras"].index(camera) + 1 if camera in record["cameras"] else UNKNOWN
    words = words_of(seen.exposure, place, surrounded=crop.around is not None)
    around = None if crop.around is None else _srgb(crop.around)
    planes = planes_of(_srgb(seen.picture[crop.core]), around, words)[None]
    session = open_session(path)
    found = session.run(**{session.takes[0]: planes})[session.gives[0]]
    if found.ndim != 3 or found.shape[::2] != (1, 6):
        raise NetworkUnfit(path, f"it gave {found.shape} for one patch, not (1, members, 6)")
    answer = combined(found, record["deviations" if crop.around is not None else BARE])
    return Answer(answer.lab[0], answer.deviation[0])


def combined(found: Array, scale: float) -> Answer:
    """Return one answer of what members say (B, members, 6): their mean, and deviations that count their discord.

    scale   of deviations, so that 68 % of the true values of held-out patches lie within one
    """
    lab, spread = found[..., :3], found[..., 3:]
    variance = np.exp(2 * spread).mean(axis=1) + lab.var(axis=1)
    return Answer(lab.mean(axis=1), scale * np.sqrt(variance))


def record_of(path: Path) -> dict[str, Any]:
    """Return what the file beside a network says of it; cameras, deviations and BARE are there."""
    file = path.with_suffix(".json")
    try:
        return _parsed(file, file.stat().st_mtime_ns)
    except OSError as error:
        raise NetworkMissing(file, "put the record there that came with the network") from error
    except (ValueError, KeyError) as error:
        raise NetworkDamaged(file, "it is no record of a network of patch colors") from error


@cache
def _parsed(file: Path, _changed: int) -> dict[str, Any]:
    found = json.loads(file.read_text(encoding="utf-8"))
    scale = float(found["deviations"])
    return {
        **found,
        "cameras": list(found["cameras"]),
        "deviations": scale,
        BARE: float(found.get(BARE, scale)),
    }


def _srgb(lab: Lab) -> Array:
    return np.asarray(lab_to_rgb(lab, np.float32))
