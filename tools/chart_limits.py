"""Print what limits a chart's calibration: each patch found from the others, and what its codes tell.

    python tools/chart_limits.py CHARTS SPECTRA

CHARTS holds photos of charts and patches.csv: file, patch, cx, cy and side of a square in each patch, in pixels.
For each photo: mean CIEDE2000 of patches found from the others; between the halves of a patch; and of half a code
value in red, green and blue, all by the camera that is fitted. Then the first for cameras of SPECTRA that store
light itself without noise and without rounding, of 24 measured reflectances like the chart's, under some lamps.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from colorfast.color.difference import delta_e_2000
from colorfast.color.exact import linear_to_rgb, rgb_to_linear, xyz_to_lab
from colorfast.read.image import decode
from colorfast.records import Array
from colorfast.swatch.calibration import calibrate
from colorfast.swatch.checker import COLUMNS, measured, true_colors
from colorfast.training.patch.simulate import reflected_xyz
from colorfast.training.patch.spectra import LAMPS, Spectra, read_spectra

CAMERAS = 5
UNDER = ("D65", "CWF_Gretag", "Fluorescent11", "illuminantA", "Horizon_Gretag")
BRIGHTEST = 0.8  # code value of the lightest patch


def photo_line(path: Path, rows: Sequence[Mapping[str, str]]) -> str:
    """Return what one photo shows."""
    places = np.array([[float(row["cx"]), float(row["cy"])] for row in rows])
    half = float(rows[0]["side"]) / 2
    light = rgb_to_linear(decode(path.read_bytes(), path.name).pixels / 255.0)
    chart = measured(light, places, half)
    good, true = chart.usable, true_colors()
    found = calibrate(chart.linear[good], places[good], true[good])

    def apart(first: Array, second: Array) -> str:
        one, other = (found.lab(linear[good], places[good]) for linear in (first, second))
        return f"{delta_e_2000(one, other).mean():5.2f}"

    halves = [
        [measured(light, places + way * half / 2, half / 2).linear for way in (-side, side)]
        for side in np.eye(2)
    ]
    codes = linear_to_rgb(chart.linear)
    rounding = [rgb_to_linear(np.clip(codes + 0.5 / 255 * channel, 0, 1)) for channel in np.eye(3)]
    told = " ".join(apart(*pair) for pair in halves), " ".join(apart(chart.linear, one) for one in rounding)
    return f"{path.stem:26} {good.sum():2d} patches {found.error:5.2f}   halves {told[0]}   half a code {told[1]}"


def simulated_line(spectra: Spectra, lamp: Array, name: str) -> str:
    """Return what cameras without noise would show."""
    reflectances = np.concatenate([spectra.fabrics, spectra.faces])
    lab = xyz_to_lab(reflected_xyz(reflectances)).astype(np.float32)
    alike = [int(delta_e_2000(lab, color[None]).argmin()) for color in true_colors().astype(np.float32)]
    places = np.stack([np.arange(24) % COLUMNS, np.arange(24) // COLUMNS], axis=1).astype(float)
    errors = []
    for camera in list(spectra.cameras.values())[:CAMERAS]:
        codes = (reflectances[alike] * lamp) @ camera
        errors.append(calibrate(rgb_to_linear(BRIGHTEST * codes / codes.max()), places, lab[alike]).error)
    return f"{name:26} " + " ".join(f"{error:5.2f}" for error in errors) + f"   mean {np.mean(errors):.2f}"


def main(charts: Path, folder: Path) -> None:
    """Print both tables."""
    with (charts / "patches.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for name in dict.fromkeys(row["file"] for row in rows):
        print(photo_line(charts / name, [row for row in rows if row["file"] == name]), flush=True)
    spectra = read_spectra(folder)
    with (folder / f"{LAMPS}.csv").open(newline="") as file:
        names = next(csv.reader(file))[1:]
    for name in UNDER:
        print(simulated_line(spectra, spectra.lamps[names.index(name)], name), flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
