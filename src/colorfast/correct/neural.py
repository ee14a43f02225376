"""Neural correction: a network looks at both garments' colors and says how closed-form maps are mixed, and what
they lack. It sees histograms alone, so it costs the same for every size, and a right garment is left as it is.

The network ships with the package (`colorfast train transfer`, docs/decisions/0023-learned-transfer.md).
"""

from __future__ import annotations

from colorfast.correct import hybrid
from colorfast.correct.analogy import analogy, map_of
from colorfast.correct.maps import as_it_is, keeping_lightness, step
from colorfast.correct.settings import CorrectSettings
from colorfast.inference import open_network
from colorfast.records import ColorMap, Palette, Step
from colorfast.weights import TRANSFER, find


def find_map(source: Palette, target: Palette, settings: CorrectSettings) -> tuple[ColorMap, list[Step]]:
    """Return the map from the source palette to the target's, and the steps that led to it.

    A swatch is one color and no distribution: the garment then moves as `hybrid` moves it, and a step says so.

    Raises NetworkMissing, NetworkDamaged.
    """
    if len(target.points[0]) == 1:
        color_map, steps = hybrid.find_map(source, target, settings)
        return color_map, [*steps, step("one color, as hybrid", color_map, source, target)]
    color_map = learned_map(source, target, reach=settings.reach)
    steps = [as_it_is(source, target), step("maps mixed by a network", color_map, source, target)]
    return (color_map if settings.luminance else keeping_lightness(color_map)), steps


def learned_map(source: Palette, target: Palette, *, reach: float) -> ColorMap:
    """Return the map that the shipped network makes of two palettes.

    reach   Lab units a color may travel before it counts as not shown in the target
    """
    pair = analogy(source, target, reach=reach)
    return map_of(pair, open_network(find(TRANSFER).path)(pair.planes[None])[0])
