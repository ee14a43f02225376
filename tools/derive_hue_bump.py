"""Derive the polynomial with which CIEDE2000's kernel finds the turn of the blue, without trigonometry.

Delta-theta is 30 degrees times exp(-((h - 275) / 25)^2): Sharma, Wu & Dalal 2005, eq. 16. The kernel knows the
squared chord on the unit circle from 275 degrees to the mean hue. The 16th root of twice the turn, in radians,
is nearly a straight line in it; it is fitted from 0 to LAST, and taken to be over beyond.

    python tools/derive_hue_bump.py
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

ROOT, DEGREE = 16, 4
LAST = 2.2  # at 96 degrees from the middle: less than 1e-6 radians are left


def turn(chord: np.ndarray) -> np.ndarray:
    """Return twice delta-theta in radians for the squared chord to 275 degrees."""
    degrees = np.degrees(2 * np.arcsin(np.sqrt(chord) / 2))
    return np.radians(60) * np.exp(-((degrees / 25) ** 2))


def fitted() -> np.ndarray:
    """Return the coefficients, lowest first; errors of the turn, not of its root, are what is kept small."""
    nodes = (1 - np.cos(np.pi * (np.arange(400) + 0.5) / 400)) / 2 * LAST
    root = turn(nodes) ** (1 / ROOT)
    found = Chebyshev.fit(nodes, root, DEGREE, domain=[0, LAST], w=np.sqrt(turn(nodes) / root))
    return found.convert(kind=Polynomial).coef


def largest_error(coefficients: np.ndarray) -> float:
    """Return the largest error of the turn, radians."""
    chord = np.linspace(0, LAST, 20001)
    return float(np.abs(Polynomial(coefficients)(chord) ** ROOT - turn(chord)).max())


if __name__ == "__main__":
    best = fitted()
    print(", ".join(f"{number:.8g}" for number in best), f"largest error {largest_error(best):.1e}")
