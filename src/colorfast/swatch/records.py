"""One swatch and a library of them, whatever file they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from colorfast.records import Array, Lab


class Spectrum(NamedTuple):
    """A measured reflectance."""

    start: float
    """Wavelength of the first sample, nm."""
    step: float
    """Between samples, nm."""
    values: Array
    """(n,) float64, 1 for a perfect diffuser; fluorescent ones are above."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swatch:
    """A color with a name."""

    name: str
    lab: Lab
    """(3,) under D65 for the 2 degree observer."""
    group: str = ""
    spectrum: Spectrum | None = None
    note: str = ""
    """How the color was come by, where that leaves doubt: converted from CMYK, from another light."""


Library = tuple[Swatch, ...]
