"""Which of the garments that a network sees is the wanted one: shares and colors in, its soft share out.

A network tells clothes from skin, hair and ground far better than a top from a coat. So its word is taken for
where clothes are; which of them is meant hangs on color too. Every pixel is the wanted garment, another one, or
no garment; each of these has a density of color, learned from this photo, and the wanted one's begins with the
target's colors, loosely, for the photo's own may be wrong. Bayes' rule then decides, and the densities are
learned again from what it found.

Shares are (N, h, w) float32 0..1 on the grid of the picture they are used with, Lab is (h, w, 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from colorfast.color.distribution import palette_of
from colorfast.labels import PARTS
from colorfast.masks import dilate, fill_holes
from colorfast.records import Array, Lab, Mask, Palette
from colorfast.segment.colors import Cells, cells_of, density, learned_density, spread_of_target
from colorfast.segment.kind import distance_to, likeness
from colorfast.segment.parsing import CLOTHES, Parsed
from colorfast.segment.skin import skin_colored

Plane = npt.NDArray[np.float32]

UPPER, LOWER = ("upper", "outerwear", "dress"), ("lower",)  # worn above the waist, and below
MEANT = {
    "auto": (0.5, 0.5, 0.5, 0.5),
    "upper": (0.75, 0.1, 0.6, 0.7),
    "lower": (0.1, 0.75, 0.5, 0.1),
    "dress": (0.5, 0.45, 0.8, 0.5),
    "outerwear": (0.6, 0.1, 0.5, 0.8),
    "full": (0.9, 0.9, 0.9, 0.9),
}
"""How likely the wanted kind is under each class of CLOTHES: networks mix up those that are worn in one place."""

DOUBT = 0.005  # the network is never surer than this that a pixel does not show a class
ALIKE = 0.5  # weight of the classes that a color has anywhere in the clothes, beside those of the pixel
ROUNDS = 2
LEARN = 0.7  # weight of what was learned from this photo, beside what was known before
FIRST = 0.8  # and of the wanted kind's colors at the start, beside the target's
ELSE = 0.4  # chance of being wanted below which a pixel teaches the other garments' colors at the start
NEITHER = 0.8  # weight of the learned colors of what is no garment
ELSEWHERE = np.float32(3e-6)
"""Density of a color nobody has seen: one over the volume of Lab that pictures use."""
NEAR = 10.0  # times that density, at which a color is the target's or not with equal chance
NODES = 16
FEWEST = 40  # pixels that can tell the colors of a garment
CLEARLY = 0.9, 0.6  # share of the other's distance within which what is above, or below, is meant alone
POSSIBLE = 30.0  # Lab units; a photo is hardly further off, so that colors beyond are another garment's
PARTLY = 0.45  # share of the clothes; trousers that are cut off and cover less are not what is photographed
CUT = 0.4  # of its usual width, at the picture's lower edge, from which a garment is cut off there
FOREIGN = 1.5, 5.0
"""Times, and Lab units more than, the best part's distance: beyond, a part is someone else's."""
PART = 0.02  # of the largest part's area; smaller parts stay
TELLING = 0.25  # of the largest part's area, from which a part tells which others are someone else's
HOLE_EDGE = 1.5  # pixels of what the network saw, by which a hole was seen too small
BARE = 0.05  # skin and hair, as a share of the garment, from which a person surely wears it
SURE_OF_FIGURE = 0.82, 0.9
"""Mean share of what is no background, where that is more than half, at which nobody is there, and surely somebody.
Of 490 photos of persons 98 % have over 0.9, of 186 without 95 % less than 0.87 and three in four less than 0.81."""
SURE_OF_BARE = 0.72, 0.8  # and of skin and hair: 98 % over 0.82, 90 % less than 0.75
NOT_BOTH = frozenset({"auto", "upper", "lower"})  # kinds that cover both by mistake, most often
BOTH, BOTH_SURE = 0.5, 0.7  # share of what is above and below, both covered, and what confidence then remains


@dataclass(frozen=True, slots=True)
class Worn:
    """The wanted garment as a network and colors tell of it."""

    share: Plane
    """(h, w) how likely each pixel shows it."""
    confidence: float
    """0..1, if there is a person."""
    person: float
    """How surely there is a person at all, 0..1."""
    kind: str
    """"upper", "lower", …: which kind it was taken for."""


def find_worn(lab: Lab, parsed: Parsed, target: Palette | None, wanted: str) -> Worn:
    """Return the garment that is wanted, among those that a network sees on a picture.

    target   colors that it should have; None: what is worn most
    """
    shares = parsed.shares
    seen = Parsed(shares * (1 - DOUBT * len(shares)) + DOUBT, *parsed[1:])
    cells, clothes = cells_of(lab), np.stack([seen.of((name,)) for name in CLOTHES])
    classes = _classes(clothes, cells)
    kind = wanted if wanted != "auto" else _kind(lab, classes, clothes, target)
    meant = np.tensordot(np.array(MEANT[kind], np.float32), classes, 1)
    share = _share(seen, cells, meant, target, told=kind != "auto")
    if target is not None:
        share = np.where(_someone_elses(lab, share > 0.5, target), np.float32(0), share)
    much = _much_bare(lab, parsed, float((share > 0.5).mean()))
    person = much * surely_seen(parsed)
    return Worn(share, _confidence(lab, share, clothes, target, kind), person, kind)


def with_prints(mask: Mask, parsed: Parsed) -> Mask:
    """Return a mask (h, w) of the photo's size with its holes filled that show no skin, hair or ground."""
    size = (2 * parsed.size[1], 2 * parsed.size[0])
    small = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    holes = fill_holes(small) & ~small
    if not holes.any():
        return mask
    through = cv2.resize(parsed.of(("background", "skin", "hair")), size, interpolation=cv2.INTER_LINEAR)
    count, labels = cv2.connectedComponents(holes.astype(np.uint8), connectivity=4)
    areas = np.bincount(labels.ravel(), minlength=count)
    closed = np.bincount(labels.ravel(), through.ravel(), count) < 0.5 * areas
    closed[0] = False
    prints = dilate(closed[labels], HOLE_EDGE).astype(np.uint8)
    return mask | (cv2.resize(prints, mask.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)


def _classes(clothes: Array, cells: Cells) -> Array:
    """Return the share (4, h, w) of each class among the clothes, half the pixel's own, half its color's."""
    index = cells.index.ravel()
    whole = clothes.sum(axis=0)
    of_color = np.bincount(index, whole.ravel(), len(cells.lab)) + 1e-6
    alike = np.stack([np.bincount(index, share.ravel(), len(cells.lab)) / of_color for share in clothes])
    mixed = ALIKE * alike.astype(np.float32)[:, cells.index]
    return cast(Array, mixed + (1 - ALIKE) * clothes / whole)


def _kind(lab: Lab, classes: Array, clothes: Array, target: Palette | None) -> str:
    """Return "upper" or "lower" where that alone is meant: by its colors, or as it is what is photographed."""
    worn = clothes.sum(axis=0) > 0.5
    places = [worn & (_sum(classes, names) > 0.5) for names in (UPPER, LOWER)]
    areas = [np.count_nonzero(place) for place in places]
    if target is None:
        return "upper" if areas[0] >= areas[1] else "lower"
    enough = max(FEWEST, 0.05 * np.count_nonzero(worn))
    upper, lower = (
        distance_to(palette_of(lab[place], nodes=NODES), target) if area > enough else np.inf
        for place, area in zip(places, areas, strict=True)
    )
    if {"upper": upper, "lower": lower}.get(target.kind, np.inf) < POSSIBLE:
        return target.kind
    cut_off = areas[1] < PARTLY * sum(areas) and _cut_off(clothes[CLOTHES.index("lower")])
    if upper < CLEARLY[0] * lower or (upper < POSSIBLE and cut_off):
        return "upper"
    return "lower" if lower < CLEARLY[1] * upper else "auto"


def _cut_off(share: Plane) -> bool:
    """Return whether a garment goes on below the picture's lower edge."""
    widths = share.sum(axis=1)
    usual = float(np.percentile(widths[widths > 1], 75)) if (widths > 1).any() else np.inf
    return float(widths[-max(1, len(widths) // 60) :].mean()) > CUT * usual


def _share(seen: Parsed, cells: Cells, meant: Plane, target: Palette | None, *, told: bool) -> Plane:
    """Return how likely each pixel (h, w) is the wanted garment.

    meant   (h, w) chance that a piece of clothing here is of the wanted kind
    told    whether that says anything
    """
    worn, index = seen.of(CLOTHES), cells.index
    sure = worn > 0.5
    like_target = np.full(len(cells.lab), ELSEWHERE)
    if target is not None:
        like_target = density(cells, target.colors, target.weights, spread_of_target(target.colors))
    near = like_target / (like_target + np.float32(NEAR) * ELSEWHERE)
    look, other = like_target, np.full_like(like_target, ELSEWHERE)
    if told:
        likely = sure & (meant >= ELSE)
        look = _mixed(FIRST, learned_density(cells, worn * meant * likely * near[index]), like_target)
        other = _mixed(LEARN, learned_density(cells, worn * (1 - meant) * (sure & ~likely)), ELSEWHERE)
    neither = _neither(seen, cells)
    for number in range(ROUNDS):
        mine, others = worn * meant * look[index], worn * (1 - meant) * other[index]
        total = mine + others + neither + np.float32(1e-12)
        mine, others = mine / total, others / total
        if number < ROUNDS - 1:
            look = _mixed(LEARN, learned_density(cells, mine * (mine > 0.5)), like_target)
            other = _mixed(LEARN, learned_density(cells, others * (others > 0.5)), ELSEWHERE)
    return cast(Plane, mine.astype(np.float32))


def _neither(seen: Parsed, cells: Cells) -> Plane:
    """Return how likely the color of each pixel (h, w) is as background, hair, skin or an accessory."""
    likeliest = seen.shares.argmax(axis=0)
    total = np.zeros(likeliest.shape, np.float32)
    for names in (PARTS["background"], PARTS["hair"], PARTS["skin"], PARTS["accessories"]):
        share = seen.of(names)
        there = np.isin(likeliest, [seen.classes.index(name) for name in names])
        learned = _mixed(NEITHER, learned_density(cells, share * there), ELSEWHERE)
        total += share * learned[cells.index]
    return total


def _someone_elses(lab: Lab, region: Mask, target: Palette) -> Mask:
    """Return the parts (h, w) of the region that fit the target clearly less than the best one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    large = [n for n in range(1, count) if areas[n] >= max(FEWEST, PART * areas[1:].max())]
    if len(large) < 2:
        return np.zeros_like(region)
    away = {n: distance_to(palette_of(lab[labels == n], nodes=NODES), target) for n in large}
    best = min(away[n] for n in large if areas[n] >= TELLING * areas[1:].max())  # not a sliver of the ground
    foreign = np.zeros(count, np.bool_)
    foreign[[n for n in large if away[n] > max(FOREIGN[0] * best, best + FOREIGN[1])]] = True
    return cast(Mask, foreign[labels])


def surely_seen(parsed: Parsed) -> float:
    """Return how surely a picture shows a person at all, 0..1.

    Where there is nobody a network sees some skin and clothes all the same, but is in doubt wherever it does.
    """
    figure, bare = 1 - parsed.of(PARTS["background"]), parsed.of(("skin", "hair"))
    return _above(figure, *SURE_OF_FIGURE) * _above(bare, *SURE_OF_BARE)


def _much_bare(lab: Lab, parsed: Parsed, garment: float) -> float:
    """Return how far skin and hair suffice for a person who wears what covers `garment` of a picture, 0..1.

    Sleeves of a product shot are taken for arms, but hardly ever have their color.
    """
    skin = (parsed.of(("skin",)) > 0.5) & skin_colored(lab)
    seen = float((skin | (parsed.of(("hair",)) > 0.5)).mean())
    return min(1.0, seen / max(BARE * garment, 1e-6))


def _above(share: Plane, least: float, enough: float) -> float:
    """Return where the mean of the shares over a half lies between two values, 0..1."""
    shown = share[share > 0.5]
    mean = float(shown.mean()) if shown.size else 0.0
    return min(1.0, max(0.0, (mean - least) / (enough - least)))


def _confidence(lab: Lab, share: Plane, clothes: Array, target: Palette | None, kind: str) -> float:
    region = share > 0.5
    if np.count_nonzero(region) < FEWEST:
        return 0.0
    sure = float(share[region].mean())
    if target is not None:
        away = distance_to(palette_of(lab[region], nodes=NODES), target)
        sure *= likeness(lab, region, target) * min(1.0, POSSIBLE / max(away, 1e-6))
    if kind not in NOT_BOTH or target is None:
        return sure
    places = [_sum(clothes, names) > 0.5 for names in (UPPER, LOWER)]
    both = all(place.any() and float(region[place].mean()) > BOTH for place in places)
    return BOTH_SURE * sure if both else sure


def _sum(clothes: Array, names: tuple[str, ...]) -> Plane:
    return cast(Plane, clothes[[CLOTHES.index(name) for name in names]].sum(axis=0))


def _mixed(weight: float, learned: Plane, known: Plane | np.float32) -> Plane:
    return cast(Plane, (np.float32(weight) * learned + np.float32(1 - weight) * known).astype(np.float32))
