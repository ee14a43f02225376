"""What a training leaves to look at: curve.jsonl, curve.png, and overlays of photos that it did not learn from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from colorfast.files import write_atomically
from colorfast.training.curve import CURVE, draw_curve, read_curve
from colorfast.training.loop import Progress
from colorfast.training.segmentation.classes import five_ids
from colorfast.training.segmentation.evaluate import Predict, evaluate
from colorfast.training.segmentation.overlays import Sample, iou_text, sheet
from colorfast.training.segmentation.pictures import Pictures
from colorfast.training.segmentation.trained import predictor, save_weights

SHOWN = 6  # photos of each data set, the same ones every time


class Reporter:
    """Writes the curve, looks at the val splits now and then, and says how far it is."""

    def __init__(
        self,
        out: Path,
        kept: Mapping[str, Pictures],
        *,
        every: int,
        device: str,
        say: Callable[[str], None],
    ) -> None:
        self.out, self.kept, self.every, self.device, self.say = out, kept, every, device, say

    def __call__(self, progress: Progress) -> None:
        """Write a line; where it is time for a look, or the end, also weights, overlays and the curve's picture."""
        line = progress.line()
        looking = progress.step % self.every == 0 or progress.step == progress.steps
        if looking:
            save_weights(progress.network, self.out / "weights.pt")
            line["val"] = {name: self._look(progress, name) for name in self.kept}
        with (self.out / CURVE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if looking:
            draw_curve(read_curve(self.out), self.out / "curve.png")
        self.say(_sentence(line, progress.steps))

    def _look(self, progress: Progress, name: str) -> dict[str, Any]:
        predict, kept = predictor(progress.network, device=self.device), self.kept[name]
        found = evaluate(predict, (kept[number] for number in range(len(kept))))
        picture = sheet(samples_of(kept, predict), f"{name}, val, step {progress.step}")
        write_atomically(self.out / f"val-{name}.png", picture)
        return {
            "miou": round(found.agreement.miou, 4),
            "iou": [round(value, 3) for value in found.agreement.iou],
            "clothes_boundary": round(found.clothes_boundary, 3),
        }


def samples_of(kept: Pictures, predict: Predict) -> list[Sample]:
    """Return some photos, evenly from all, with what is labeled and what is found."""
    numbers = np.unique(np.linspace(0, len(kept) - 1, SHOWN).round().astype(int)).tolist()
    return [_sample(kept, number, predict) for number in numbers]


def _sample(kept: Pictures, number: int, predict: Predict) -> Sample:
    photo, labels = kept[number]
    truth, found = five_ids()[labels], predict(photo).argmax(0)
    caption = f"{Path(kept.ids[number]).name}: {iou_text(truth, found)}"
    return Sample(photo=photo, truth=truth, found=found, caption=caption)


def _sentence(line: Mapping[str, Any], steps: int) -> str:
    hours, minutes = divmod(line["seconds_left"] // 60, 60)
    said = f"{line['step']}/{steps} loss {line['loss']:.3f}, {hours} h {minutes:02d} min left"
    if line.get("skipped"):
        said += f", {line['skipped']} steps skipped: not finite"
    val = line.get("val", {})
    return said + "".join(
        f"; {name} val mIoU {found['miou']:.3f} {found['iou']}" for name, found in val.items()
    )
