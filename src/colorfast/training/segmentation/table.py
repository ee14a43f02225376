"""The comparison of networks as text: the ChromaFashionNet paper's tables beside what was found here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from colorfast.labels import FIVE
from colorfast.training.segmentation.evaluate import Evaluation

COLUMNS = ("network", *FIVE, "pixels", "w/o bg", "mean", "mIoU", "mIoU w/o bg", "border F")

# Tables 1 to 5: accuracy of the five classes, of all pixels, and mIoU, on 400 photos that are not to be had
PAPER: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("U-Net1", (0.972, 0.569, 0.848, 0.755, 0.370, 0.924, 0.530)),
    ("U-Net2", (0.976, 0.509, 0.873, 0.753, 0.370, 0.925, 0.515)),
    ("U-Net3", (0.983, 0.474, 0.892, 0.802, 0.422, 0.936, 0.534)),
    ("U-Net4", (0.988, 0.636, 0.904, 0.763, 0.372, 0.941, 0.567)),
    ("U-Net5", (0.990, 0.694, 0.903, 0.810, 0.414, 0.947, 0.604)),
    ("U-Net6", (0.992, 0.741, 0.908, 0.845, 0.520, 0.951, 0.642)),
    ("FCN-32s", (0.988, 0.764, 0.939, 0.781, 0.571, 0.958, 0.654)),
    ("FCN-16s", (0.991, 0.822, 0.944, 0.853, 0.579, 0.964, 0.698)),
    ("FCN-8s", (0.990, 0.793, 0.904, 0.925, 0.649, 0.960, 0.685)),
    ("FCN-1s", (0.992, 0.835, 0.955, 0.867, 0.607, 0.966, 0.715)),
    ("FCN-1s weighted", (0.990, 0.840, 0.955, 0.903, 0.638, 0.968, 0.732)),
    ("Pix2Pix", (0.973, 0.772, 0.928, 0.805, 0.402, 0.926, 0.640)),
    ("LR-ASPP", (0.989, 0.756, 0.934, 0.815, 0.569, 0.959, 0.657)),
    ("DeepLabV3+", (0.994, 0.815, 0.964, 0.884, 0.585, 0.971, 0.732)),
    ("DeepLabV3+ weighted", (0.989, 0.870, 0.964, 0.892, 0.693, 0.970, 0.741)),
)

WITHOUT_NULL = {
    "Pix2Pix": 0.815,
    "LR-ASPP": 0.832,
    "DeepLabV3+": 0.880,
    "DeepLabV3+ weighted": 0.884,
    "U-Net6": 0.801,
    "FCN-1s": 0.862,
    "FCN-1s weighted": 0.871,
}
"""The column of tables 3 to 5 that is the share of right pixels among those that are not background."""


def comparison(found: Iterable[tuple[str, Evaluation]]) -> str:
    """Return one line a network: accuracy a class, of all pixels, of those that are not background, the classes'
    mean, mIoU with and without background, and borders of clothes.

    What the paper prints as mean pixel accuracy agrees with the share of all pixels, and stands there.
    """
    paper = [_paper_line(name, values) for name, values in PAPER]
    ours = [(name, *map(_digits, _values(one))) for name, one in found]
    return aligned([COLUMNS, *paper, *ours])


PAPER_NAMES = {
    "deeplabv3plus": "DeepLabV3+",
    "lraspp": "LR-ASPP",
    "pix2pix": "Pix2Pix",
    **{f"unet{number}": f"U-Net{number}" for number in range(1, 7)},
    **{f"fcn{stride}s": f"FCN-{stride}s" for stride in (32, 16, 8, 1)},
}
FAMILY_COLUMNS = ("network", "loss", "paper", "mIoU", *FIVE, "pixels", "M weights", "steps", "seconds")


def families_text(results: Iterable[Mapping[str, Any]]) -> str:
    """Return one line a family: mIoU in the paper and here, IoU a class, right pixels, and what it cost."""
    return aligned([FAMILY_COLUMNS, *map(_family_line, results)])


def _family_line(one: Mapping[str, Any]) -> tuple[str, ...]:
    name = PAPER_NAMES.get(one["network"], "")
    paper = dict(PAPER).get(f"{name} weighted" if one["loss"] == "weighted" else name)
    return (
        one["network"],
        one["loss"],
        _digits(paper[-1]) if paper and one["loss"] != "parts" else "-",
        _digits(one["miou"]),
        *map(_digits, one["iou"]),
        _digits(one["pixels"]),
        f"{one['weights'] / 1e6:.2f}",
        str(one["steps"]),
        f"{one['seconds']:.0f}",
    )


def confusion_text(evaluation: Evaluation) -> str:
    """Return where the pixels of each class went, as shares of the class, and its IoU."""
    shares = evaluation.counts / evaluation.counts.sum(1, keepdims=True).clip(min=1)
    rows = [
        (name, *(_digits(share) for share in row), _digits(iou))
        for name, row, iou in zip(FIVE, shares.tolist(), evaluation.agreement.iou, strict=True)
    ]
    return aligned([("truth \\ found", *FIVE, "IoU"), *rows])


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as columns: the first to the left, numbers to the right."""
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    return "\n".join("  ".join(_placed(line, widths)) for line in lines)


def _placed(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]


def _values(one: Evaluation) -> tuple[float, ...]:
    scores = one.agreement
    pixels = (scores.pixels, scores.pixels_without_background)
    totals = (scores.mean, scores.miou, scores.miou_without_background)
    return (*scores.per_class, *pixels, *totals, one.clothes_boundary)


def _paper_line(name: str, values: Sequence[float]) -> tuple[str, ...]:
    without = _digits(WITHOUT_NULL[name]) if name in WITHOUT_NULL else "-"
    return (f"paper: {name}", *map(_digits, values[:6]), without, "-", _digits(values[6]), "-", "-")


def _digits(value: float) -> str:
    return f"{value:.3f}"
