"""The benchmarks' results as plain text tables for a terminal and as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from colorfast.bench.libraries import LIBRARIES
from colorfast.bench.peers import PEERS
from colorfast.bench.scaling import Growth, Point
from colorfast.bench.scores import BY_VERDICT, OURS, Line, Report, behind
from colorfast.bench.speed import Timing

SPEED_HEADS = ("step", "size", "CPU ms", "compared with", "CPU ms", "ratio", "goal")
GROWTH_HEADS = ("megapixels", "CPU ms", "decode + encode", "ratio", "peak MB")
HEADS = (
    "method",
    "pictures",
    "median",
    "P95",
    "mean",
    "pixels",
    "worse",
    "≤ 1",
    "≤ 3",
    "SSIM-L",
    "rim",
    "spill",
)
VERDICT_HEADS = ("method", "pictures", "pass", "review", "fail", "moved")
RIVALS = tuple(name for name in (*PEERS, *LIBRARIES) if name != "nothing")


def quality_text(report: Report, *, strata: bool = False) -> str:
    """Return one table a set and track, and with `strata` one a stratum too; then where ours is behind a peer."""
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for line in report.lines:
        if strata or not line.stratum:
            groups.setdefault((line.track, line.data_set, line.stratum), []).append(line)
    parts = [f"{_title(*group)}\n{_table(lines)}" for group, lines in sorted(groups.items())]
    if any(line.method == OURS and line.track not in BY_VERDICT for line in report.lines):
        parts.append("\n".join(_comparison(report)))
    if report.missing:
        parts.append(f"not installed: {', '.join(report.missing)}; pip install 'colorfast[bench]'")
    if report.failures:
        parts.append("\n".join(_failure(*each) for each in _counted(report)))
    return "\n\n".join(parts)


def quality_json(report: Report) -> str:
    """Return lines, scores of every picture, failures, and where ours is behind a peer as one JSON object."""
    lags = [asdict(lag) for lag in behind(report.lines, RIVALS)]
    return json.dumps(asdict(report) | {"behind": lags}, ensure_ascii=False, allow_nan=False)


def speed_text(timings: Sequence[Timing]) -> str:
    """Return the timings as one table: what each step costs as a multiple, or how many times faster it is."""
    shares = ", ".join(dict.fromkeys(f"{100 * each.garment:.0f} % of {each.size}" for each in timings))
    how = f"Median CPU time of one thread, warm, masks given. The garment covers {shares}."
    return f"{how}\n\n{aligned([SPEED_HEADS, *map(_speed_cells, timings)])}"


def speed_json(timings: Sequence[Timing], growth: Growth | None = None) -> str:
    """Return the timings, and how they grow where that was measured, as one JSON object."""
    rows = [
        asdict(timing) | {"ratio": timing.ratio, "times_faster": timing.times_faster} for timing in timings
    ]
    found = {"timings": rows} | ({} if growth is None else {"growth": asdict(growth)})
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def growth_text(growth: Growth) -> str:
    """Return what each size costs, and the line through the times."""
    line = (
        f"{growth.method}: {growth.ms_per_megapixel:.1f} ms a megapixel + {growth.ms_at_zero:.0f} ms, "
        f"R² {growth.r_squared:.4f}; from 4 megapixels on, time grows as size to the power of "
        f"{growth.exponent:.2f}"
    )
    return f"{aligned([GROWTH_HEADS, *map(_growth_cells, growth.points)])}\n{line}"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as text: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _speed_cells(timing: Timing) -> tuple[str, ...]:
    goal = "" if timing.goal is None else f"≤ {_multiple(timing.goal)}"
    times = f"{timing.ms:.1f}", timing.other, f"{timing.other_ms:.1f}"
    return (timing.step, timing.size, *times, _multiple(timing.ratio), goal)


def _multiple(ratio: float) -> str:
    return f"{ratio:.2f} ×" if ratio >= 1 else f"1/{1 / ratio:.1f}"


def _growth_cells(point: Point) -> tuple[str, ...]:
    peak = "-" if point.peak_mb is None else f"{point.peak_mb:.0f}"
    times = f"{point.ms:.0f}", f"{point.floor_ms:.0f}", f"{point.ratio:.2f} ×"
    return (f"{point.megapixels:g}", *times, peak)


def _table(lines: Sequence[Line]) -> str:
    """Return a track's table: of errors, or of verdicts where the verdict is what counts."""
    if lines[0].track in BY_VERDICT:
        return aligned([VERDICT_HEADS, *map(_verdict_cells, lines)])
    return aligned([HEADS, *map(_cells, lines)])


def _comparison(report: Report) -> list[str]:
    """Return one line for each track and figure in which a peer is nearer to the truth than ours."""
    lags: dict[tuple[str, str, str], list[str]] = {}
    for lag in behind(report.lines, RIVALS):
        where = (lag.track, lag.data_set, lag.figure)
        lags.setdefault(where, []).append(f"{lag.peer} by {lag.by:.2f}")
    if not lags:
        return [f"{OURS} is behind no peer here, in the median or in the mean of any track"]
    return [
        f"{OURS} is behind in the {figure} of {_title(track, data_set)}: {', '.join(peers)}"
        for (track, data_set, figure), peers in sorted(lags.items())
    ]


def _verdict_cells(line: Line) -> tuple[str, ...]:
    shares = (f"{100 * share:.1f} %" for share in (line.passed, line.review, line.failed))
    return (line.method, str(line.pictures), *shares, f"{line.moved:.2f}")


def _cells(line: Line) -> tuple[str, ...]:
    shares = (f"{100 * share:.1f} %" for share in (line.worse, line.within_1, line.within_3))
    errors = (f"{error:.2f}" for error in (line.median, line.p95, line.mean, line.pixels))
    kept = (f"{line.ssim:.3f}", f"{line.rim:.2f}", f"{line.spill:.2f}")
    return (line.method, str(line.pictures), *errors, *shares, *kept)


def _title(track: str, data_set: str, stratum: str = "") -> str:
    return f"{track}, {data_set}" + (f", {stratum}" if stratum else "")


def _counted(report: Report) -> list[tuple[str, str, int]]:
    """Return how often each method ended in each error, by track and method."""
    counts: dict[tuple[str, str], int] = {}
    for failure in report.failures:
        key = (f"{_title(failure.track, failure.data_set)} {failure.method}".strip(), failure.error)
        counts[key] = counts.get(key, 0) + 1
    return [(where, error, count) for (where, error), count in counts.items()]


def _failure(where: str, error: str, count: int) -> str:
    return f"{where}: {count} × {error}"
