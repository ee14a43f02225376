"""What color transfers cost: processor time and memory, each method and size in a new process."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from colorfast.batch.threads import use_one_thread
from colorfast.bench.scaling import peak_memory
from colorfast.color.spaces import rgb_to_lab
from colorfast.records import Array, Photo
from colorfast.training.loop import use_threads
from colorfast.training.transfer.methods import METHODS, trained
from colorfast.training.transfer.networks import LATTICE
from colorfast.training.transfer.run import name_of
from colorfast.transfer.pictures import transfer

SIZES = ((256, 256), (512, 512), (1024, 768), (2160, 3840))
"""Height and width; the last is 4K."""
PIECES = 8  # random colors along a side, enlarged to the picture
ROUNDS, ENOUGH = 4, 10.0  # and seconds after which no other round is begun
LARGEST = 1024 * 768
"""Pixels: at 4K the teacher of histogram analogy would hold some 20 GB."""


def costs(asked: Iterable[str]) -> list[tuple[str, ...]]:
    """Return a line a method: milliseconds and MB of memory at each of SIZES, on one core.

    asked   names of METHODS, or folders of trainings; `neural` is timed as `colorfast transfer` does it, from code
            values to code values, the others from Lab to Lab
    """
    lines = [("method", *(f"{width} × {height}" for height, width in SIZES))]
    context = multiprocessing.get_context("spawn")
    for name in asked:
        cells = []
        for size in SIZES:
            with ProcessPoolExecutor(1, mp_context=context, initializer=use_one_thread) as pool:
                cells.append(pool.submit(_cost, name, size).result())
        lines.append((Path(name).name, *cells))
    return lines


def _cost(name: str, size: tuple[int, int]) -> str:
    """Return milliseconds and memory of one method at one size, as text."""
    photos = _photos(size)
    if name == "neural":
        here, there = (Photo(id=name, pixels=pixels) for pixels in photos)
        return _said(lambda: transfer(here, there))
    source, reference = (rgb_to_lab(pixels) for pixels in photos)
    if name in METHODS:
        return _said(lambda: METHODS[name](source, reference, None))
    if size[0] * size[1] > LARGEST and name_of(Path(name)) != LATTICE:
        return "too large"
    method = trained(Path(name))
    use_threads(1)
    return _said(lambda: method(source, reference, None))


def _photos(size: tuple[int, int]) -> list[Array]:
    """Return two made pictures (h, w, 3) uint8 of many colors."""
    rng = np.random.default_rng(0)
    pieces = rng.integers(0, 256, (2, PIECES, PIECES, 3), np.uint8)
    return [cv2.resize(one, size[::-1], interpolation=cv2.INTER_CUBIC) for one in pieces]


def _said(ask: Callable[[], object]) -> str:
    """Return processor milliseconds of the fastest round, the first one warming up, and the memory taken."""
    seconds: list[float] = []
    while len(seconds) < ROUNDS and sum(seconds) < ENOUGH:
        start = time.process_time()
        ask()
        seconds.append(time.process_time() - start)
    peak = peak_memory()
    return f"{1000 * min(seconds):.0f} ms" + ("" if peak is None else f", {peak:.0f} MB")
