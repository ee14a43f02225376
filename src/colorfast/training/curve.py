"""How a training went: curve.jsonl, a line a save, and the picture of it.

A line holds step, loss, rate and seconds_left, and at an evaluation val: {data set: {miou, ...}}.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from colorfast.errors import PairsError
from colorfast.files import write_atomically

Line: TypeAlias = Mapping[str, Any]

CURVE = "curve.jsonl"
DPI = 110


def read_curve(path: Path) -> list[Line]:
    """Return a run's lines by step; where a stop made a step happen twice, the later line.

    path   a curve.jsonl, or the folder that holds one

    Raises PairsError where there is none.
    """
    file = path / CURVE if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PairsError(file, "no curve of a training") from error
    lines = {line["step"]: line for line in map(_parsed, text.splitlines()) if line}
    if not lines:
        raise PairsError(file, "no line of a curve yet; wait for the first save")
    return [lines[step] for step in sorted(lines)]


def _parsed(text: str) -> Line | None:
    """Return a line, or None for one that a power cut tore."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "step" in line else None


def draw_curve(lines: Sequence[Line], path: Path) -> None:
    """Write loss, learning rate and, where it was measured, val mIoU over steps as a PNG.

    Whoever looks at it never sees half of one.
    """
    measured = any(line.get("val") for line in lines)
    heights = (3, 1, 3) if measured else (3, 1)
    figure = Figure(figsize=(8, 8 if measured else 5), layout="constrained")
    all_axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    loss, rate, *val = all_axes
    steps = [line["step"] for line in lines]
    loss.plot(steps, [line["loss"] for line in lines], color="tab:blue")
    loss.set(ylabel="loss, smoothed")
    rate.plot(steps, [line["rate"] for line in lines], color="tab:gray")
    rate.set(ylabel="learning rate", ylim=(0, None))
    if val:
        _draw_val(lines, val[0])
    for axes in all_axes:
        axes.grid(alpha=0.3)
    all_axes[-1].set(xlabel="step")
    write_atomically(path, png_of(figure))


def _draw_val(lines: Sequence[Line], axes: Axes) -> None:
    """Draw the mIoU of each data set, with its last value in the legend."""
    measured = [line for line in lines if line.get("val")]
    for name in dict.fromkeys(name for line in measured for name in line["val"]):
        points = [(line["step"], line["val"][name]["miou"]) for line in measured if name in line["val"]]
        axes.plot(*zip(*points, strict=True), "o-", markersize=3, label=f"{name}: {points[-1][1]:.3f}")
    axes.set(ylabel="val mIoU, five classes", ylim=(0, 1))
    axes.legend(loc="lower right")


def png_of(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
