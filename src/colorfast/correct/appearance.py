"""How a garment looks worn, beside its product shot: the natural difference of the two photos.

The same garment, photographed as a still life and on a model, differs by CIEDE2000 3.4 in the median. Part of
that can be foretold from the two pictures: the photo before correction still holds the light on the model, and
its gap to the reference is part light, part error. A linear rule on ten quantities parts them, for L*, a*, b*.

The table is learned by tools/learn_appearance.py, which also prints how well it does on garments it has not seen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorfast.correct.maps import chroma_of
from colorfast.correct.sliced import fit
from colorfast.correct.trust import trust
from colorfast.records import Array, Lab, Palette

SOFT = 4.0
"""Lab units beyond which a gap between photo and reference speaks of an error rather than of light."""

FEATURES = (
    "1",
    "gap L", "gap a", "gap b",
    "reference L", "reference a", "reference b",
    "reference chroma", "photo chroma",
    "soft gap L", "soft gap a", "soft gap b",
    "gap L × chroma", "gap a × chroma", "gap b × chroma",
    "gap L × L", "gap a × L", "gap b × L",
)  # fmt: skip
"""Rows of TABLE. A gap is photo minus reference, of medians; soft is tanh(gap / SOFT); × chroma and × L mean the
reference's, over 100."""

TABLE: Array = np.array(
    [
        [-0.4620, 1.0341, 0.3898],  # 1
        [0.7282, 0.0390, -0.0398],  # gap L
        [0.0104, 0.2183, 0.0016],  # gap a
        [-0.0547, 0.0083, 0.2456],  # gap b
        [-0.0004, 0.0011, -0.0128],  # reference L
        [-0.0054, -0.0217, 0.0627],  # reference a
        [0.0110, 0.0085, 0.0245],  # reference b
        [-0.0161, 0.0056, 0.0113],  # reference chroma
        [0.0288, 0.0059, -0.0114],  # photo chroma
        [0.9818, 0.3228, 0.1568],  # soft gap L
        [0.3434, -1.0890, -0.4061],  # soft gap a
        [0.6332, -0.2848, -1.3184],  # soft gap b
        [-0.3741, 0.1248, -0.1031],  # gap L × chroma
        [0.1063, 0.0959, 0.0109],  # gap a × chroma
        [-0.0074, 0.0442, -0.0270],  # gap b × chroma
        [-0.4594, -0.1720, 0.0148],  # gap L × L
        [-0.0926, -0.0762, 0.0891],  # gap a × L
        [-0.0716, 0.0447, -0.0183],  # gap b × L
    ]
)
"""What each feature adds to L*, a*, b* of the reference's median. On held-out garments the foretold median is
within CIEDE2000 2.50 of the true one in the median, where the reference's own is 3.40 away."""

MOST = 10.0
"""Lab units a difference is at most: 95 % of the real pairs are within; more would be a guess."""


def features(photo: Lab, reference: Lab) -> Array:
    """Return the quantities of FEATURES, (18,), from the medians (3,) of photo and reference."""
    gap = photo.astype(np.float64) - reference
    chroma = chroma_of(reference)
    return np.concatenate(
        [
            [1.0],
            gap,
            reference,
            [chroma, chroma_of(photo)],
            np.tanh(gap / SOFT),
            gap * chroma / 100,
            gap * reference[0] / 100,
        ]
    )


def natural_difference(source: Palette, target: Palette) -> Lab:
    """Return how the garment as worn in the photo's light should differ from the reference, (3,) Lab."""
    difference = features(source.median, target.median) @ TABLE
    difference *= min(1.0, MOST / max(float(np.linalg.norm(difference)), 1e-9))
    return difference.astype(np.float32)


def as_worn(source: Palette, target: Palette) -> Palette:
    """Return the reference's palette as the garment should look in the photo.

    A reference in the photo's own light is returned as it is, and so is a swatch, whose color is meant exactly.
    """
    if target.fine is None or len(target.fine) == 1:
        return target
    share = 1 - trust(fit(source, target), source, target)
    move = np.float32(share) * natural_difference(source, target)
    return replace(target, colors=target.colors + move, median=target.median + move, fine=target.fine + move)
