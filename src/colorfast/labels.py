"""What a pixel of a fashion photo may show: eleven classes of our own, the five of ChromaFashionNet, and tables
from the labels of others to ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "background": ("background",),
        "hair": ("hair",),
        "clothes": ("upper", "lower", "dress", "outerwear"),
        "skin": ("skin",),
        "accessories": ("footwear", "bag", "headwear", "accessories"),
    }
)
"""The five classes, in the order of ChromaFashionNet's label files, and ours that each is made of."""

FIVE = tuple(PARTS)
GARMENT = tuple(part for parts in PARTS.values() for part in parts)
FIVE_OF = tuple(five for five, parts in enumerate(PARTS.values()) for _ in parts)
"""The five-class id of each of our ids."""

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "five": FIVE,
        "garment": GARMENT,
        # Liang et al. 2015, Deep Human Parsing with Active Template Regression. Its upper clothes hold coats.
        "atr": (
            *("background", "headwear", "hair", "accessories", "upper outerwear", "lower", "lower", "dress"),
            *("accessories", "footwear", "footwear", "skin", "skin", "skin", "skin", "skin"),
            *("bag", "accessories"),
        ),
    }
)
"""What each id of a label file or of a network means: names of ours or of the five, several where it may be any."""

PERSON = " ".join(name for name in GARMENT if name != "background")
"""Whoever says no more than this says only what is not background."""

ADE20K = tuple(
    {12: PERSON, 92: "upper lower dress outerwear", 115: "bag"}.get(id_, "background") for id_ in range(150)
)
"""The 150 classes of the MIT scene parsing benchmark as networks number them, from 0: wall, building, sky, …

Of all of them, 12 (person), 92 (apparel) and 115 (bag) may be worn. Zhou et al. 2017, Scene Parsing through ADE20K.
"""
