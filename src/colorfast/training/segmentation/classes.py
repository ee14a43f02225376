"""Labels for training: which of our classes (colorfast.labels) a pixel may show, and how data sets name them.

A label is the *set* of classes that a pixel may be, one bit a class (uint16). A data set that knows only
"clothes" says upper, lower, dress or outerwear; the loss then constrains the sum of the four, and what is
learned from a finer data set decides between them. The eleven map exactly onto the five.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from colorfast.errors import SettingsError
from colorfast.labels import FIVE, FIVE_OF, GARMENT, PARTS, TABLES
from colorfast.records import Array

UNKNOWN = (1 << len(GARMENT)) - 1
SPANS = tuple(FIVE_OF.index(five) for five in range(len(FIVE)))  # where each of the five begins among ours
IGNORED = 255  # the five-class id where a label allows classes of more than one of the five

CCP: Mapping[str, str] = MappingProxyType(
    {
        "null": "background",
        "skin": "skin",
        "hair": "hair",
        **dict.fromkeys(("blouse", "hoodie", "jumper", "shirt", "sweater", "sweatshirt"), "upper"),
        **dict.fromkeys(("bra", "t-shirt", "top"), "upper"),
        **dict.fromkeys(("jeans", "leggings", "panties", "pants", "shorts", "skirt"), "lower"),
        **dict.fromkeys(("socks", "stockings", "tights"), "lower"),
        **dict.fromkeys(("dress", "romper"), "dress"),
        **dict.fromkeys(("blazer", "cape", "coat", "jacket"), "outerwear"),
        **dict.fromkeys(("cardigan", "vest"), "upper outerwear"),
        "bodysuit": "upper dress",
        "intimate": "upper lower",
        "suit": "upper lower outerwear",
        "swimwear": "upper lower dress",
        **dict.fromkeys(("boots", "clogs", "flats", "heels", "loafers", "pumps"), "footwear"),
        **dict.fromkeys(("sandals", "shoes", "sneakers", "wedges"), "footwear"),
        **dict.fromkeys(("bag", "purse", "wallet"), "bag"),
        "hat": "headwear",
        **dict.fromkeys(("accessories", "belt", "bracelet", "earrings", "glasses", "gloves"), "accessories"),
        **dict.fromkeys(("necklace", "ring", "scarf", "sunglasses", "tie", "watch"), "accessories"),
    }
)
"""The names of Clothing Co-Parsing (Yang, Luo & Lin 2014)."""


def label(words: str) -> int:
    """Return the set of classes named by words of ours, by `clothes`, or by `unknown`. Raises SettingsError.

    `accessories` is the one of ours; only a table of five means bags, shoes and hats by it too.
    """
    bits = 0
    for word in words.split():
        if word == "unknown":
            bits |= UNKNOWN
        elif word in GARMENT:
            bits |= 1 << GARMENT.index(word)
        elif word in PARTS:
            bits |= five_label(word)
        else:
            raise SettingsError("label table", word, f"one of {', '.join((*GARMENT, 'clothes', 'unknown'))}")
    return bits


def five_label(name: str) -> int:
    """Return the set of our classes that one of the five is made of."""
    return sum(1 << GARMENT.index(part) for part in PARTS[name])


def table(name: str) -> Array:
    """Return the label (256,) uint16 of each id under a table of TABLES; ids it does not know are unknown."""
    means = five_label if name == "five" else label
    return labels_of([means(words) for words in TABLES[name]])


def labels_of(bits: list[int]) -> Array:
    """Return the labels of ids 0, 1, … padded with unknown to (256,) uint16."""
    return np.array([*bits, *[UNKNOWN] * (256 - len(bits))], np.uint16)


def five_ids() -> Array:
    """Return the five-class id (2048,) uint8 of every label; IGNORED where it is not one of the five."""
    ids = np.full(UNKNOWN + 1, IGNORED, np.uint8)
    for five, name in enumerate(FIVE):
        within = five_label(name)
        inside = (np.arange(1, UNKNOWN + 1) & ~within) == 0
        ids[1:][inside] = five
    return ids
