"""How time and memory grow with the picture: one whole job a size, each in a process of its own.

Out come points of megapixels, CPU milliseconds and peak memory, and the straight line through the times. Every
size shows the same made garment, JPEG 4:4:4 to JPEG, masks given. Needs the bench extra.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from colorfast.batch.threads import use_one_thread
from colorfast.bench.speed import code_again, cpu_ms, write_scene
from colorfast.pipeline import process
from colorfast.records import Pair

MEGAPIXELS = (1, 2, 4, 8, 16, 24, 36, 50)
ROUNDS = 3
ASPECT = 3 / 4  # width to height, as most fashion pictures have it
Returned = TypeVar("Returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one size costs."""

    megapixels: float
    ms: float
    """Median CPU milliseconds of the whole job."""
    floor_ms: float
    """The same of decoding and encoding the file, nothing else."""
    peak_mb: float | None
    """Most memory the process ever held, MB of 10^6 bytes; None where the system does not tell."""

    @property
    def ratio(self) -> float:
        """The whole job as a multiple of decode + encode."""
        return self.ms / self.floor_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The points of one method and the line of least squares through their times."""

    method: str
    points: tuple[Point, ...]
    ms_per_megapixel: float
    ms_at_zero: float
    r_squared: float
    """Share of the times' variance that the line explains."""
    exponent: float
    """Slope of log time over log size from 4 megapixels on: 1 is linear."""


def run_scaling(method: str = "hybrid", sizes: Sequence[float] = MEGAPIXELS) -> Growth:
    """Return what a method costs at each size, in megapixels, and how that grows."""
    points = []
    for megapixels in sizes:
        with tempfile.TemporaryDirectory() as name:
            pair = _alone(partial(_scene, Path(name), megapixels))
            points.append(_alone(partial(_cost, replace(pair, method=method), megapixels)))
    return growth_of(method, points)


def growth_of(method: str, points: Sequence[Point]) -> Growth:
    """Return the line through the times of at least two points."""
    sizes, times = (np.array([getattr(each, name) for each in points]) for name in ("megapixels", "ms"))
    slope, start = np.polyfit(sizes, times, 1)
    left = times - (slope * sizes + start)
    large = sizes >= min(4, sorted(sizes)[-2])
    return Growth(
        method=method,
        points=tuple(points),
        ms_per_megapixel=float(slope),
        ms_at_zero=float(start),
        r_squared=float(1 - left.var() / times.var()),
        exponent=float(np.polyfit(np.log(sizes[large]), np.log(times[large]), 1)[0]),
    )


def plot(growth: Growth, path: Path) -> None:
    """Draw times and their line over megapixels, with decode + encode below, as a picture file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    sizes = np.array([each.megapixels for each in growth.points])
    line = (growth.ms_per_megapixel * sizes + growth.ms_at_zero) / 1000
    label = f"{growth.method}: {growth.ms_per_megapixel:.0f} ms a megapixel, R² {growth.r_squared:.4f}"
    axes.plot(sizes, [each.ms / 1000 for each in growth.points], "o", color="tab:blue")
    axes.plot(sizes, line, color="tab:blue", label=label)
    floor = [each.floor_ms / 1000 for each in growth.points]
    axes.plot(sizes, floor, "--", color="gray", label="decode + encode")
    axes.set(xlabel="megapixels", ylabel="CPU seconds, one thread", xlim=(0, None), ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=110)


def peak_memory() -> float | None:
    """Return the most memory, in MB of 10^6 bytes, that this process ever held.

    Linux is asked for its own counter: the one of getrusage also holds what the parent process had at the start.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS counts bytes


def _alone(job: Callable[[], Returned]) -> Returned:
    """Run a job in a new process with one thread."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=use_one_thread) as pool:
        return pool.submit(job).result()


def _scene(folder: Path, megapixels: float) -> Pair:
    height = round((megapixels * 1e6 / ASPECT) ** 0.5)
    return write_scene(folder, (height, round(height * ASPECT)), references=1).pair


def _cost(pair: Pair, megapixels: float) -> Point:
    """Time the whole job first: what decoding and encoding hold must not count as its memory."""
    ms = cpu_ms({"job": partial(process, pair)}, ROUNDS)["job"]
    peak = peak_memory()
    floor: dict[str, Any] = {"floor": partial(code_again, pair.photo.read_bytes())}
    return Point(megapixels=megapixels, ms=ms, floor_ms=cpu_ms(floor, ROUNDS)["floor"], peak_mb=peak)
