"""Load every compiled kernel by correcting a tiny made pair with each method, in 8 and in 16 bits.

The first run on a machine compiles them and keeps them on disk; later ones, and all workers, load them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyvips

from colorfast.batch.outputs import pictures_of
from colorfast.color.distribution import palette_of
from colorfast.color.lut import bake
from colorfast.correct import CORRECTORS
from colorfast.errors import WriteError
from colorfast.files import reason
from colorfast.pipeline import process
from colorfast.records import Array, Mask, Pair, Window
from colorfast.segment.settings import SegmentSettings
from colorfast.segment.sharpen import sharpen
from colorfast.settings import Settings
from colorfast.verify.view import mean_codes

HEIGHT, WIDTH = 192, 144
BACKDROP = (244, 244, 242)
TRUE, WRONG = (40, 70, 150), (120, 60, 140)
LUT_SIZE = 9
FINE = {"Q": 95, "subsample_mode": "off"}  # good enough for its blocks to be kept
LOOK_ANEW = Settings(segment=SegmentSettings(cache_megabytes=0))  # a mask that was kept would need no kernels
JPEGS = {"sequential": FINE, "progressive": {**FINE, "interlace": True}, "gray": FINE}
WIDE = {"profile": "p3"}  # the colors of most telephones


def warm_up() -> dict[str, float]:
    """Return the seconds that each method took, loading included, by its name. Raises WriteError."""
    seconds: dict[str, float] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="colorfast-") as name:
            for method in CORRECTORS:
                start = time.perf_counter()
                for pair in _pairs(Path(name), method):
                    _load(pair)
                seconds[method] = round(time.perf_counter() - start, 2)
        _load_the_rest()
    except OSError as error:
        raise WriteError(tempfile.gettempdir(), reason(error)) from error
    return seconds


def _load(pair: Pair) -> None:
    """Run everything that a batch runs on a pair, and the LUT."""
    result = process(pair, LOOK_ANEW)
    pictures_of(result, LOOK_ANEW)
    bake(result.color_map, LUT_SIZE)


def _load_the_rest() -> None:
    """Load what the made pictures are too small, too plain, or too empty of people for."""
    box = slice(0, 2), slice(0, 2)
    for dtype in (np.uint8, np.uint16):
        mean_codes(Window(np.zeros((2, 2, 3), dtype), box), 2)
    palette_of(np.mgrid[0:100:5, -50:50:5, -50:50:5].reshape(3, -1).T.astype(np.float32))
    garment = _garment()
    sharpen(_picture(garment, TRUE, np.uint8), garment.astype(np.float32))


def _pairs(folder: Path, method: str) -> list[Pair]:
    """Write the made pictures; return pairs with a mask, without one, of wide colors for each depth, and JPEGs."""
    pairs = []
    for dtype in (np.uint8, np.uint16):
        depth = np.dtype(dtype).name
        reference, photo, mask = (folder / f"{name}-{depth}.png" for name in ("reference", "photo", "mask"))
        garment = _garment()
        _write(reference, _picture(garment, TRUE, dtype))
        _write(photo, _picture(garment, WRONG, dtype))
        _write(mask, (255 * garment).astype(np.uint8))
        for given in (mask, None):
            pairs.append(Pair(id=depth, photo=photo, reference=reference, mask=given, method=method))
        wide = folder / f"wide-{depth}.png"
        _write(wide, _picture(garment, WRONG, dtype), WIDE)
        pairs.append(replace(pairs[-2], id=wide.stem, photo=wide))
    for coding in JPEGS:
        coded, channels = folder / f"{coding}.jpg", 1 if coding == "gray" else 3
        _write(coded, _picture(_garment(), WRONG, np.uint8)[..., :channels], JPEGS[coding])
        pairs.append(replace(pairs[0], id=coding, photo=coded))
    return pairs


def _garment() -> Mask:
    garment = np.zeros((HEIGHT, WIDTH), bool)
    garment[HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4] = True
    return garment


def _picture(garment: Mask, color: tuple[int, int, int], dtype: type[np.unsignedinteger]) -> Array:
    """Return a garment with folds, from dark to light, on a plain backdrop, (h, w, 3)."""
    folds = 0.8 + 0.2 * np.sin(np.arange(WIDTH) / 5)
    shaded = np.where(garment[..., None], np.multiply.outer(folds, color), BACKDROP)
    scale = np.iinfo(dtype).max // 255
    return (shaded.round() * scale).astype(dtype)


def _write(path: Path, pixels: Array, coding: Mapping[str, object] = MappingProxyType({})) -> None:
    pyvips.Image.new_from_array(np.ascontiguousarray(pixels)).write_to_file(str(path), **coding)
