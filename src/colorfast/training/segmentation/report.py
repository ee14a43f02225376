"""What `colorfast evaluate segmentation -o FOLDER` leaves there: report.json, and pictures of what went wrong.

Of each network on each collection: confusion.csv (pixels; rows are the truth), confusion.png (shares of the
rows) and worst.png (the photos with the lowest mIoU, with truth and prediction). With one network and one
collection they lie in FOLDER, else in FOLDER/COLLECTION/NETWORK.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from colorfast.files import write_atomically
from colorfast.labels import FIVE
from colorfast.records import Array
from colorfast.training.curve import png_of
from colorfast.training.segmentation.classes import five_ids
from colorfast.training.segmentation.compare import Judged, photos_of
from colorfast.training.segmentation.evaluate import Evaluation, Predict
from colorfast.training.segmentation.metrics import eq_5
from colorfast.training.segmentation.overlays import Sample, iou_text, sheet

WORST = 12  # photos shown


def write_report(folder: Path, judged: Sequence[Judged]) -> None:
    """Write everything. Raises WriteError."""
    for one in judged:
        place = folder if len(judged) == 1 else folder / one.collection / one.network
        place.mkdir(parents=True, exist_ok=True)
        write_atomically(place / "confusion.csv", confusion_csv(one.evaluation.counts).encode())
        write_atomically(place / "confusion.png", confusion_picture(one))
        write_atomically(place / "worst.png", worst_picture(one))
    rows = [row_of(one) for one in judged]
    write_atomically(folder / "report.json", (json.dumps(rows, indent=1, allow_nan=False) + "\n").encode())


def row_of(one: Judged) -> Mapping[str, Any]:
    """Return the measures of one network on one collection; None for a class that never occurs."""
    scores = one.evaluation.agreement
    return {
        "collection": one.collection,
        "split": one.split,
        "photos": len(one.labeled),
        "network": one.network,
        "miou": scores.miou,
        "miou_without_background": _number(scores.miou_without_background),
        "pixel_accuracy": scores.pixels,
        "pixel_accuracy_without_background": _number(scores.pixels_without_background),
        "mean_pixel_accuracy": scores.mean,
        "eq_5_as_printed": eq_5(scores),
        "clothes_boundary_f": one.evaluation.clothes_boundary,
        "iou": _by_class(scores.iou),
        "accuracy": _by_class(scores.per_class),
        "worst": {one.labeled[at].id: round(one.evaluation.photos[at], 4) for at in worst_of(one.evaluation)},
    }


def _by_class(values: Sequence[float]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in zip(FIVE, values, strict=True)}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def worst_of(evaluation: Evaluation) -> list[int]:
    """Return the numbers of the photos with the lowest mIoU, the worst first."""
    order = np.argsort(evaluation.photos, kind="stable")  # nan, of which nothing is known, goes last
    return [int(at) for at in order[:WORST] if not math.isnan(evaluation.photos[at])]


def confusion_csv(counts: Array) -> str:
    """Return pixels as a table: rows are the truth, columns what was found."""
    rows = (",".join([name, *map(str, row)]) for name, row in zip(FIVE, counts.tolist(), strict=True))
    return "\n".join([",".join(["truth", *FIVE]), *rows]) + "\n"


def confusion_picture(one: Judged) -> bytes:
    """Return a PNG of where the pixels of each class went, as shares of the class."""
    counts = one.evaluation.counts
    shares = counts / counts.sum(1, keepdims=True).clip(min=1)
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.add_subplot()
    drawn = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        color = "white" if share > 0.5 else "black"
        axes.text(column, row, f"{100 * share:.1f} %", ha="center", va="center", color=color)
    axes.set_xticks(range(len(FIVE)), FIVE)
    axes.set_yticks(range(len(FIVE)), FIVE)
    axes.set(xlabel="found", ylabel="truth", title=_title(one))
    figure.colorbar(drawn, label="share of the true class", shrink=0.8)
    return png_of(figure)


def worst_picture(one: Judged) -> bytes:
    """Return a PNG of the photos with the lowest mIoU, with truth and prediction."""
    numbers = worst_of(one.evaluation)
    photos = photos_of([one.labeled[at] for at in numbers])
    samples = [
        _sample(Path(one.labeled[at].id).name, photo, labels, one.predict)
        for at, (photo, labels) in zip(numbers, photos, strict=True)
    ]
    return sheet(samples, f"lowest mIoU: {_title(one)}")


def _sample(name: str, photo: Array, labels: Array, predict: Predict) -> Sample:
    truth, found = five_ids()[labels], predict(photo).argmax(0)
    return Sample(photo=photo, truth=truth, found=found, caption=f"{name}: {iou_text(truth, found)}")


def _title(one: Judged) -> str:
    miou = one.evaluation.agreement.miou
    return f"{one.network} on {one.collection}, {one.split}, {len(one.labeled)} photos: mIoU {miou:.3f}"
