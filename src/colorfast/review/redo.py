"""One pair corrected once more, with other wishes, through the whole pipeline.

What comes out lies in a folder of its own, OUT/review/<attempt>/, beside what the batch made and never over it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from colorfast.batch import outputs
from colorfast.files import write_atomically
from colorfast.pipeline import process
from colorfast.records import Pair
from colorfast.report.rows import Row
from colorfast.review.items import Wishes
from colorfast.settings import Settings, override

BRUSHED = "mask.png"


def redo(pair: Pair, wishes: Wishes, place: Path, settings: Settings) -> Row:
    """Correct a pair once more, into a folder of its own, and return its row; for a worker process.

    settings   of the batch

    Raises as `process` does.
    """
    outputs.prepare(place)
    pair = replace(pair, method=wishes.method or pair.method, garment=wishes.garment or pair.garment)
    if wishes.mask is not None:
        write_atomically(place / BRUSHED, wishes.mask)
        pair = replace(pair, mask=place / BRUSHED)
    wished = with_strength(settings, wishes.strength)
    return outputs.save(process(pair, wished), pair, place, wished)


def with_strength(settings: Settings, strength: float | None) -> Settings:
    """Return settings with another strength, 0..1; None leaves it."""
    return settings if strength is None else override(settings, {"correct": {"strength": strength}})
