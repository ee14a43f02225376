"""Color transfers to compare: published closed forms, ours, and networks in training, one signature for all.

A method takes the Lab pictures (h, w, 3) of a source and a reference, and the labels (h, w) of both or None, and
returns the Lab picture of the result. With labels, colors go from each label to the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from colorfast.bench.peers import mkl, reinhard
from colorfast.color.distribution import palette_of
from colorfast.correct.neural import find_map
from colorfast.correct.settings import CorrectSettings
from colorfast.errors import ExtraMissing
from colorfast.records import Array, Garment, Lab

if TYPE_CHECKING:
    from torch import nn

Labels: TypeAlias = tuple[Array, Array]
Plain: TypeAlias = Callable[[Lab, Lab], Lab]  # of pixels, wherever they lie
Method: TypeAlias = Callable[[Lab, Lab, Labels | None], Lab]
LEAST = 0.005  # share of a picture that a label must cover in both
ROUNDS = 20  # of iterative distribution transfer
STRIDE = 32  # sides of pictures in histogram analogy are multiples of it


def nothing(source: Lab, _reference: Lab) -> Lab:
    """Leave the picture as it is: what every method must beat."""
    return source


def iterative(source: Lab, reference: Lab) -> Lab:
    """Match the marginals along three random axes, again and again.

    Pitié, Kokaram & Dahyot 2007, Automated colour grading using colour distribution transfer, section 3.
    """
    rng = np.random.default_rng(0)
    colors, goals = (lab.reshape(-1, 3).astype(np.float64) for lab in (source, reference))
    for _ in range(ROUNDS):
        axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        here, there = colors @ axes, np.sort(goals @ axes, axis=0)
        for number in range(3):
            order = np.argsort(here[:, number])
            quantiles = (np.arange(len(order)) + 0.5) / len(order) * len(there) - 0.5
            here[order, number] = np.interp(quantiles, np.arange(len(there)), there[:, number])
        colors = here @ axes.T
    return colors.reshape(source.shape).astype(np.float32)


def neural(source: Lab, reference: Lab) -> Lab:
    """Ask the shipped network, as `colorfast transfer` does."""
    target = replace(palette_of(reference.reshape(-1, 3)), on_person=True)
    color_map = find_map(palette_of(source.reshape(-1, 3)), target, CorrectSettings())[0]
    return color_map(source)


def labelwise(plain: Plain) -> Method:
    """Return a method that is asked once for all, and once for each label that covers enough of both pictures."""

    def ask(source: Lab, reference: Lab, labels: Labels | None) -> Lab:
        out = np.array(plain(source, reference))
        if labels is None:
            return out
        for label in np.intersect1d(*labels):
            here, there = (ids == label for ids in labels)
            if min(here.mean(), there.mean()) >= LEAST:
                out[here] = plain(source[here][None], reference[there][None])[0]
        return out

    return ask


def _whole(lab: Lab) -> Garment:
    """Return the whole picture as what a peer takes for the garment."""
    everywhere = np.ones(lab.shape[:2], bool)
    box = slice(0, lab.shape[0]), slice(0, lab.shape[1])
    return Garment(core=everywhere, alpha=everywhere.astype(np.float32), way="mask", confidence=1.0, box=box)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "nothing": labelwise(nothing),
        "Reinhard": labelwise(lambda lab, other: reinhard(lab, _whole(lab), other.reshape(-1, 3))),
        "MKL": labelwise(lambda lab, other: mkl(lab, _whole(lab), other.reshape(-1, 3))),
        "IDT": labelwise(iterative),
        "neural": labelwise(neural),
    }
)


def trained(folder: Path) -> Method:
    """Return the method of a training's folder. Raises PairsError, and ExtraMissing without torch."""
    try:
        from colorfast.training.transfer.networks import LATTICE
        from colorfast.training.transfer.run import name_of, open_weights
    except ImportError as error:
        raise ExtraMissing("train", "a training's folder is opened by torch") from error
    network = open_weights(folder)
    return labelwise(_of_lattice(network)) if name_of(folder) == LATTICE else _of_pictures(network)


def _of_lattice(network: nn.Module) -> Plain:
    """Return what a lattice network does before it is exported."""
    import torch

    from colorfast.correct.analogy import analogy, map_of

    @torch.no_grad()
    def ask(source: Lab, reference: Lab) -> Lab:
        target = replace(palette_of(reference.reshape(-1, 3)), on_person=True)
        pair = analogy(palette_of(source.reshape(-1, 3)), target)
        return map_of(pair, network(torch.from_numpy(pair.planes[None]))[0].numpy())(source)

    return ask


def _of_pictures(network: nn.Module) -> Method:
    """Return what histogram analogy does, on a picture mirrored on to sides that it can take."""
    import torch

    from colorfast.training.transfer.crops import OFFSET, SCALE, to_lab

    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.no_grad()
    def ask(source: Lab, reference: Lab, labels: Labels | None) -> Lab:
        rows, columns = (
            -(-side // STRIDE) * STRIDE for side in np.maximum(source.shape, reference.shape)[:2]
        )
        seen = [(lab / SCALE - OFFSET).transpose(2, 0, 1) for lab in (source, reference)]
        seen += [np.zeros((1, *source.shape[:2]))] if labels is None else [ids[None] for ids in labels]
        pair = np.concatenate([_grown(planes, rows, columns) for planes in seen])
        found = network(torch.from_numpy(pair)[None].to(memory_format=torch.channels_last))[0]
        return to_lab(found[0].numpy())[: source.shape[0], : source.shape[1]]

    return ask


def _grown(planes: Array, rows: int, columns: int) -> Array:
    """Return planes (c, h, w) as float32 (c, rows, columns), mirrored at the ends."""
    more = ((0, 0), (0, rows - planes.shape[1]), (0, columns - planes.shape[2]))
    return np.pad(planes, more, mode="symmetric").astype(np.float32)
