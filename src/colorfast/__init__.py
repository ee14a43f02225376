"""colorfast gives the garment in a fashion picture its true color back, and proves it.

    import colorfast
    from pathlib import Path

    pair = colorfast.Pair(id="shirt", photo=Path("worn.jpg"), reference=Path("shirt.jpg"))
    result = colorfast.process(pair, colorfast.Settings())
    Path("corrected.jpg").write_bytes(result.data)
    print(result.judgement.verdict, result.measures.delta_e_median)

Importing the package loads nothing heavy; the names below load what they need when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colorfast.errors import ColorfastError
    from colorfast.pipeline import process
    from colorfast.records import Pair, Result
    from colorfast.settings import Settings, load_settings

__all__ = ["ColorfastError", "Pair", "Result", "Settings", "load_settings", "process"]

_HOMES = {
    "ColorfastError": "colorfast.errors",
    "Pair": "colorfast.records",
    "Result": "colorfast.records",
    "Settings": "colorfast.settings",
    "load_settings": "colorfast.settings",
    "process": "colorfast.pipeline",
}


def __getattr__(name: str) -> Any:
    """Return a public name, importing its home on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'colorfast' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
