"""Find the garment without knowing its color: scene in, hard mask and confidence out.

What covers the torso, and is neither backdrop nor skin, gives the colors; the garment is then found by them.
"""

from __future__ import annotations

import numpy as np

from colorfast.color.distribution import palette_of
from colorfast.masks import largest_part
from colorfast.records import Mask
from colorfast.segment.color_prior import Found, find_by_colors
from colorfast.segment.kind import fitting_kind
from colorfast.segment.scene import Scene, torso
from colorfast.segment.skin import own_skin, skin_colored

FEWEST = 16  # pixels of torso that can tell a color
COLORS = 24
LEAST_SURE = 0.05  # and if its colors lead nowhere, only its place remains
LESS_SURE = 0.6  # a garment whose color nobody told is at most this sure


def find_by_place(scene: Scene, wanted: str) -> Found:
    """Return the garment that covers the place where one of this kind is worn; the mask may be empty."""
    place = torso(scene, wanted)
    seen = place & ~_skin(scene)
    if np.count_nonzero(seen) < max(FEWEST, 0.1 * np.count_nonzero(place)):
        seen = place  # a skin-colored garment
    if np.count_nonzero(seen) < FEWEST:
        return Found(np.zeros_like(scene.figure), 0.0)
    colors = palette_of(scene.lab[seen], nodes=COLORS)
    found = find_by_colors(scene, colors, fitting_kind(scene, colors, wanted))
    if np.count_nonzero(found.mask) < np.count_nonzero(seen):  # its colors are found better elsewhere
        return Found(largest_part(seen), LEAST_SURE)
    return Found(found.mask, LESS_SURE * found.confidence)


def _skin(scene: Scene) -> Mask:
    if scene.face is None:
        return skin_colored(scene.lab)
    return own_skin(scene.lab, scene.face) > 0.1
