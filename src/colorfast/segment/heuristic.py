"""Find the garment without knowing its color: scene in, hard mask and confidence out.

What covers the torso, and is neither backdrop nor skin, gives the colors; the garment is then found by them.
"""

from __future__ import annotations

import numpy as np

from colorfast.records import Mask
from colorfast.segment.color_prior import Found, find_by_colors
from colorfast.segment.scene import Scene, torso
from colorfast.segment.skin import own_skin, skin_colored

FEWEST = 16  # pixels of torso that can tell a color
MOST_COLORS = 24
LESS_SURE = 0.6  # a garment whose color nobody told is at most this sure


def find_by_place(scene: Scene, wanted: str) -> Found:
    """Return the garment that covers the place where one of this kind is worn; the mask may be empty."""
    place = torso(scene, wanted)
    seen = place & ~_skin(scene)
    if np.count_nonzero(seen) < max(FEWEST, 0.1 * np.count_nonzero(place)):
        seen = place  # a skin-colored garment
    if np.count_nonzero(seen) < FEWEST:
        return Found(np.zeros_like(scene.figure), 0.0)
    counts = np.bincount(scene.cells.index[seen], minlength=len(scene.cells.lab))
    chosen = np.argsort(counts)[::-1][:MOST_COLORS]
    chosen = chosen[counts[chosen] > 0]
    found = find_by_colors(scene, scene.cells.lab[chosen], counts[chosen] / counts[chosen].sum(), wanted)
    return Found(found.mask, LESS_SURE * found.confidence)


def _skin(scene: Scene) -> Mask:
    if scene.face is None:
        return skin_colored(scene.lab)
    return own_skin(scene.lab, scene.face) > 0.1
