"""A color map as a 3D lookup table, in the .cube format that Resolve, Photoshop and other editors read.

A table is (n, n, n, 3) float32 sRGB 0..1; its axes are red, green and blue of the input, 0..1 in even steps.
Format: Adobe, Cube LUT Specification 1.0 (2013): red runs fastest, '#' begins a comment.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from colorfast.color.gamut import fit_gamut
from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.errors import LutError
from colorfast.files import write_atomically
from colorfast.records import ColorMap

Lut = npt.NDArray[np.float32]  # (n, n, n, 3)

SMALLEST, LARGEST = 2, 256  # Cube LUT Specification 1.0, 5.2
WHOLE_RANGE = {"DOMAIN_MIN": [0, 0, 0], "DOMAIN_MAX": [1, 1, 1], "LUT_3D_INPUT_RANGE": [0, 1]}
WORDS = {"TITLE", "LUT_3D_SIZE", *WHOLE_RANGE}


def bake(color_map: ColorMap, size: int = 33) -> Lut:
    """Return the table (size, size, size, 3) of a color map, sRGB 0..1, inside the gamut."""
    steps = np.linspace(0, 1, size, dtype=np.float32)
    rgb = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    mapped = lab_to_rgb(fit_gamut(color_map(rgb_to_lab(rgb))), np.float32)
    return np.ascontiguousarray(mapped).reshape(size, size, size, 3)


def write_cube(path: Path, lut: Lut, title: str) -> None:
    """Write a table as a .cube file, six decimals. Raises WriteError; nothing half-written is left."""
    size = len(lut)
    quoted = " ".join(title.replace('"', "'").split())
    head = f'TITLE "{quoted}"\nLUT_3D_SIZE {size}\nDOMAIN_MIN 0.0 0.0 0.0\nDOMAIN_MAX 1.0 1.0 1.0\n\n'
    rows = lut.transpose(2, 1, 0, 3).reshape(-1, 3).tolist()  # red fastest
    body = "".join(f"{r:.6f} {g:.6f} {b:.6f}\n" for r, g, b in rows)
    write_atomically(path, (head + body).encode())


def read_cube(path: Path) -> Lut:
    """Return the table of a .cube file. Raises LutError, which says why it cannot be used."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LutError(path, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError:
        raise LutError(path, "it is not a text file") from None
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    numbers = [words for words in lines if not words[0][0].isalpha()]
    size = _size(path, [words for words in lines if words[0][0].isalpha()])
    if len(numbers) != size**3 or any(len(words) != 3 for words in numbers):
        raise LutError(path, f"it has {len(numbers)} colors and {size**3} are needed")
    try:
        table = np.array(numbers, dtype=np.float32)
    except ValueError:
        raise LutError(path, "a value is not a number") from None
    if not np.isfinite(table).all():
        raise LutError(path, "a value is not finite")
    return np.ascontiguousarray(table.reshape(size, size, size, 3).transpose(2, 1, 0, 3))


def _size(path: Path, words: list[list[str]]) -> int:
    """Return the number of steps a side, after a look at every keyword."""
    head = {line[0]: line[1:] for line in words}
    if unknown := head.keys() - WORDS:
        raise LutError(path, f"{min(unknown)} is not understood")
    for name in WHOLE_RANGE.keys() & head.keys():
        if not _equal(head[name], WHOLE_RANGE[name]):
            raise LutError(path, f"{name} is {' '.join(head[name])}; only inputs from 0 to 1 are understood")
    given = head.get("LUT_3D_SIZE", [])
    if len(given) != 1 or not given[0].isdecimal() or not SMALLEST <= int(given[0]) <= LARGEST:
        raise LutError(path, f"LUT_3D_SIZE must be given once, from {SMALLEST} to {LARGEST}")
    return int(given[0])


def _equal(words: list[str], numbers: list[int]) -> bool:
    try:
        return [float(word) for word in words] == numbers
    except ValueError:
        return False
