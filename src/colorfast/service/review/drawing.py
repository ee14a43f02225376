"""Pictures of a job, made when somebody looks; in a worker process, since what was sent is decoded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from colorfast.batch.outputs import pictures_of
from colorfast.pipeline import verify_pair
from colorfast.records import Pair
from colorfast.report.pictures import Pictures
from colorfast.settings import Settings

KEPT = 64  # jobs; about 0.5 MB each


def drawn(pair: Pair, corrected: Path, settings: Settings, shown: str) -> bytes:
    """Return before, after, reference or heatmap of a job at screen size, as JPEG. Raises as `verify_pair` does.

    pair   with the mask that was found, so that the garment is the one that was corrected
    """
    picture: bytes = getattr(_drawn(pair, corrected, settings), shown)
    return picture


@lru_cache(maxsize=KEPT)
def _drawn(pair: Pair, corrected: Path, settings: Settings) -> Pictures:
    return pictures_of(verify_pair(pair, corrected, settings), settings)
