"""How a garment looks worn, beside its product shot, and the correction that aims there.

The same garment, photographed as a still life and on a model, differs by CIEDE2000 3.4 in the median. Part of
that can be foretold from the two pictures: the photo before correction still holds the light on the model, and
its gap to the reference is part light, part error. A linear rule on 25 quantities parts them, for L*, a*, b*.
It holds for product shots: a reference that is worn itself, and a swatch, are matched as they are.

The table is learned by tools/learn_appearance.py, which also prints how near the corrected pictures come to the
truth on garments it has not seen. What it is worth and where its limit lies: docs/decisions/0008-appearance.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorfast.correct.maps import as_it_is, chroma_of, feedback, keeping_lightness, step
from colorfast.correct.matching import match
from colorfast.correct.settings import CorrectSettings
from colorfast.correct.sliced import Fit, fit
from colorfast.correct.trust import odds
from colorfast.records import Array, ColorMap, Lab, Palette, Step

SOFT = 4.0
"""Lab units beyond which a gap between photo and reference speaks of an error rather than of light."""
NEUTRAL = 3.0
"""Chroma around which a color is as good as neutral: cloth that is meant to be gray, black or white."""
DARK, LIGHT = 0.05, 0.95
"""Quantiles of each channel that stand for the two ends of a garment's colors."""

FEATURES = (
    "1",
    "gap L", "gap a", "gap b",
    "reference L", "reference a", "reference b",
    "soft gap L", "soft gap a", "soft gap b",
    "gap L × chroma", "gap a × chroma", "gap b × chroma",
    "gap L × L", "gap a × L", "gap b × L",
    "hue a", "hue b",
    "neutral",
    "low gap L", "low gap a", "low gap b",
    "high gap L", "high gap a", "high gap b",
)  # fmt: skip
"""Rows of TABLE. A gap is photo minus reference, of medians; soft is tanh(gap / SOFT); low and high are soft gaps
of the quantiles DARK and LIGHT; the rest is the reference's: × chroma and × L over 100, hue is a* and b* over
chroma + NEUTRAL, neutral is exp(-chroma / NEUTRAL)."""

TABLE: Array = np.array(
    [
        [-0.0072, 1.2502, 0.3764],  # 1
        [0.6968, 0.0243, -0.0640],  # gap L
        [0.0170, 0.1710, -0.0538],  # gap a
        [-0.0565, -0.0081, 0.1853],  # gap b
        [-0.0012, 0.0028, -0.0092],  # reference L
        [0.0235, 0.0103, 0.0466],  # reference a
        [0.0120, 0.0078, 0.0230],  # reference b
        [1.7859, 0.0476, 0.2553],  # soft gap L
        [0.3277, -0.2097, -0.1687],  # soft gap a
        [0.7779, 0.0592, -0.6518],  # soft gap b
        [-0.4186, 0.1345, -0.1686],  # gap L × chroma
        [0.1299, 0.1801, 0.0336],  # gap a × chroma
        [0.0045, 0.0389, 0.0393],  # gap b × chroma
        [-0.3999, -0.1138, 0.0654],  # gap L × L
        [-0.0473, -0.0506, 0.0659],  # gap a × L
        [-0.0629, 0.0288, -0.0010],  # gap b × L
        [-1.0077, -1.4504, 0.4711],  # hue a
        [-0.1130, -0.0746, -0.5194],  # hue b
        [-0.3117, -0.7448, -0.4358],  # neutral
        [-0.2926, 0.0752, -0.0791],  # low gap L
        [-0.1120, -0.7254, 0.5365],  # low gap a
        [-0.2851, -0.1736, -0.2023],  # low gap b
        [-0.8202, -0.0260, 0.0298],  # high gap L
        [-0.0761, -0.1196, -0.1947],  # high gap a
        [0.0720, 0.0012, -0.2934],  # high gap b
    ]
)
"""What each feature adds to L*, a*, b* of the reference's median. On held-out garments the foretold median is
within CIEDE2000 2.43 of the true one in the median, where the reference's own is 3.40 away."""

MOST = 10.0
"""Lab units a difference is at most: 95 % of the real pairs are within; more would be a guess."""

ODDS = 30.0
"""So many times surer than trust must one be that a product shot is lit as the photo: else it is moved as worn."""


