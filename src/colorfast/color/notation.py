"""Colors as people write them.

Text in, one Lab color (3,) under D65 out:

    '#7b2d26'         sRGB, two hexadecimal digits a channel
    '#abc'            the same as '#aabbcc'
    'lab(32 33 22)'   L* 0..100, a*, b*, as a spectrophotometer prints them; commas may part the numbers

Unlike in a web page, lab() is under D65, not D50.
"""

from __future__ import annotations

import re

import numpy as np

from colorfast.color.spaces import rgb_to_lab
from colorfast.errors import ColorError
from colorfast.records import Lab

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
LAB = re.compile(rf"lab\(\s*({NUMBER})[\s,]+({NUMBER})[\s,]+({NUMBER})\s*\)", re.IGNORECASE)
FURTHEST = 200.0  # the spectrum's own colors stay under this |a*| and |b*|


def parse_color(text: str) -> Lab:
    """Return the Lab color (3,) that a text names. Raises ColorError, which says what is wrong with it."""
    written = text.strip()
    if written.startswith("#"):
        return _hexadecimal(text, written[1:])
    if written.lower().startswith("lab"):
        return _numbers(text, written)
    raise ColorError(text, "neither a hexadecimal color nor lab(...)")


def _hexadecimal(text: str, digits: str) -> Lab:
    if len(digits) not in (3, 6):
        raise ColorError(text, f"it has {len(digits)} digits and 3 or 6 are needed")
    if not re.fullmatch(r"[0-9a-fA-F]+", digits):
        raise ColorError(text, "a digit is not one of 0-9 and a-f")
    pairs = [d + d for d in digits] if len(digits) == 3 else re.findall("..", digits)
    return rgb_to_lab(np.array([int(pair, 16) for pair in pairs], np.uint8))


def _numbers(text: str, written: str) -> Lab:
    found = LAB.fullmatch(written)
    if found is None:
        raise ColorError(text, "lab() takes three numbers")
    L, a, b = (float(number) for number in found.groups())
    if not 0 <= L <= 100:
        raise ColorError(text, f"L* is {L:g} and must be from 0 to 100")
    if max(abs(a), abs(b)) > FURTHEST:
        raise ColorError(text, f"a* and b* must be from {-FURTHEST:g} to {FURTHEST:g}")
    return np.array([L, a, b], np.float32)
