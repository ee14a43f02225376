"""How fast the whole job and its kernels are, as ratios that hold on any machine.

Everything runs in one process with one thread, warm, in turns, and is measured in CPU time. The whole job is
compared with decoding and encoding the same file, which nobody can leave out, and with a plain script; the
kernels with scikit-image. Needs the bench extra.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import pyvips

from colorfast.batch.threads import use_one_thread
from colorfast.bench.degrade import degrade_photo
from colorfast.bench.pictures import made_pair
from colorfast.bench.plain import correct_plainly
from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import rgb_to_lab
from colorfast.correct import CORRECTORS
from colorfast.errors import ExtraMissing
from colorfast.pipeline import process
from colorfast.read.image import decode
from colorfast.read.write import encode_jpeg, encode_mask
from colorfast.records import Array, Mask, Pair, Photo
from colorfast.verify.texture import texture

SMALL, LARGE = (1024, 768), (5657, 4243)  # pixels: usual in fashion data sets, and 24 megapixels
ROUNDS, LARGE_ROUNDS = 15, 3
PLAIN_ROUNDS = 3  # of what takes seconds
FRESH = 8  # copies of the reference, more than the pipeline keeps in memory
QUALITY = 95
JOB_GOAL, LARGE_GOAL = 2.0, 2.5  # times decode + encode, at 768x1024 and at 24 megapixels
PLAIN_GOAL = 1 / 50  # of the plain script
KERNEL_GOALS = {"RGB to Lab": 1 / 25, "CIEDE2000": 1 / 30, "SSIM on L*": 1 / 20}  # of scikit-image


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One step, its CPU time, and how it compares with another in the same run."""

    size: str
    step: str
    ms: float
    """Median CPU milliseconds."""
    other: str
    """What it is compared with."""
    other_ms: float
    garment: float
    """Share of the picture that is garment: only its box is worked on."""
    goal: float | None = None
    """What `ratio` should be at most."""

    @property
    def ratio(self) -> float:
        """CPU time of the step as a multiple of the other's."""
        return self.ms / self.other_ms

    @property
    def times_faster(self) -> float:
        """How many times less CPU time the step takes than the other."""
        return self.other_ms / self.ms


def run_speed(*, large: bool = False) -> tuple[Timing, ...]:
    """Return the timings at 768 x 1024, with `large` at 24 megapixels too. Raises ExtraMissing."""
    if any(importlib.util.find_spec(name) is None for name in ("skimage", "sklearn")):
        raise ExtraMissing("bench", "the comparison needs scikit-image and scikit-learn")
    context = multiprocessing.get_context("spawn")  # so that one thread is set before any library loads
    with ProcessPoolExecutor(1, mp_context=context, initializer=use_one_thread) as pool:
        return tuple(pool.submit(time_all, large).result())


