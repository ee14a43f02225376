"""The written report of a run in its folder: results.jsonl, results.csv, summary.md and index.html."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from colorfast.files import write_atomically
from colorfast.report.page import PagePictures, html_page
from colorfast.report.run import Run
from colorfast.report.text import csv_text, jsonl_text, markdown


def write_reports(folder: Path, rows: Sequence[Mapping[str, Any]], run: Run, pictures: PagePictures) -> Path:
    """Write the four files, each whole or not at all, and return the path of the page.

    pictures   paths relative to `folder`

    Raises WriteError when a file cannot be written.
    """
    texts = {
        "results.jsonl": jsonl_text(rows),
        "results.csv": csv_text(rows),
        "summary.md": markdown(rows, run),
        "index.html": html_page(rows, run, pictures),
    }
    for name, text in texts.items():
        write_atomically(folder / name, text.encode())
    return folder / "index.html"
