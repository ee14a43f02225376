"""Made spectra and made rows: a lamp, two cameras, some cloth; a phone in two lights."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="pip install 'colorfast[train]'")

NEEDED = ("set", "patch", "L", "a", "b", "L-true", "a-true", "b-true")
NM = np.arange(400, 701, 10)


def write_table(path: Path, columns: np.ndarray) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["wavelength_nm", *range(columns.shape[1])])
        writer.writerows(np.column_stack([NM, columns]))


@pytest.fixture
def spectra_folder(tmp_path: Path) -> Path:
    """A folder of spectra as read_spectra takes it."""
    folder, rng = tmp_path / "spectra", np.random.default_rng(0)
    (folder / "camera_rawtoaces").mkdir(parents=True)
    slopes = np.clip(0.5 + np.outer((NM - 550) / 150, rng.uniform(-0.4, 0.4, 12)), 0, 1)
    for name in ("clothes_vrhel", "munsellsamples_vrhel", "objects_vrhel", "dupontpaintchip_vrhel"):
        write_table(folder / f"{name}.csv", slopes)
    for name in ("training190_rawtoaces", "skin_hyspex", "skin_vrhel"):
        write_table(folder / f"{name}.csv", slopes**1.5)
    write_table(
        folder / "illuminants.csv", np.stack([np.ones(31), NM / 550, np.ones(31), 550 / NM, NM / 500], 1)
    )
    table = (folder / "illuminants.csv").read_text()
    (folder / "illuminants.csv").write_text(table.replace("0,1,2,3,4", "A,D50,D55,D65,D75", 1))
    for number in range(4):
        curves = np.exp(-(((NM[:, None] - np.array([600, 545, 460]) - number) / 40) ** 2))
        main = {str(nm): row.tolist() for nm, row in zip(NM, curves, strict=True)}
        content = {"spectral_data": {"data": {"main": main}}}
        (folder / "camera_rawtoaces" / f"{number}.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def rows_folder(tmp_path: Path) -> Path:
    """Rows of 24 colors in three sets, which the photo shows darker, lighter and redder."""
    folder, rng = tmp_path / "rows", np.random.default_rng(0)
    folder.mkdir()
    true = np.column_stack([rng.uniform(30, 75, 24), rng.uniform(5, 15, 24), rng.uniform(8, 20, 24)])
    exif = ["ExposureTime", "FNumber", "ISOSpeedRatings", "Make", "Model"]
    names = [*NEEDED, *exif]
    with (folder / "data.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for number, shift in enumerate([(-8, 0, 0), (6, 0, 0), (0, 6, 0)]):
            for patch, lab in enumerate(true):
                said = 0.01 * 4**number, 2, 100, "Maker", f"Phone {number // 2}"
                writer.writerow([number, patch, *(lab + shift), *lab, *said])
    return folder
