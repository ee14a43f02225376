"""`colorfast evaluate segmentation`: several trained networks on the same photos."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch

from colorfast.read.image import read_photo
from colorfast.training.segmentation.evaluate import Evaluation, Predict, evaluate, file_predictor, predictor
from colorfast.training.segmentation.pictures import training_size
from colorfast.training.segmentation.readers import find_labeled
from colorfast.training.segmentation.run import open_weights
from colorfast.training.segmentation.speed import photo_seconds

LONGEST = 4096  # pixels: photos are judged at their own size, but for giants


def compare(
    weights: Iterable[Path],
    folder: Path,
    split: str,
    *,
    ids: str = "",
    flip: bool = False,
    limit: int | None = None,
) -> list[tuple[str, Evaluation]]:
    """Return what each network reaches on the labeled photos of a folder, at the photos' own size.

    weights   folders of trainings, or exported .onnx files

    Raises PairsError where there are no photos or no weights.
    """
    labeled = find_labeled(folder, split, ids=ids)[:limit]
    return [
        (
            path.stem,
            evaluate(
                _predictor(path, flip=flip),
                (training_size(read_photo(one.photo).pixels, one.labels(), LONGEST) for one in labeled),
            ),
        )
        for path in weights
    ]


def speeds(weights: Iterable[Path]) -> list[tuple[Path, float]]:
    """Return the seconds that each training's network needs for a photo, on a GPU where there is one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    trained = [
        path for path in weights if path.suffix != ".onnx"
    ]  # an exported file takes one photo at a time
    return [(path, photo_seconds(open_weights(path), device=device)) for path in trained]


def _predictor(path: Path, *, flip: bool) -> Predict:
    if path.suffix == ".onnx":
        return file_predictor(path, flip=flip)
    return predictor(open_weights(path), flip=flip)
