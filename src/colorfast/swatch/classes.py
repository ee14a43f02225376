"""What palettes are made of: the classes of a photo, and the types that a class is made of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from colorfast.labels import FIVE, GARMENT, PARTS

SMALL = "small accessories"  # what GARMENT calls accessories, as FIVE does what holds them and shoes and bags

TYPES = tuple(SMALL if name == "accessories" else name for name in GARMENT)
"""The names of GARMENT, in its order, each unlike those of FIVE that hold several."""

MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "clothes": ("clothes", *PARTS["clothes"]),
        "accessories": ("accessories", *(SMALL if n == "accessories" else n for n in PARTS["accessories"])),
    }
)
"""The classes that may be known by their types, and all the names that their pixels may have."""

ORDER = (
    *("clothes", *PARTS["clothes"]),
    *("accessories", *MEMBERS["accessories"][1:]),
    *("skin", "hair"),
)
"""In which palettes are listed; those of FIVE and, after a class, its types."""

CLASSES = tuple(name for name in ORDER if name in FIVE)


def class_of(name: str) -> str:
    """Return the class that a type belongs to; of a class itself."""
    return next((each for each, members in MEMBERS.items() if name in members), name)
