"""Which garment a reference shows: what is worn above the waist, or below, or both."""

from __future__ import annotations

import numpy as np

from colorfast.color.distribution import palette_of
from colorfast.color.transport import couple
from colorfast.records import Lab, Mask, Palette
from colorfast.segment.scene import Scene, legs_shown, torso
from colorfast.segment.skin import own_skin, skin_colored

NODES = 16
BLUR = 6.0  # Lab units
FEWEST = 40  # pixels that can tell the colors of a garment
UNLIKE = 12.0  # Lab units by which colors must move in different directions to be 1/e like the target
CLEARLY = (
    0.8,
    0.6,
)  # share of the other's distance within which upper, or lower, is meant alone: tops are commoner
POSSIBLE = 25.0  # Lab units; a photo is hardly further off, so that colors beyond are another garment's
MOST_OF = 0.5  # share of the legs that a picture of trousers or a skirt shows


def fitting_kind(scene: Scene, target: Palette, wanted: str) -> str:
    """Return "upper" or "lower" for "auto" where that one clearly fits the target better; else `wanted`."""
    if wanted != "auto":
        return wanted
    upper, lower = (_distance(scene, target, kind) for kind in ("upper", "lower"))
    if upper < POSSIBLE and legs_shown(scene) < MOST_OF:
        return "upper"  # who photographs trousers shows them
    if upper < CLEARLY[0] * lower:
        return "upper"
    return "lower" if lower < CLEARLY[1] * upper else "auto"


def likeness(lab: Lab, mask: Mask, target: Palette) -> float:
    """Return how like the target's the colors under the mask are, 0..1, but for a shift common to all."""
    found = palette_of(lab[mask], nodes=NODES)
    shift = couple(found, target, blur=BLUR).targets - found.colors
    restless = np.linalg.norm(shift - np.average(shift, axis=0, weights=found.weights), axis=1)
    return float(np.exp(-np.average(restless, weights=found.weights) / UNLIKE))


def distance_to(worn: Palette, target: Palette) -> float:
    """Return the mean distance, Lab units, from colors that are worn to their partners in the target."""
    plan = couple(worn, target, blur=BLUR).plan
    away = np.linalg.norm(worn.colors[:, None] - target.colors[None], axis=-1)
    return float((plan * away).sum() / max(float(plan.sum()), 1e-9))


def _distance(scene: Scene, target: Palette, kind: str) -> float:
    """Mean distance, Lab units, from the colors worn there to the target's; inf if none are seen."""
    place = torso(scene, kind)
    skin = skin_colored(scene.lab) if scene.face is None else own_skin(scene.lab, scene.face) > 0.1
    seen = place & ~skin
    if np.count_nonzero(seen) < max(FEWEST, 0.2 * np.count_nonzero(place)):
        seen = place
    if np.count_nonzero(seen) < FEWEST:
        return np.inf
    return distance_to(palette_of(scene.lab[seen], nodes=NODES), target)