def is_product_shot(target: Palette) -> bool:
    """Return whether the target is a garment by itself: neither a swatch nor worn by a person."""
    return len(target.colors) > 1 and not target.on_person


def features(source: Palette, target: Palette) -> Array:
    """Return the quantities of FEATURES, (25,), of the photo's palette and the reference's."""
    reference = target.median.astype(np.float64)
    gap = source.median - reference
    chroma = chroma_of(reference)
    return np.concatenate(
        [
            [1.0],
            gap,
            reference,
            np.tanh(gap / SOFT),
            gap * chroma / 100,
            gap * reference[0] / 100,
            reference[1:] / (chroma + NEUTRAL),
            [np.exp(-chroma / NEUTRAL)],
            np.tanh((_ends(source) - _ends(target)) / SOFT).ravel(),
        ]
    )


def _ends(palette: Palette) -> Array:
    """Return the quantiles DARK and LIGHT of each channel, (2, 3): of the nodes, as 64 say it well enough."""
    ends = np.empty((2, 3))
    for channel in range(3):
        order = np.argsort(palette.colors[:, channel])
        shares = palette.weights[order]
        places = np.cumsum(shares) - shares / 2
        ends[:, channel] = np.interp((DARK, LIGHT), places, palette.colors[order, channel])
    return ends


def natural_difference(source: Palette, target: Palette) -> Lab:
    """Return how the garment as worn in the photo's light should differ from the reference, (3,) Lab."""
    difference = features(source, target) @ TABLE
    difference *= min(1.0, MOST / max(float(np.linalg.norm(difference)), 1e-9))
    return difference.astype(np.float32)


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the hybrid map to the garment as worn, and the steps that led to it."""
    return toward(natural_difference(source, target), source, target, settings)


def toward(
    difference: Lab,
    source: Palette,
    target: Palette,
    settings: CorrectSettings,
    *,
    trusted: float | None = None,
) -> tuple[ColorMap, list[Step]]:
    """Return the map to the reference moved by a difference, (3,) Lab, and the steps that led to it.

    trusted   0..1, how surely the light is the same; None looks at the palettes

    Colors are matched with the moved reference and moved as a whole until the medians meet, prints too: their
    median was foretold from pairs whose median lies in the same shaded part of a color. The better the
    distributions match as they are, the more of that match is taken instead: then the light is the same.
    """
    worn = moved(target, difference)
    steps = [as_it_is(source, worn)]
    matched = match(source, worn, reach=settings.reach)
    color_map = matched.color_map
    steps.append(step("colors matched as worn", color_map, source, worn))
    if matched.complete:
        color_map = feedback(color_map, source, worn, settings.delta_e_target)
        steps.append(step("feedback", color_map, source, worn))
    if matched.complete and trusted != 0:
        whole = fit(source, target)
        share = _same_light(whole, source, target) if trusted is None else trusted
        color_map = _mixed(color_map, whole.color_map, share)
        steps.append(step("distributions matched", color_map, source, target))
    return (color_map if settings.luminance else keeping_lightness(color_map)), steps


def as_worn(source: Palette, target: Palette) -> Palette:
    """Return the reference's palette as the garment should look in the photo; unmoved in the photo's own light."""
    share = 1 - _same_light(fit(source, target), source, target)
    return moved(target, np.float32(share) * natural_difference(source, target))


def _same_light(whole: Fit, source: Palette, target: Palette) -> float:
    """Return how surely a product shot is lit as the photo, 0..1."""
    for_it = odds(whole, source, target)
    return for_it / (for_it + ODDS)


def moved(palette: Palette, difference: Lab) -> Palette:
    """Return the palette with a difference, (3,) Lab, added to all its colors."""
    fine = None if palette.fine is None else palette.fine + difference
    return replace(palette, colors=palette.colors + difference, median=palette.median + difference, fine=fine)


def _mixed(worn: ColorMap, exact: ColorMap, share: float) -> ColorMap:
    """Return (1 - share) of the first map and `share` of the second."""
    if share < 0.01:
        return worn

    def mix(lab: Lab) -> Lab:
        mean: Lab = np.float32(1 - share) * worn(lab) + np.float32(share) * exact(lab)
        return mean

    return mix
