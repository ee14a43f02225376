"""Print the results of `colorfast bench quality` as the tables of docs/guides/benchmarks.md.

    colorfast bench quality DIR --json > quality.json
    python tools/benchmark_table.py quality.json

Each cell is the median over pictures, and the mean, of the median CIEDE2000 to the truth; the lowest median and
mean of each row are bold. Then what `hybrid` does beyond that, and how wrong references ended.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

JUDGED = "wrong"  # the track whose outcome is a verdict


def main(path: Path) -> None:
    """Print three Markdown tables."""
    lines = [line for line in json.loads(path.read_text())["lines"] if not line["stratum"]]
    measured = grouped([line for line in lines if line["track"] != JUDGED])
    methods = list(dict.fromkeys(line["method"] for group in measured.values() for line in group))
    for rows in (errors(measured, methods), details(measured), verdicts(lines)):
        print("\n".join(rows), end="\n\n")


def grouped(lines: Sequence[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the lines by track and data set, in the order of their names."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in sorted(lines, key=lambda line: (line["track"], line["data_set"])):
        groups.setdefault((line["track"], line["data_set"]), []).append(line)
    return groups


def errors(groups: dict[tuple[str, str], list[dict[str, Any]]], methods: Sequence[str]) -> Iterator[str]:
    """Yield the table of all methods: median, then mean."""
    yield from heads(["track", "set", "n", *methods])
    for (track, data_set), group in groups.items():
        best = {name: min(line[name] for line in group) for name in ("median", "mean")}
        found = {line["method"]: line for line in group}
        cells = [
            "" if method not in found else " / ".join(number(found[method], name, best) for name in best)
            for method in methods
        ]
        yield row([f"`{track}`", data_set, str(group[0]["pictures"]), *cells])


def number(line: dict[str, Any], name: str, best: dict[str, float]) -> str:
    """Return a figure with two decimals, bold where no method has a lower one."""
    text = f"{line[name]:.2f}"
    return f"**{text}**" if text == f"{best[name]:.2f}" else text


def details(groups: dict[tuple[str, str], list[dict[str, Any]]]) -> Iterator[str]:
    """Yield what hybrid, and hybrid aimed at the worn garment, do beyond the median."""
    yield from heads(
        ["track", "set", "method", "P95", "pixels", "worse", "≤ 1", "≤ 3", "SSIM-L", "rim", "spill"]
    )
    for (track, data_set), group in groups.items():
        for line in group:
            if line["method"].startswith("hybrid"):
                shares = [f"{100 * line[name]:.1f} %" for name in ("worse", "within_1", "within_3")]
                errors = [f"{line[name]:.2f}" for name in ("p95", "pixels")]
                kept = [f"{line['ssim']:.3f}", f"{line['rim']:.2f}", f"{line['spill']:.2f}"]
                yield row([f"`{track}`", data_set, line["method"], *errors, *shares, *kept])


def verdicts(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield how references of another garment ended."""
    yield from heads(["method", "pass", "review", "fail"])
    for line in lines:
        if line["track"] == JUDGED:
            shares = [f"{100 * line[name]:.1f} %" for name in ("passed", "review", "failed")]
            yield row([line["method"], *shares])


def heads(names: Sequence[str]) -> list[str]:
    """Return the first two lines of a Markdown table."""
    return [row(names), row(["---"] * len(names))]


def row(cells: Sequence[str]) -> str:
    """Return one line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
