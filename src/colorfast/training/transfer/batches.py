"""Which pairs a training step sees: a function of seed and step alone, so that a run can stop anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch

from colorfast.color.distribution import palette_of
from colorfast.correct.analogy import MAPS, Analogy, analogy
from colorfast.records import Array
from colorfast.training.loop import Batch, Batches, share
from colorfast.training.transfer.colors import Regions
from colorfast.training.transfer.pairs import Lesson, drawn

SHARES: Mapping[str, float] = {"graded": 0.25, "dyed": 0.1, "worn": 0.25, "shot": 0.3, "unrelated": 0.1}
UNSURE = 0.5  # weight of a pair whose truth nobody knows
COLUMNS = 3 + 3 * len(MAPS) + 3 + 3 + 1
"""Of a judged color: its place in the lattice, itself under each map, the residual's reach, truth and weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How pairs become batches."""

    batch: int = 32
    """Pairs a step, over all processes."""
    pairs: int = 12_000
    """Different pairs, over and over: making one takes twice as long as learning from it."""
    colors: int = 384
    """Colors of a pair by which its map is judged."""
    seed: int = 0
    shares: Mapping[str, float] = field(default_factory=lambda: dict(SHARES))
    """How often each kind of pair is drawn."""


def batches(regions: Regions, how: Sampling) -> Batches:
    """Return the function from a step to planes (B, PLANES, SIDE, SIDE) and judged colors (B, n, COLUMNS)."""
    kinds, shares = zip(*how.shares.items(), strict=True)

    @lru_cache(maxsize=how.pairs)
    def item(number: int) -> tuple[Array, Array]:
        rng = np.random.default_rng((how.seed, number))
        lesson = drawn(regions, str(rng.choice(kinds, p=np.array(shares) / sum(shares))), rng)
        pair = analogy(palette_of(lesson.source), lesson.target)
        chosen = rng.choice(len(lesson.source), how.colors, replace=False)
        return pair.planes.astype(np.float16), judged(pair, lesson, chosen)

    def draw(step: int) -> Batch:
        items = [item((step * how.batch + place) % how.pairs) for place in range(*share(how.batch))]
        planes, colors = (torch.from_numpy(np.stack(part)) for part in zip(*items, strict=True))
        return planes.float(), colors

    return draw


def judged(pair: Analogy, lesson: Lesson, chosen: Array) -> Array:
    """Return what the loss needs to know of the chosen colors, (n, COLUMNS) float32.

    Where nobody knows the truth, the linear map is as good a guess as any: the network should not invent.
    """
    lab = lesson.source[chosen]
    mapped = pair.mapped(lab)
    truth = mapped[MAPS.index("linear")] if lesson.truth is None else lesson.truth[chosen]
    weight = np.full((len(lab), 1), UNSURE if lesson.truth is None else 1)
    reach = np.broadcast_to(pair.reach, lab.shape)
    return np.hstack([pair.places(lab), *mapped, reach, truth, weight]).astype(np.float32)
