"""What a report says about a run as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_LIMITS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a batch or of a single pair, for the head of a report."""

    title: str
    """What was corrected, e.g. the folder's name."""
    method: str
    version: str
    """Of colorfast."""
    date: str
    """As it shall be printed; a report does not read the clock."""
    limits: Mapping[str, float] = field(default_factory=lambda: NO_LIMITS)
    """Metric key of a row to the limit that the verdict held it to."""
