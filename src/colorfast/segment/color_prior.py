"""Find the garment by its colors: scene and target colors in, hard mask and confidence out.

Each pixel is garment, backdrop, skin or something else. The garment's colors are the target's, loosely; the
backdrop's are those of the border; skin is the face's. The region found gives a sharper model of the garment as it
looks in this photo, wrong color and all, and of what is beside it, and the question is asked again; GrabCut
(Rother, Kolmogorov & Blake 2004, doi:10.1145/1015706.1015720) then settles the edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.masks import fill_holes
from colorfast.records import Array, Mask
from colorfast.segment.colors import density, learned_density, share_inside, spread_of_target
from colorfast.segment.scene import Scene, position_prior
from colorfast.segment.skin import OWN_SPREAD, own_skin, skin_colored

Plane = npt.NDArray[np.float32]

ROUNDS = 2  # of learning the garment's look from what was found
ELSEWHERE = 3e-6  # density of a color nobody has seen: one over the volume of Lab colors that pictures use
SKIN_VOLUME = 6.5e4  # Lab units³ of the region in skin.py
SURE, OUT = 0.92, 0.04  # chances beyond which GrabCut is not asked
PART = 0.12  # parts with less than this share of the best part's mass are something else
GRABCUT_ROUNDS = 2
HOLE = 0.01  # share of the picture; larger gaps in the garment are left open


@dataclass(frozen=True, slots=True)
class Found:
    """A garment on the reduced photo."""

    mask: Mask
    """(h, w)."""
    confidence: float
    """0..1."""


def find_by_colors(scene: Scene, colors: Array, weights: Array, wanted: str) -> Found:
    """Return where the garment with these colors, (m, 3) Lab of weights (m,), is; the mask may be empty."""
    prior = position_prior(scene, wanted)
    skin_share = share_inside(weights, skin_colored(colors))
    like_target = density(scene.cells, colors, weights, spread_of_target(colors))
    other = np.full_like(like_target, ELSEWHERE)
    chance = _chance(scene, like_target, other, prior, skin_share)
    region = _best_parts(chance)
    for _ in range(ROUNDS):
        if not region.any():
            return Found(region, 0.0)
        look = 0.7 * learned_density(scene.cells, region * chance) + 0.3 * like_target
        beside = 0.7 * learned_density(scene.cells, ~region & (chance < 0.5)) + 0.3 * ELSEWHERE
        chance = _chance(scene, look, beside, prior, skin_share)
        region = _best_parts(chance)
    cut = _grabcut(scene, chance)
    region = _best_parts(np.where(cut, np.maximum(chance, 0.51), 0).astype(np.float32))
    region = fill_holes(region, largest=HOLE * region.size)
    return Found(region, _confidence(scene, chance, region, like_target))


def _chance(scene: Scene, garment: Plane, other: Plane, prior: Plane, skin_share: float) -> Plane:
    """Chance of each pixel (h, w) to be garment, by Bayes' rule over garment, backdrop, skin and other things."""
    index = scene.cells.index
    backdrop = learned_density(scene.cells, scene.border & ~_crossing(scene))
    behind = np.where(scene.figure, 0.02 if scene.plain else 0.3, 2.0)
    mine = 0.5 * prior * garment[index]
    rest = behind * backdrop[index] + 0.25 * _skin(scene, skin_share) + 0.25 * other[index]
    return cast(Plane, (mine / (mine + rest + 1e-12)).astype(np.float32))


def _skin(scene: Scene, skin_share: float) -> Plane:
    """Density of skin at each pixel (h, w); a skin-colored target leaves only the face's own skin to exclude."""
    everybody = skin_colored(scene.lab) * np.float32((1 - skin_share) / SKIN_VOLUME)
    if scene.face is None:
        return cast(Plane, everybody)
    peak = 1 / (np.prod(OWN_SPREAD) * (2 * np.pi) ** 1.5)
    return cast(
        Plane, everybody * 0.5 + own_skin(scene.lab, scene.face) * np.float32(peak * (1 - 0.7 * skin_share))
    )


def _crossing(scene: Scene) -> Mask:
    """The part of the border that the figure itself may cross: the lower middle."""
    height, width = scene.figure.shape
    crossing = np.zeros((height, width), np.bool_)
    crossing[height // 2 :, width // 5 : width - width // 5] = True
    return crossing | (scene.figure if scene.plain else False)


def _best_parts(chance: Plane) -> Mask:
    """The connected part with the largest mass of chance, and all with a fair share of it."""
    mask = cv2.morphologyEx((chance > 0.5).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(mask, connectivity=4)
    mass = np.bincount(labels.ravel(), chance.ravel(), count)
    mass[0] = 0
    return cast(Mask, (mass >= max(PART * mass.max(), 1e-6))[labels])


def _grabcut(scene: Scene, chance: Plane) -> Mask:
    """Settle the edges; chances beyond SURE and OUT are kept."""
    trimap = np.where(chance > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[chance > SURE], trimap[chance < OUT] = cv2.GC_FGD, cv2.GC_BGD
    if not (chance > 0.5).any() or not (chance <= 0.5).any():
        return chance > 0.5
    picture = np.clip(scene.lab * [2.55, 1, 1] + [0, 128, 128], 0, 255).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, trimap, None, *models, GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    return cast(Mask, (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD))


def _confidence(scene: Scene, chance: Plane, region: Mask, like_target: Plane) -> float:
    """Mean chance inside × share of the region that looks like the target × its compactness (each 0..1)."""
    if not region.any():
        return 0.0
    like = like_target[scene.cells.index[region]]
    fits = float(np.mean(like / (like + ELSEWHERE)))
    contour = (
        cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).sum() / 2
    )
    compact = min(1.0, 4 * float(np.sqrt(region.sum())) / max(float(contour), 1.0) * 2)
    return float(np.clip(chance[region].mean() * fits * compact, 0, 1))
