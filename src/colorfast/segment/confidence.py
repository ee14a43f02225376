"""How sure a found garment is: scene, chances and mask in, a number 0..1 out.

Five doubts are multiplied: were its pixels likely, do its colors move together to the target's, is its outline
solid, does color change where the outline runs, and does it end at the hip where its kind does. An outline
through plain cloth or across a soft shadow is as good as any other: a mask that has much of it is no garment.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.masks import dilate, erode
from colorfast.records import Array, Mask, Palette
from colorfast.segment.kind import likeness
from colorfast.segment.scene import Scene, torso

Plane = npt.NDArray[np.float32]

RAGGED = 8.0  # outline over the root of the area; 3.5 is a disc, 6 a shirt with sleeves
STEP = 3.0  # Lab units between inside and outside at which an edge is seen; white on white has more
BESIDE = 2.0  # pixels on either side of the outline that are left out: the camera's blur, at 512 pixels
AROUND = 3.0  # pixels; standard deviation of the averages on either side
SEEN = 0.02  # share of such an average that must be pixels of its side; at the picture's border it is not
EDGES = 0.6, 0.9  # shares of the outline with an edge at which the mask is worth nothing, and in full
NOT_BOTH = frozenset(
    {"auto", "upper", "lower"}
)  # kinds that cover chest and legs at once by mistake, most often
BOTH = 0.5  # share of either place that must be covered
BOTH_SURE = 0.7  # what remains of the confidence then: a dress, or a top and trousers alike


def confidence(scene: Scene, chance: Plane, region: Mask, target: Palette, wanted: str) -> float:
    """Return how sure the region (h, w) is the wanted garment with these colors, 0..1.

    chance  (h, w) of each pixel to be garment
    """
    if not region.any():
        return 0.0
    low, high = EDGES
    edges = float(np.clip((edge_share(scene.lab, region) - low) / (high - low), 0, 1))
    ends = BOTH_SURE if wanted in NOT_BOTH and _covers_both(scene, region) else 1.0
    likely = float(chance[region].mean()) * likeness(scene.lab, region, target)
    return likely * _solid(region) * edges * ends


def edge_share(lab: Array, region: Mask) -> float:
    """Return the share of the region's outline, 0..1, on whose two sides colors differ; 1 without outline."""
    inside, outside = (_average(lab, side) for side in (erode(region, BESIDE), ~dilate(region, BESIDE)))
    known = _outline(region) & (inside[..., 3] > SEEN) & (outside[..., 3] > SEEN)
    if not known.any():
        return 1.0
    step = np.linalg.norm(inside[known][:, :3] - outside[known][:, :3], axis=1)
    return float((step > STEP).mean())


def _average(lab: Array, side: Mask) -> Array:
    """The mean color of a side around each pixel and its share there, (h, w, 4)."""
    weight = side.astype(np.float32)[..., None]
    sums = cv2.GaussianBlur(np.concatenate([lab * weight, weight], axis=2), (0, 0), AROUND)
    sums[..., :3] = sums[..., :3] / np.maximum(sums[..., 3:], 1e-6)
    return cast(Array, sums)


def _covers_both(scene: Scene, region: Mask) -> bool:
    shares = [region[torso(scene, kind)] for kind in ("upper", "lower")]
    return all(share.size > 0 and float(share.mean()) > BOTH for share in shares)


def _solid(region: Mask) -> float:
    length = max(float(np.count_nonzero(_outline(region))) / 2, 1.0)
    return min(1.0, RAGGED * float(np.sqrt(np.count_nonzero(region))) / length)


def _outline(region: Mask) -> Mask:
    return cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
