"""The portrait of the demo: NASA's official picture of Eileen Collins, whose orange suit is the garment.

The photograph is in the public domain and comes with scikit-image (512 x 512, sRGB); the mask is ours.
"""

from __future__ import annotations

import cv2
import numpy as np

from colorfast.color.spaces import lab_to_lch, rgb_to_lab
from colorfast.errors import ExtraMissing
from colorfast.masks import fill_holes, largest_part
from colorfast.records import Array, Mask

OUTLINE = [
    (114, 206), (118, 213), (126, 232), (150, 255), (185, 282), (225, 297), (262, 294), (293, 272),
    (305, 250), (306, 236), (330, 250), (343, 272), (353, 300), (363, 348), (330, 356), (306, 376),
    (288, 404), (279, 440), (276, 480), (278, 511), (175, 511), (140, 480), (112, 508), (100, 511),
    (38, 511), (36, 503), (27, 471), (24, 439), (21, 407), (23, 388), (27, 372), (26, 356), (30, 337),
    (36, 310), (41, 295), (45, 275), (59, 254), (78, 232), (96, 219),
]  # fmt: skip
"""Around the suit, x and y in pixels, a little wide: the flag, the helmet and the face stay outside."""

HUES = (8.0, 72.0)  # degrees of CIELAB hue: orange cloth from its red shadows to its yellow lights
LEAST_CHROMA = 26.0  # patches, zip, straps and collar ring have less
HOLE = 40  # pixels: smaller gaps are highlights and seams of the cloth, larger ones are patches


def portrait() -> Array:
    """Return the photograph, (512, 512, 3) uint8 sRGB. Raises ExtraMissing without scikit-image."""
    try:
        from skimage.data import astronaut
    except ImportError as error:
        raise ExtraMissing("demo", "the demo's photograph comes with scikit-image") from error
    return np.ascontiguousarray(astronaut())


def suit_mask(picture: Array) -> Mask:
    """Return where the orange cloth of the suit is: within OUTLINE, by hue and chroma."""
    within = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(within, [np.array(OUTLINE, np.int32)], 1)
    lch = lab_to_lch(rgb_to_lab(picture))
    orange = (lch[..., 1] >= LEAST_CHROMA) & (lch[..., 2] >= HUES[0]) & (lch[..., 2] <= HUES[1])
    return fill_holes(largest_part(orange & (within > 0)), largest=HOLE)
