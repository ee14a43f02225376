"""Made results, rows and error maps for the report's tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import NotAPicture
from colorfast.records import Garment, Judgement, Measures, Palette, Photo, Result, SeedMeasures, Triplet
from colorfast.report.rows import failed_row, to_row
from colorfast.report.run import Run

H, W = 120, 90
BOX = (slice(30, 90), slice(20, 70))


@pytest.fixture
def garment() -> Garment:
    """A square garment in the middle of a photo of 120 x 90 pixels."""
    core, alpha = np.zeros((H, W), bool), np.zeros((H, W), np.float32)
    core[42:78, 32:58], alpha[40:80, 30:60] = True, 1
    return Garment(core=core, alpha=alpha, way="mask", confidence=1.0, box=BOX)


@pytest.fixture
def measures() -> Measures:
    """Measures of a good correction, with more digits than a row keeps."""
    seed = SeedMeasures(delta_e_median=0.41, delta_e_p95=8.0, ssim=0.97, spill=0.0, sci=0.005)
    triplet = Triplet(before=6.234567, after=0.412345)
    values = {"delta_e_median": 0.412345, "delta_e_p95": 1.3, "delta_e_palette": 0.6, "ssim": 0.98}
    return Measures(**values, structure=0.99, spill=0.1, rim=0.4, sci=0.95, seed=seed, triplet=triplet)


@pytest.fixture
def result(garment: Garment, measures: Measures) -> Result:
    """A finished pair: a red garment on light gray, too dark before."""
    after = np.full((H, W, 3), 220, np.uint8)
    after[40:80, 30:60] = (180, 40, 50)
    before = after.copy()
    before[40:80, 30:60] = (120, 40, 50)
    color = rgb_to_lab(np.uint8([180, 40, 50]))
    return Result(
        id="1001",
        judgement=Judgement(verdict="pass", reasons=()),
        method="hybrid",
        garment=garment,
        measures=measures,
        steps=(),
        timings_ms={"read": 10.04, "correct": 20.0},
        versions={"colorfast": "0.1.0"},
        before=Photo(id="1001", pixels=before),
        after=Photo(id="1001", pixels=after),
        reference=Photo(id="r", pixels=after[30:90]),
        target=Palette(colors=color[None], weights=np.ones(1, np.float32), median=color),
        color_map=lambda lab: lab,
        data=b"",
    )


@pytest.fixture
def rows(result: Result) -> list[dict]:
    """A pass, a pair to review, a failure, and a pair whose photo could not be read, in that order."""
    measures = result.measures
    off = replace(measures, delta_e_median=6.5, triplet=Triplet(before=9.0, after=6.5))
    worse = replace(off, spill=4.2, triplet=Triplet(before=3.0, after=12.0))
    review = Judgement(
        verdict="review", reasons=("color: median ΔE00 6.5 to the target, at most 5.0 wanted",)
    )
    fail = Judgement(
        verdict="fail",
        reasons=(
            "color: median ΔE00 12.0 to the target, at most 5.0 wanted",
            "spill: ΔE00 4.2 in the worst tile, at most 1.0 wanted",
        ),
    )
    done = [
        result,
        replace(result, id="1002", measures=off, judgement=review),
        replace(result, id="0999", measures=worse, judgement=fail),
    ]
    made = [to_row(each, Path(f"corrected-on-model-{each.id}.png")) for each in done]
    return [*made, failed_row("1003", NotAPicture("on-model-1003.jpg", "the file ends early"))]


@pytest.fixture
def run() -> Run:
    """The head of a made run, with the limits its verdicts kept to."""
    limits = {"delta_e_median": 5.0, "structure": 0.9, "spill": 1.0}
    return Run(title="Spring", method="hybrid", version="0.1.0", date="20 November 2026", limits=limits)
