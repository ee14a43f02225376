"""`colorfast evaluate segmentation`: several trained networks on the same photos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from colorfast.errors import ExtraMissing
from colorfast.read.image import read_photo
from colorfast.records import Array
from colorfast.training.segmentation.evaluate import Evaluation, Predict, evaluate, file_predictor
from colorfast.training.segmentation.pictures import training_size
from colorfast.training.segmentation.readers import Labeled, find_labeled
from colorfast.weights import SHIPPED, find

LONGEST = 4096  # pixels: photos are judged at their own size, but for giants


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One network on one collection."""

    collection: str
    split: str
    network: str
    evaluation: Evaluation
    labeled: Sequence[Labeled]
    predict: Predict


def shipped() -> Path:
    """Return the file of the network that is part of the package. Raises NetworkMissing or NetworkDamaged."""
    return find(SHIPPED).path


def judge(
    weights: Iterable[Path],
    folder: Path,
    split: str,
    *,
    ids: str = "",
    flip: bool = False,
    limit: int | None = None,
) -> list[Judged]:
    """Return what each network reaches on the labeled photos of a folder, at the photos' own size.

    weights   folders of trainings, or exported .onnx files

    Raises PairsError where there are no photos or no weights, ExtraMissing where a folder needs torch.
    """
    labeled = find_labeled(folder, split, ids=ids)[:limit]
    judged = []
    for path in weights:
        predict = predictor_of(path, flip=flip)
        judged.append(
            Judged(
                collection=folder.name,
                split=split,
                network=path.stem,
                evaluation=evaluate(predict, photos_of(labeled), sharpened=True),
                labeled=labeled,
                predict=predict,
            )
        )
    return judged


def photos_of(labeled: Sequence[Labeled]) -> Iterator[tuple[Array, Array]]:
    """Yield photos (h, w, 3) uint8 and labels (h, w) uint16 at the size at which they are judged."""
    for one in labeled:
        yield training_size(read_photo(one.photo).pixels, one.labels(), LONGEST)


def predictor_of(path: Path, *, flip: bool = False) -> Predict:
    """Return the predictor of an exported file or of a training's folder."""
    if path.suffix == ".onnx":
        return file_predictor(path, flip=flip)
    try:
        from colorfast.training.segmentation.trained import open_weights, predictor
    except ImportError as error:
        raise ExtraMissing("train", "a training's folder is opened by torch") from error
    return predictor(open_weights(path), flip=flip)
