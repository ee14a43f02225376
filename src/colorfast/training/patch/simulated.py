"""How well a network does on simulated photos of tones, fabrics and cameras that taught nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from colorfast.bench.tables import aligned
from colorfast.color.difference import delta_e_2000
from colorfast.color.spaces import rgb_to_lab
from colorfast.inference import open_session
from colorfast.records import Array
from colorfast.swatch.patch_inputs import RIM
from colorfast.swatch.patch_network import combined, record_of
from colorfast.training.patch.run import PHOTOS, worlds
from colorfast.training.patch.simulate import CONDITIONS
from colorfast.training.patch.spectra import Spectra

HEADS = ("photos of", "mean ΔE00", "median", "P95", "within σ", "as shown")


def simulated_text(path: Path, spectra: Spectra, *, photos: int = PHOTOS) -> str:
    """Return a table of an exported network on simulated photos, a line for each test and condition."""
    found = worlds(spectra, "all")
    rows: list[tuple[str, ...]] = [HEADS]
    for name, world in found.tests.items():
        for where, conditions in CONDITIONS.items():
            shots = world.take(np.random.default_rng(1), photos, conditions)
            rows.append((f"{name}, {where}", *_cells(path, shots.planes, shots.true)))
    return aligned(rows)


def _cells(path: Path, planes: Array, true: Array) -> tuple[str, ...]:
    session = open_session(path)
    members = np.concatenate([session.run(planes=one[None])["members"] for one in planes])
    answer = combined(members, record_of(path)["deviations"])
    off = delta_e_2000(np.asarray(answer.lab, np.float32), true)
    within = (np.abs(answer.lab - true) <= answer.deviation).mean()
    shown = rgb_to_lab(planes[:, :3, RIM:-RIM, RIM:-RIM].mean(axis=(2, 3)))
    numbers = off.mean(), np.median(off), np.quantile(off, 0.95)
    return (
        *(f"{value:.2f}" for value in numbers),
        f"{within:.0%}",
        f"{delta_e_2000(shown, true).mean():.2f}",
    )
