"""Write src/colorfast/swatch/cie_5nm.csv: observers and lamps that spectra are seen with, 380 to 780 nm in 5 nm.

    pip install colour-science
    python tools/derive_cie_tables.py

Columns: CIE 1931 2 degree and CIE 1964 10 degree color matching functions (CIE 15:2004, tables T4 and T5), relative
power of D65 (T1) and of F11, the narrow-band fluorescent lamp of 4000 K (T6). Illuminant A is a formula. The
numbers are the CIE's, as colour-science 0.4 (BSD-3-Clause) carries them.
"""

from __future__ import annotations

import csv
from pathlib import Path

import colour

TARGET = Path(__file__).parents[1] / "src" / "colorfast" / "swatch" / "cie_5nm.csv"
OBSERVERS = ("CIE 1931 2 Degree Standard Observer", "CIE 1964 10 Degree Standard Observer")
LAMPS = ("D65", "FL11")


def main() -> None:
    """Write the table."""
    observers = [colour.MSDS_CMFS[name] for name in OBSERVERS]
    lamps = [colour.SDS_ILLUMINANTS[name] for name in LAMPS]
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("nm", "x2", "y2", "z2", "x10", "y10", "z10", "D65", "F11"))
        for nm in range(380, 781, 5):
            numbers = [value for one in observers for value in one[nm]] + [one[nm] for one in lamps]
            writer.writerow((nm, *(f"{float(value):.12g}" for value in numbers)))


if __name__ == "__main__":
    main()
