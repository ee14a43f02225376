"""Derive the constant with which the bits of a float32 give a first guess of its reciprocal cube root.

Read as an integer, a positive float is nearly a logarithm: i = 2^23 (127 + log2 x - s).
So the bits of x**(-1/3) are nearly magic - i / 3. The magic here makes the largest relative error
over three octaves least, counted in steps of 2^8, which moves that error by less than 1e-4.

    python tools/derive_root_guess.py
"""

from __future__ import annotations

import numpy as np

STEP = 1 << 8
PLAUSIBLE = range(0x54800000, 0x54C00000, STEP)


def largest_error(magic: int) -> float:
    """Return the largest relative error of the guess for x in 1..8; it repeats every three octaves."""
    x = np.linspace(1, 8, 4001, dtype=np.float32)[:-1]
    bits = magic + (x.view(np.int32).astype(np.float32) * np.float32(-1 / 3)).astype(np.int32)
    guess = bits.astype(np.int32).view(np.float32)
    return float(np.abs(guess.astype(np.float64) * np.cbrt(x.astype(np.float64)) - 1).max())


def best_magic() -> int:
    """Return the magic with the least of the largest errors, by halving: the error has one valley."""
    low, high = 0, len(PLAUSIBLE) - 1
    while high - low > 2:
        third = (high - low) // 3
        if largest_error(PLAUSIBLE[low + third]) < largest_error(PLAUSIBLE[high - third]):
            high -= third
        else:
            low += third
    return min(PLAUSIBLE[low : high + 1], key=largest_error)


if __name__ == "__main__":
    best = best_magic()
    print(f"{best:#x}, largest relative error {largest_error(best):.4f}")