def time_all(large: bool) -> list[Timing]:
    """Time everything, in the one process."""
    timings = []
    for size in (SMALL, LARGE) if large else (SMALL,):
        with tempfile.TemporaryDirectory() as name:
            scene = write_scene(Path(name), size)
            timings += time_jobs(scene, plain=size == SMALL, rounds=ROUNDS if size == SMALL else LARGE_ROUNDS)
            timings += time_kernels(scene, rounds=ROUNDS if size == SMALL else 1)
    return timings


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A degraded photo on disk, its references, and the same in memory."""

    pair: Pair
    fresh: tuple[Path, ...]
    """Copies of the reference: none of them is in memory when its turn comes."""
    photo: Photo
    mask: Mask
    reference_mask: Mask

    @property
    def size(self) -> str:
        """Width and height as they are usually written."""
        return f"{self.photo.size[1]}x{self.photo.size[0]}"

    @property
    def garment(self) -> float:
        """Share of the picture that is garment."""
        return float(self.mask.mean())

    def timing(
        self, step: str, ms: float, other: str, other_ms: float, *, goal: float | None = None
    ) -> Timing:
        """Return what a step took on this scene beside something else, and what the ratio should be at most."""
        return Timing(
            size=self.size, step=step, ms=ms, other=other, other_ms=other_ms, garment=self.garment, goal=goal
        )


def write_scene(folder: Path, size: tuple[int, int], *, references: int = FRESH) -> Scene:
    """Write a made pair with a print, its photo degraded, as JPEG files; of the reference so many copies."""
    made = made_pair("print", SMALL)
    worn, flat = _enlarged(made.worn, size), _enlarged(made.flat, size)
    worn_mask, flat_mask = (_enlarged(m.astype(np.uint8), size) > 0 for m in (made.worn_mask, made.flat_mask))
    degraded, _ = degrade_photo(Photo(id="speed", pixels=worn, format="jpeg"), worn_mask, seed=1)
    files = {
        "photo.jpg": encode_jpeg(degraded.pixels, QUALITY),
        "mask.png": encode_mask(worn_mask),
        "reference-mask.png": encode_mask(flat_mask),
        **{f"reference-{n}.jpg": encode_jpeg(flat, QUALITY) for n in range(references)},
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    fresh = tuple(folder / f"reference-{n}.jpg" for n in range(references))
    return Scene(
        pair=Pair(
            id="speed",
            photo=folder / "photo.jpg",
            reference=fresh[0],
            mask=folder / "mask.png",
            reference_mask=folder / "reference-mask.png",
        ),
        fresh=fresh,
        photo=decode(files["photo.jpg"], "speed"),
        mask=worn_mask,
        reference_mask=flat_mask,
    )


def time_jobs(scene: Scene, *, plain: bool, rounds: int) -> list[Timing]:
    """Time the whole job, JPEG to JPEG with all metrics, against decode + encode and the plain script."""
    data, reference = scene.pair.photo.read_bytes(), scene.fresh[0].read_bytes()
    turn = iter(range(10**6))

    def with_new_reference() -> None:
        process(replace(scene.pair, reference=scene.fresh[next(turn) % FRESH], method="hybrid"))

    jobs: dict[str, Callable[[], object]] = {
        "decode + encode": lambda: code_again(data),
        **{name: partial(process, replace(scene.pair, method=name)) for name in CORRECTORS},
        "hybrid, new reference": with_new_reference,
    }
    ms = cpu_ms(jobs, rounds)
    floor, goal = ms.pop("decode + encode"), JOB_GOAL if plain else LARGE_GOAL
    goals = {"classical": goal, "hybrid": goal}
    timings = [
        scene.timing(name, spent, "decode + encode", floor, goal=goals.get(name))
        for name, spent in ms.items()
    ]
    if plain:
        script = {"plain": lambda: correct_plainly(data, reference, scene.mask, scene.reference_mask)}
        slow = cpu_ms(script, PLAIN_ROUNDS)["plain"]
        step = "hybrid, new reference"
        timings.append(scene.timing(step, ms[step], "plain script", slow, goal=PLAIN_GOAL))
    return timings


def code_again(data: bytes) -> bytes:
    """Decode a JPEG to pixels and encode them, by libvips alone: what any tool that touches a photo must do."""
    picture = pyvips.Image.jpegload_buffer(data)
    pixels = np.frombuffer(picture.write_to_memory(), np.uint8)
    fresh = pyvips.Image.new_from_memory(pixels.data, picture.width, picture.height, 3, "uchar")
    return bytes(fresh.copy(interpretation="srgb").jpegsave_buffer(Q=QUALITY, subsample_mode="off"))


def time_kernels(scene: Scene, *, rounds: int) -> list[Timing]:
    """Time RGB to Lab, CIEDE2000 and SSIM of the full picture against scikit-image."""
    from skimage.color import deltaE_ciede2000, rgb2lab
    from skimage.metrics import structural_similarity

    pixels = scene.photo.pixels
    lab = rgb_to_lab(pixels)
    other = rgb_to_lab(np.ascontiguousarray(pixels[:, ::-1]))
    first, second = (np.ascontiguousarray(each[..., 0]) for each in (lab, other))
    everywhere = np.ones(first.shape, bool)
    options = {"data_range": 100, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    ours: dict[str, Callable[[], object]] = {
        "RGB to Lab": lambda: rgb_to_lab(pixels),
        "CIEDE2000": lambda: delta_e_2000(lab, other),
        "SSIM on L*": lambda: texture(first, second, everywhere),
    }
    theirs: dict[str, Callable[[], object]] = {
        "RGB to Lab": lambda: rgb2lab(pixels),
        "CIEDE2000": lambda: deltaE_ciede2000(lab, other),
        "SSIM on L*": lambda: structural_similarity(first, second, **options),
    }
    fast, slow = cpu_ms(ours, rounds), cpu_ms(theirs, min(rounds, PLAIN_ROUNDS))
    return [
        scene.timing(name, fast[name], "scikit-image", slow[name], goal=KERNEL_GOALS[name]) for name in ours
    ]


def cpu_ms(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return each job's median CPU milliseconds; they take turns, after one round to warm up."""
    spent: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            if turn:
                spent[name].append(1000 * (time.process_time() - start))
    return {name: median(times) for name, times in spent.items()}


def _enlarged(picture: Array, size: tuple[int, int]) -> Array:
    """Return a picture or mask at another size."""
    method = cv2.INTER_CUBIC if picture.ndim == 3 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=method))
