"""Derive the linear sRGB to XYZ matrix from the primaries, in exact fractions.

Prints the rows that src/colorfast/color/exact.py holds; tests/color/test_derived.py compares them.

    python tools/derive_srgb_matrix.py
"""

from __future__ import annotations

from fractions import Fraction

# IEC 61966-2-1:1999, table 1 and 4.1: chromaticities x, y
PRIMARIES = (("0.6400", "0.3300"), ("0.3000", "0.6000"), ("0.1500", "0.0600"))
D65 = ("0.3127", "0.3290")


def xyz(chromaticity: tuple[str, str]) -> list[Fraction]:
    """Return XYZ with Y = 1 of a chromaticity."""
    x, y = (Fraction(value) for value in chromaticity)
    return [x / y, Fraction(1), (1 - x - y) / y]


def solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Solve a 3x3 system by Cramer's rule."""
    whole = determinant(matrix)
    return [
        determinant([[*row[:k], value, *row[k + 1 :]] for row, value in zip(matrix, right, strict=True)])
        / whole
        for k in range(3)
    ]


def determinant(m: list[list[Fraction]]) -> Fraction:
    """Return the determinant of a 3x3 matrix."""
    return (
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    )


def rgb_to_xyz() -> list[list[float]]:
    """Return the matrix whose columns are the primaries, scaled to make white of r = g = b = 1."""
    columns = [xyz(primary) for primary in PRIMARIES]
    rows = [[column[k] for column in columns] for k in range(3)]
    scale = solve(rows, xyz(D65))
    return [[float(value * s) for value, s in zip(row, scale, strict=True)] for row in rows]


if __name__ == "__main__":
    for row in rgb_to_xyz():
        print(row)
