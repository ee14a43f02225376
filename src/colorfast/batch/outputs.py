"""What a pair leaves in OUT and under which names, and the lines, tables and page made from all pairs.

corrected-on-model-<ID>.<ext>   the corrected photo, in its source's format
corrected-on-model-<ID>-hm.jpg, corrected-on-model-<ID>-triplet.jpg
masks/<ID>.png                  where the correction was applied, soft edge kept
pictures/<ID>-….jpg             before, after and reference at screen size, for the page
crash-<ID>.txt                  the traceback of a pair that met a defect of colorfast; normally none
results.jsonl  results.csv  summary.md  index.html
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from colorfast.batch import objects
from colorfast.color.profiles import to_lab
from colorfast.errors import ReadError
from colorfast.files import make_folder, write_atomically
from colorfast.pipeline import versions
from colorfast.places import url_of
from colorfast.read.write import encode_mask
from colorfast.records import Pair, Result
from colorfast.report.page import html_page
from colorfast.report.pictures import Pictures, draw
from colorfast.report.rows import Row, to_row
from colorfast.report.run import Run
from colorfast.report.text import csv_text, jsonl_text, markdown
from colorfast.report.words import limits_by_metric
from colorfast.settings import Settings
from colorfast.verify.triplet import error_maps

PAGE = "index.html"
FOLDERS = ("masks", "pictures")
UNFINISHED = ".*.part"  # what write_atomically leaves when its process is killed


class Files(NamedTuple):
    """The files of one pair, relative to OUT."""

    photo: Path
    heatmap: Path
    triplet: Path
    mask: Path
    before: Path
    after: Path
    reference: Path


def files_of(pair: Pair) -> Files:
    """Return the names of a pair's files; the photo's ending is its source's."""
    stem = f"corrected-on-model-{pair.id}"
    pictures = [Path("pictures") / f"{pair.id}-{shown}.jpg" for shown in ("before", "after", "reference")]
    return Files(
        Path(stem + pair.photo.suffix),
        Path(f"{stem}-hm.jpg"),
        Path(f"{stem}-triplet.jpg"),
        Path("masks") / f"{pair.id}.png",
        *pictures,
    )


def prepare(out: Path) -> None:
    """Make OUT and its folders, and clear away what a killed run left half-written. Raises WriteError."""
    for folder in (out, *(out / name for name in FOLDERS)):
        make_folder(folder)
    clear_unfinished(out)


def clear_unfinished(out: Path) -> None:
    """Remove files that a killed worker was writing; only when no worker runs."""
    for folder in (out, *(out / name for name in FOLDERS)):
        for path in folder.glob(UNFINISHED):
            path.unlink(missing_ok=True)


def save(result: Result, pair: Pair, out: Path, settings: Settings) -> Row:
    """Write the files of a finished pair and return its row.

    Raises WriteError, or ReadError when an input of the pair would be written over.
    """
    refuse_overwriting(pair, out)
    files = files_of(pair)
    row = to_row(result, files.photo)
    drawn = pictures_of(result, settings)
    write_atomically(out / files.mask, encode_mask(result.garment.alpha))
    for name in ("heatmap", "triplet", "before", "after", "reference"):
        write_atomically(out / getattr(files, name), getattr(drawn, name))
    write_atomically(out / files.photo, result.data)
    (out / crash_file(pair)).unlink(missing_ok=True)
    return row


def refuse_overwriting(pair: Pair, out: Path) -> None:
    """Raise ReadError when an input of the pair is where one of its outputs goes."""
    inputs = _inputs(pair)
    for path in files_of(pair):
        if (out / path).resolve() in inputs:
            raise ReadError(out / path, "this input would be written over; give OUT another name")


def is_whole(pair: Pair, out: Path) -> bool:
    """Return whether every file of a pair is there."""
    there = Path.is_file if url_of(out) is None else objects.exists
    return all(there(out / name) for name in files_of(pair))


def remove(pair: Pair, out: Path) -> None:
    """Remove the files of a pair that was done once and has failed now: they show what no longer holds."""
    for path in (out / name for name in (*files_of(pair), crash_file(pair))):
        if path.resolve() in _inputs(pair):
            continue
        if url_of(out) is None:
            path.unlink(missing_ok=True)
        else:
            objects.remove(path)


def _inputs(pair: Pair) -> set[Path]:
    given = (pair.photo, pair.reference, pair.mask, pair.reference_mask, pair.truth)
    return {path.resolve() for path in given if path is not None}


def crash_file(pair: Pair) -> Path:
    """Return where the traceback of an unforeseen error goes, relative to OUT."""
    return Path(f"crash-{pair.id}.txt")


def save_crash(pair: Pair, out: Path, error: BaseException) -> None:
    """Write the traceback of an unforeseen error, with the versions it happened under. Raises WriteError."""
    versions_used = ", ".join(f"{name} {number}" for name, number in versions().items())
    trace = "".join(traceback.format_exception(error))
    write = write_atomically if url_of(out) is None else objects.write
    write(out / crash_file(pair), f"{pair}\n{versions_used}\n\n{trace}".encode())


def pictures_of(result: Result, settings: Settings) -> Pictures:
    """Return the pictures of a result, with the error maps of the delivered file."""
    box = result.garment.box
    labs = [to_lab(photo.part(box), photo.profile) for photo in (result.before, result.after)]
    core = result.garment.core[box]
    before, after = error_maps(labs[0], labs[1], result.target, core=core)
    return draw(result, before, after, settings.report)


def write_results(pairs: Iterable[Pair], rows: Sequence[Row], out: Path, run: Run) -> Path:
    """Write results.jsonl, results.csv, summary.md and the page; return its path. Raises WriteError."""
    with_files = {row["id"] for row in rows if row["output"] is not None}
    pictures = {pair.id: _shown(files_of(pair)) for pair in pairs if pair.id in with_files}
    texts = {
        "results.jsonl": jsonl_text(rows),
        "results.csv": csv_text(rows),
        "summary.md": markdown(rows, run),
        PAGE: html_page(rows, run, pictures),
    }
    for name, text in texts.items():
        write_atomically(out / name, text.encode())
    return out / PAGE


def write_report(result: Result, pair: Pair, folder: Path, settings: Settings, date: str) -> Path:
    """Write one pair's report, a batch of one, and return its page. Raises WriteError."""
    prepare(folder)
    row = save(result, pair, folder, settings)
    return write_results([pair], [row], folder, describe(pair.id, date, settings))


def describe(title: str, date: str, settings: Settings) -> Run:
    """Return what the head of a report says."""
    return Run(
        title=title,
        method=settings.correct.method,
        version=version("colorfast"),
        date=date,
        limits=limits_by_metric(asdict(settings.limits)),
    )


def _shown(files: Files) -> dict[str, str]:
    """Return the page's pictures of a pair, relative to it."""
    shown = {name: getattr(files, name) for name in ("before", "after", "reference", "heatmap", "triplet")}
    return {name: path.as_posix() for name, path in {**shown, "corrected": files.photo}.items()}
