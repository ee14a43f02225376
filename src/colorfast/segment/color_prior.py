"""Find the garment by its colors: scene and target colors in, hard mask and confidence out.

Each pixel is garment, backdrop, skin or something else. The garment's colors are the target's, loosely; the
backdrop's are those of the border; skin is the face's. The region found gives a sharper model of the garment
as it looks in this photo, wrong color and all, and of what is beside it, and the question is asked again;
GrabCut (Rother, Kolmogorov & Blake 2004, doi:10.1145/1015706.1015720) then settles the edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.masks import dilate, fill_holes
from colorfast.records import Mask, Palette
from colorfast.segment.colors import density, learned_density, share_inside, spread_of_target
from colorfast.segment.confidence import confidence
from colorfast.segment.hem import another_garment
from colorfast.segment.scene import Scene, centrality, reach_of
from colorfast.segment.skin import OWN_SPREAD, own_skin, skin_colored

Plane = npt.NDArray[np.float32]

GARMENT, BESIDE = 0.5, 0.25  # how common the garment is in a figure, and skin, and other things
BEHIND = 0.02, 0.3, 2.0  # how common the backdrop is: in a figure cut out by it, in no such figure, outside
ROUNDS = 2  # of learning the garment's look from what was found
ELSEWHERE = 3e-6  # density of a color nobody has seen: one over the volume of Lab colors that pictures use
SKIN_VOLUME = 6.5e4  # Lab units³ of the region in skin.py
SURE, OUT = 0.92, 0.04  # chances beyond which GrabCut is not asked
PART = 0.12  # parts with less than this share of the best part's mass are something else
LEARN = 0.7  # weight of what was learned from this photo, beside what was known before
GRABCUT_ROUNDS = 1  # a second one moves no edge nearer
SMOOTH = 0.006  # standard deviation over which chances are averaged, shares of the picture's height
CLOSE = 0.012  # half the width of gaps that are closed, shares of the picture's height
HOLE = 0.002  # share of the picture; larger gaps are filled only when nothing is seen through them


@dataclass(frozen=True, slots=True)
class Found:
    """A garment on the reduced photo."""

    mask: Mask
    """(h, w)."""
    confidence: float
    """0..1."""
    share: Plane | None = None
    """(h', w') how likely each pixel is garment, 0..1, where the way tells that: its edges are to be sharpened."""
    person: float = 1.0
    """How surely the photo shows a person, 0..1, as far as this way can tell."""


def find_by_colors(scene: Scene, target: Palette, wanted: str) -> Found:
    """Return where the garment with these colors is; the mask may be empty."""
    colors, weights = target.colors, target.weights
    reach = reach_of(scene, wanted)
    skin_share = share_inside(weights, skin_colored(colors))
    like_target = density(scene.cells, colors, weights, spread_of_target(colors))
    other = np.full_like(like_target, ELSEWHERE)
    chance = _chance(scene, like_target, other, reach, skin_share)
    region = _best_parts(chance)
    for _ in range(ROUNDS):
        if not region.any():
            return Found(region, 0.0)
        look = LEARN * learned_density(scene.cells, region * chance) + (1 - LEARN) * like_target
        other = learned_density(scene.cells, ~region & (chance < 0.5))
        beside = LEARN * other + np.float32((1 - LEARN) * ELSEWHERE)
        chance = _chance(scene, look, beside, reach, skin_share)
        region = _best_parts(chance)
    foreign = another_garment(scene, region, target, wanted)
    if foreign is not None:
        chance = np.where(foreign, np.float32(0), chance)
        region = _best_parts(chance)
    cut = _grabcut(scene, np.where(region, np.maximum(chance, 0.51), np.minimum(chance, 0.49)))
    region = _close(_best_parts(cut.astype(np.float32)) & (cut | region)) & (scene.figure | region)
    region = _fill_prints(scene, region, skin_share)
    return Found(region, confidence(scene, chance, region, target, wanted))


def _chance(scene: Scene, garment: Plane, other: Plane, reach: Plane, skin_share: float) -> Plane:
    """Chance of each pixel (h, w) to be garment, by Bayes' rule over it, backdrop, skin and other things."""
    index = scene.cells.index
    backdrop = learned_density(scene.cells, scene.border & ~_crossing(scene))
    behind = np.where(scene.figure, BEHIND[0] if scene.plain else BEHIND[1], BEHIND[2])
    mine = GARMENT * reach * centrality(scene) * garment[index]
    another = GARMENT * (1 - reach) * garment[index]  # of the same color, worn elsewhere
    rest = another + behind * backdrop[index] + BESIDE * (_skin(scene, skin_share) + other[index])
    return cast(Plane, (mine / (mine + rest + 1e-12)).astype(np.float32))


def _skin(scene: Scene, skin_share: float) -> Plane:
    """Density of skin at each pixel (h, w); a skin-colored target leaves mainly the face's own skin out."""
    everybody: Plane = skin_colored(scene.lab) * np.float32((1 - skin_share) / SKIN_VOLUME)
    if scene.face is None:
        return everybody
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
    smooth = cv2.GaussianBlur(chance, (0, 0), max(SMOOTH * chance.shape[0], 0.5))
    count, labels = cv2.connectedComponents((smooth > 0.5).astype(np.uint8), connectivity=4)
    mass = np.bincount(labels.ravel(), chance.ravel(), count)
    mass[0] = 0
    return cast(Mask, (mass >= max(PART * mass.max(), 1e-6))[labels])


def _close(mask: Mask) -> Mask:
    """Join what narrow gaps divide: stripes, seams, folds."""
    radius = CLOSE * mask.shape[0]
    return ~dilate(~dilate(mask, radius), radius)


def _fill_prints(scene: Scene, region: Mask, skin_share: float) -> Mask:
    """Fill small holes, and larger ones that show neither backdrop nor skin: prints, pockets, belts."""
    seen_through = ~scene.figure | (_skin(scene, skin_share) > ELSEWHERE)
    filled = fill_holes(region)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        (filled & ~region).astype(np.uint8), connectivity=4
    )
    areas = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    through = np.bincount(labels.ravel(), seen_through.ravel(), len(areas)) / areas
    fill = (areas <= HOLE * region.size) | (through < 0.5)
    fill[0] = False
    return cast(Mask, region | fill[labels])


def _grabcut(scene: Scene, chance: Plane) -> Mask:
    """Settle the edges; chances beyond SURE and OUT are kept."""
    trimap = np.where(chance > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[chance > SURE], trimap[chance < OUT] = cv2.GC_FGD, cv2.GC_BGD
    if not (chance > 0.5).any() or not (chance <= 0.5).any():
        return chance > 0.5
    picture = np.clip(scene.lab * [2.55, 1, 1] + [0, 128, 128], 0, 255).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # its clusters begin by chance: else the mask would hang on what was done before
    cv2.grabCut(picture, trimap, (0, 0, 0, 0), *models, GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    return cast(Mask, (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD))
