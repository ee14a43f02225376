"""How near to the truth any map of colors can come, by how much of the garment the error clipped.

    python tools/clipping_limit.py VITON_PAIRS [LIMIT SEEDS]

The bound knows the truth: each pixel of the photo is moved as 48 pixels of nearly its own color were, in the
truth, elsewhere in the garment (a chessboard of 16 pixels, each half from the other). No method that sees the
photo and the palette of a reference has that. What a clipped channel lost, it cannot bring back either. Both are
delivered in the photo's format and judged as in `colorfast bench quality`, track `same`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path

import numpy as np
from sklearn.neighbors import KDTree

from colorfast.bench.cases import Problem, load
from colorfast.bench.datasets import find_cases
from colorfast.bench.quality import corrected, errors_to_truth
from colorfast.color.profiles import from_lab, to_lab
from colorfast.read.image import decode
from colorfast.read.write import encode, with_part
from colorfast.records import Array, Mask
from colorfast.settings import Settings

NEIGHBORS = 48
SQUARE = 16  # pixels a side
SHARES = (0.0, 0.02, 0.3, 1.0)  # of the core that is clipped in any channel
SETTINGS = Settings()


def main(folder: Path, limit: int, seeds: int) -> None:
    """Print a Markdown table: a row for each range of clipped shares, and one for all."""
    found = np.array(list(measured(folder, limit, seeds)))
    print("| clipped share of the core | n | hybrid, median | P95 | bound, median | P95 |")
    print("| --- | --- | --- | --- | --- | --- |")
    ranges = [*pairwise(SHARES), (0.0, 1.0)]
    for least, most in ranges:
        inside = (found[:, 0] >= least) & ((found[:, 0] < most) | (most == 1))
        figures = [np.percentile(found[inside, k], q) for k in (1, 2) for q in (50, 95)]
        cells = [f"{least:.0%} to {most:.0%}", str(inside.sum()), *(f"{one:.2f}" for one in figures)]
        print(f"| {' | '.join(cells)} |")


def measured(folder: Path, limit: int, seeds: int) -> Iterator[tuple[float, float, float]]:
    """Yield a case's clipped share, and the median CIEDE2000 that hybrid and the bound leave."""
    cases = [case for case in find_cases(folder) if case.track == "same"][:limit]
    for case, seed in product(cases, range(1, seeds + 1)):
        problem = load(case, seed=seed, settings=SETTINGS.segment)
        codes = problem.photo.pixels[problem.core]
        clipped = float(((codes == 0) | (codes == np.iinfo(codes.dtype).max)).any(axis=1).mean())
        yield (
            clipped,
            *(left(problem, new) for new in (corrected(problem, "hybrid", SETTINGS), bound(problem))),
        )


def left(problem: Problem, new: Array) -> float:
    """Return the median CIEDE2000 to the truth, delivered, of new code values for the garment's box."""
    photo = problem.photo
    after = decode(encode(photo, with_part(photo, problem.garment.box, new), SETTINGS.write), photo.id)
    return float(np.median(errors_to_truth(after, problem)))


def bound(problem: Problem) -> Array:
    """Return the code values of the garment's box that its own truth foretells, crosswise."""
    photo, box = problem.photo, problem.garment.box
    before, truth = (to_lab(one.part(box), photo.profile) for one in (photo, problem.truth))
    known, wanted = problem.garment.core[box], problem.garment.alpha[box] > 0
    new = before.copy()
    white = chessboard(wanted.shape)
    for half in (white, ~white):
        near, far = known & half, wanted & ~half
        if near.sum() >= NEIGHBORS and far.any():
            distance, index = KDTree(before[near]).query(before[far], k=NEIGHBORS)
            weight = 1 / (1 + distance**2)
            moved = ((truth - before)[near][index] * weight[..., None]).sum(axis=1)
            new[far] += moved / weight.sum(axis=1, keepdims=True)
    codes = from_lab(new.astype(np.float32), photo.profile, photo.dtype)
    return np.where(wanted[..., None], codes, photo.part(box))


def chessboard(size: tuple[int, ...]) -> Mask:
    """Return the white squares (h, w)."""
    rows, columns = np.indices(size) // SQUARE
    return np.asarray((rows + columns) % 2 == 0)


if __name__ == "__main__":
    limit, seeds = (int(word) for word in (sys.argv[2:] or ("100", "3")))
    main(Path(sys.argv[1]), limit, seeds)
