"""Color transfers of other libraries, called as their documents show: never part of the product.

In and out as in `peers`. They work in sRGB, on the pixels of the core, where nothing but garment is: the kindest
use. At the edge a pixel is given the change of the nearest core pixel, by its alpha. A library is imported when
it is first used; those that are not installed have no row.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

import cv2
import numpy as np

from colorfast.bench.peers import Peer, blended
from colorfast.color.spaces import lab_to_rgb, rgb_to_lab
from colorfast.errors import ExtraMissing
from colorfast.records import Array, Garment, Lab, Mask

SAMPLE = 300  # colors of either side; with the 500 of POT's gallery it would take half the benchmark's time


def color_matcher(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Call color-matcher with its linear optimal transport ("mkl")."""
    return _on_garment(lab, garment, reference, lambda colors, goal: _color_matcher(colors, goal, "mkl"))


def color_matcher_compound(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Call color-matcher with the compound that its authors recommend ("hm-mkl-hm")."""
    return _on_garment(
        lab, garment, reference, lambda colors, goal: _color_matcher(colors, goal, "hm-mkl-hm")
    )


def histograms(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Call scikit-image's match_histograms on the three channels."""
    return _on_garment(lab, garment, reference, _histograms)


def pot_linear(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Call POT's domain adaptation by linear transport between Gaussians."""
    return _on_garment(lab, garment, reference, _pot_linear)


def pot_emd(lab: Lab, garment: Garment, reference: Lab) -> Lab:
    """Call POT's domain adaptation by exact transport between samples."""
    return _on_garment(lab, garment, reference, _pot_emd)


class Library(NamedTuple):
    """A color transfer and the package it needs."""

    package: str
    module: str
    peer: Peer


LIBRARIES: dict[str, Library] = {
    "color-matcher": Library("color-matcher", "color_matcher", color_matcher),
    "color-matcher hm": Library("color-matcher", "color_matcher", color_matcher_compound),
    "skimage hist": Library("scikit-image", "skimage", histograms),
    "POT linear": Library("POT", "ot", pot_linear),
    "POT emd": Library("POT", "ot", pot_emd),
}


def installed() -> tuple[str, ...]:
    """Return the names of LIBRARIES whose package is here."""
    return tuple(name for name, library in LIBRARIES.items() if find_spec(library.module) is not None)


def missing() -> tuple[str, ...]:
    """Return the packages that are not here."""
    absent = [library.package for library in LIBRARIES.values() if find_spec(library.module) is None]
    return tuple(dict.fromkeys(absent))


def library_peer(name: str) -> Peer:
    """Return a library's color transfer. Raises ExtraMissing where its package is not installed."""
    library = LIBRARIES[name]
    if find_spec(library.module) is None:
        raise ExtraMissing("bench", f"{name} needs {library.package}")
    return library.peer


def _on_garment(lab: Lab, garment: Garment, reference: Lab, transfer: Callable[[Array, Array], Array]) -> Lab:
    """Return the box with the transferred colors.

    transfer   from colors and the reference's colors, each (n, 3) float64 sRGB 0..1, to new colors (n, 3)
    """
    new = np.clip(transfer(_rgb(lab[garment.core]), _rgb(reference)), 0, 1).astype(np.float32)
    change = rgb_to_lab(new[None])[0] - lab[garment.core]
    return blended(lab, garment, lab + change[_nearest(garment.core)])


def _nearest(core: Mask) -> Array:
    """Return for every pixel the number, in row order, of the nearest core pixel (h, w)."""
    outside = (~core).astype(np.uint8)
    kind = cv2.DIST_LABEL_PIXEL
    _, labels = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=kind)
    numbers = np.zeros(labels.max() + 1, np.intp)
    numbers[labels[core]] = np.arange(np.count_nonzero(core))
    return np.asarray(numbers[labels])


def _rgb(colors: Lab) -> Array:
    return np.asarray(lab_to_rgb(colors[None], np.float32)[0], dtype=np.float64)


def _color_matcher(colors: Array, reference: Array, method: str) -> Array:
    from color_matcher import ColorMatcher

    codes = ColorMatcher().transfer(src=255 * colors[None], ref=255 * reference[None], method=method)
    return np.asarray(codes[0]) / 255


def _histograms(colors: Array, reference: Array) -> Array:
    from skimage.exposure import match_histograms

    return np.asarray(match_histograms(colors[None], reference[None], channel_axis=-1)[0])


def _pot_linear(colors: Array, reference: Array) -> Array:
    from ot.da import LinearTransport

    transport = LinearTransport().fit(Xs=colors, Xt=reference)
    return np.asarray(transport.transform(Xs=colors))


def _pot_emd(colors: Array, reference: Array) -> Array:
    from ot.da import EMDTransport

    transport = EMDTransport().fit(Xs=_sample(colors), Xt=_sample(reference))
    return np.asarray(transport.transform(Xs=colors))


def _sample(colors: Array) -> Array:
    """Return at most SAMPLE colors, the same ones in every run."""
    chosen = np.random.default_rng(0).permutation(len(colors))[:SAMPLE]
    return np.asarray(colors[chosen])
