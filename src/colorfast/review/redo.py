"""One pair corrected once more, with other wishes, through the whole pipeline.

What comes out lies in a folder of its own, OUT/review/<attempt>/, beside what the batch made and never over it.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass, replace
from typing import Any

from colorfast.batch import outputs
from colorfast.errors import ColorfastError
from colorfast.files import write_atomically
from colorfast.pipeline import process
from colorfast.review.errors import NotTaken
from colorfast.review.folder import Folder, Item
from colorfast.settings import override

BRUSHED = "mask.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What shall be other than in the batch; None is as there."""

    method: str | None = None
    strength: float | None = None
    garment: str | None = None
    mask: bytes | None = None
    """A picture file at the photo's size, white where the garment is."""

    def told(self) -> dict[str, Any]:
        """Return the wishes for the log; a mask is only said to be there."""
        wished = {"method": self.method, "strength": self.strength, "garment": self.garment}
        return {
            **{name: value for name, value in wished.items() if value is not None},
            "mask": bool(self.mask),
        }


def redo(folder: Folder, item: Item, wishes: Wishes) -> dict[str, Any]:
    """Correct a pair once more and return its attempt, wishes and row.

    Raises NotTaken when the batch did not write down its inputs, and as `process` does; nothing is left then.
    """
    if not folder.redoable:
        raise NotTaken("this batch did not write down its inputs; run `colorfast batch` again, then redo")
    attempt = secrets.token_hex(6)
    place = folder.place(attempt)
    outputs.prepare(place)
    try:
        pair = replace(
            item.pair, method=wishes.method or item.pair.method, garment=wishes.garment or item.pair.garment
        )
        if wishes.mask is not None:
            write_atomically(place / BRUSHED, wishes.mask)
            pair = replace(pair, mask=place / BRUSHED)
        strength = {} if wishes.strength is None else {"strength": wishes.strength}
        settings = override(folder.settings, {"correct": strength})
        row = outputs.save(process(pair, settings), pair, place, settings)
    except ColorfastError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return {"attempt": attempt, "wished": wishes.told(), "row": row}
