"""Derive the region of Lab that human skin occupies, for src/colorfast/segment/skin.py.

    python tools/skin_region.py DATA/spectra

Reads skin_hyspex.csv and skin_vrhel.csv (measured reflectances) and illuminants.csv there, computes each
skin's color under D65 with the CIE 1931 2° observer (the multi-lobe fit of Wyman, Sloan & Shirley 2013,
JCGT 2(2)), and prints the range of hue, chroma and lightness with the margins that a photograph needs.
Interreflection, make-up, flush and exposure move skin beyond what a spectrometer sees: the margins are chosen,
the ranges are measured.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from colorfast.color.exact import ratios_to_lab
from colorfast.records import Array


def lobe(nm: Array, peak: float, left: float, right: float) -> Array:
    """A bell of two different widths."""
    return np.exp(-0.5 * ((nm - peak) * np.where(nm < peak, left, right)) ** 2)


def observer(nm: Array) -> Array:
    """Return the CIE 1931 color matching functions, (n, 3); Wyman et al. 2013, eq. 4."""
    x = 1.056 * lobe(nm, 599.8, 0.0264, 0.0323) + 0.362 * lobe(nm, 442.0, 0.0624, 0.0374)
    x -= 0.065 * lobe(nm, 501.1, 0.0490, 0.0382)
    y = 0.821 * lobe(nm, 568.8, 0.0213, 0.0247) + 0.286 * lobe(nm, 530.9, 0.0613, 0.0322)
    z = 1.217 * lobe(nm, 437.0, 0.0845, 0.0278) + 0.681 * lobe(nm, 459.0, 0.0385, 0.0725)
    return np.stack([x, y, z], axis=1)


def read_table(path: Path) -> tuple[list[str], Array]:
    """Return column names and values of a CSV with a header."""
    with path.open() as file:
        names = file.readline().strip().split(",")
    return names, np.genfromtxt(path, delimiter=",", skip_header=1)


def skin_colors(folder: Path) -> Array:
    """Return the Lab colors (n, 3) of every measured skin under D65."""
    names, lamps = read_table(folder / "illuminants.csv")
    d65 = lamps[:, [name.lower() for name in names].index("d65")]
    colors = []
    for file in ("skin_hyspex.csv", "skin_vrhel.csv"):
        _, table = read_table(folder / file)
        nm = np.arange(400.0, 701.0, 5.0)
        weight = observer(nm) * np.interp(nm, lamps[:, 0], d65)[:, None]
        white = weight.sum(axis=0)
        for reflectance in table[:, 1:].T:
            known = np.isfinite(reflectance)
            colors.append(np.interp(nm, table[known, 0], reflectance[known]) @ weight / white)
    return ratios_to_lab(np.array(colors))


def main(folder: str) -> None:
    """Print the measured ranges and the constants."""
    lab = skin_colors(Path(folder))
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    for name, values in (("L*", lightness), ("C*", chroma), ("h", hue)):
        low, middle, high = np.percentile(values, [0, 50, 100])
        print(f"{name:3} {low:6.1f} .. {high:6.1f}, median {middle:5.1f}, of {len(values)} skins")
    print(
        f"HUE = {hue.min() - 15:.0f}, {hue.max() + 10:.0f}  # measured range, 15 degrees redder, 10 yellower"
    )
    print(f"CHROMA = {chroma.min():.0f}, {chroma.max() + 14:.0f}  # cameras and make-up make it richer")
    print(f"LIGHTNESS = {lightness.min() / 2:.0f}, {min(lightness.max() + 25, 95):.0f}  # half, highlights")


if __name__ == "__main__":
    main(sys.argv[1])
