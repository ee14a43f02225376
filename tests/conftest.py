"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TABLES = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def tables() -> Path:
    """The folder of published tables and tiny made pictures."""
    return TABLES


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Real photographs and measurements that are not part of the project."""
    root = Path(__file__).parents[1]
    folder = Path(os.environ.get("COLORFAST_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real photographs at {folder}; set COLORFAST_DATA to their folder")
    return folder
