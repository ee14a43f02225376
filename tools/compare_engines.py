"""Do the same pairs by every engine of `colorfast batch`: the outputs must be the same, byte for byte.

    python tools/viton_manifest.py DATA/viton_pairs MADE
    colorfast degrade --garment-only --seed 1 MADE/manifest.csv DEGRADED
    python tools/compare_engines.py DEGRADED/manifest.csv [--limit N] [--workers 2]

local, queue on SQLite, queue on Postgres, ray on this machine, ray on two nodes that are processes of this machine;
each with so many workers in all. Before them, `bare` does the pairs one after the other in one process, without
any engine. Every engine then runs a second time, and must do nothing.

Compared are all pictures, and the rows of results.jsonl without their times. CPU is user and system time of every
process that an engine has, sampled from /proc: Linux only. The engine's share is what its CPU is above that of
`bare`, start-up included. Ends with 0 when nothing differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from chaos import Postgres, free_port

TAG = "COMPARED_ENGINE"
SETTINGS = {
    "COLORFAST_SEGMENT_CACHE_MEGABYTES": "0",  # one engine must not help the next
    "COLORFAST_SERVICE_SILENT_SECONDS": "20",
    "RAY_USAGE_STATS_ENABLED": "0",
}
UNLIKE = {"journal.sqlite", "results.jsonl", "results.csv", "summary.md", "index.html"}  # they hold times
REWRITTEN = {*UNLIKE, "inputs.json"}  # by every run, with the same bytes when nothing has changed
TICKS = os.sysconf("SC_CLK_TCK")
LOOK_SECONDS = 0.5
COLORFAST = [sys.executable, "-m", "colorfast"]
BARE = """
import json, os, sys
from pathlib import Path
from colorfast.batch.threads import use_one_thread
use_one_thread()
from colorfast.batch import outputs
from colorfast.batch.work import Job, work
from colorfast.read.pairs import read_pairs
from colorfast.settings import load_settings
out, settings = Path(sys.argv[2]), load_settings(None, os.environ)
outputs.prepare(out)
pairs = read_pairs(Path(sys.argv[1]))[: int(sys.argv[3])]
rows = [work(Job(pair=pair, out=out, settings=settings, known=None)).row for pair in pairs]
(out / "results.jsonl").write_text("".join(json.dumps(row) + chr(10) for row in rows))
"""


class Run(NamedTuple):
    """One engine, twice."""

    name: str
    seconds: float
    cpu: float
    """Seconds of the first run."""
    again_cpu: float
    """Seconds of the second, which does nothing."""
    idle: bool
    """Whether the second wrote no file anew."""
    found: dict[str, str]
    """SHA-256 of each file, and each pair's row without its times."""


class Failed(Exception):
    """An engine ended badly; holds what it said."""


class Meter:
    """Adds up the CPU of all processes that carry a tag in their environment."""

    def __init__(self, tag: str) -> None:
        self._mark = f"{TAG}={tag}".encode()
        self._seen: dict[str, float] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def read(self) -> float:
        """Return the seconds so far."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark in (folder / "environ").read_bytes():
                    user, system = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
                    self._seen[folder.name] = (int(user) + int(system)) / TICKS
            except (OSError, ValueError):  # it has just ended
                continue
        return sum(self._seen.values())

    def close(self) -> None:
        """Stop looking."""
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            self.read()


Surrounding = Callable[[Path, dict[str, str]], AbstractContextManager[list[str]]]
"""Runs what an engine needs beside the batch; gives the options of `colorfast batch`."""


def engines(workers: int) -> dict[str, Surrounding]:
    """Return what surrounds each engine, by name."""
    count = ["--workers", str(workers)]
    return {
        "local": lambda _folder, _environ: nullcontext(["--engine", "local", *count]),
        "queue on SQLite": lambda folder, environ: queue(folder, environ, workers, None),
        "queue on Postgres": lambda folder, environ: postgres(folder, environ, workers),
        "ray": lambda _folder, _environ: nullcontext(["--engine", "ray", *count]),
        "ray on 2 nodes": lambda _folder, environ: nodes(environ, workers),
    }


@contextmanager
def queue(folder: Path, environ: dict[str, str], workers: int, url: str | None) -> Iterator[list[str]]:
    """Run as many worker commands, of one process each, as there are workers."""
    data = folder / "data"
    data.mkdir()
    url = url or f"sqlite:///{data / 'jobs.sqlite'}"
    with ExitStack() as running:
        for _ in range(workers):
            command = [*COLORFAST, "worker", "--data", str(data), "--database", url, "--workers", "1"]
            running.enter_context(beside(command, environ))
        yield ["--engine", "queue", "--database", url]


@contextmanager
def postgres(folder: Path, environ: dict[str, str], workers: int) -> Iterator[list[str]]:
    """Run a Postgres of our own, and workers."""
    with tempfile.TemporaryDirectory() as base:  # the user postgres may enter it
        os.environ[TAG] = environ[TAG]  # its CPU counts as well
        server = Postgres(base)
        try:
            with queue(folder, environ, workers, server.url) as options:
                yield options
        finally:
            server.kill()
            del os.environ[TAG]


@contextmanager
def nodes(environ: dict[str, str], workers: int) -> Iterator[list[str]]:
    """Run a head and another node, which share the workers."""
    ray, port = [str(Path(sys.executable).with_name("ray")), "start", "--block"], free_port()
    quiet = ["--disable-usage-stats", "--include-dashboard=false", f"--port={port}"]
    here = ["--node-ip-address=127.0.0.1", f"--object-store-memory={80 << 20}"]
    cores = [workers - workers // 2, workers // 2]
    with ExitStack() as running:
        for each, more in zip(cores, (["--head", *quiet], [f"--address=127.0.0.1:{port}"]), strict=True):
            running.enter_context(beside([*ray, *more, *here, f"--num-cpus={each}"], environ))
            time.sleep(15)  # until it answers
        yield ["--engine", "ray", "--address", f"127.0.0.1:{port}", "--workers", str(workers)]


@contextmanager
def beside(command: list[str], environ: dict[str, str]) -> Iterator[None]:
    """Run a command during the body, and end it and its children by their process group."""
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def measured(name: str, surrounding: Surrounding | None, pairs: Path, folder: Path, limit: int) -> Run:
    """Run an engine twice; without a surrounding, do the pairs without an engine."""
    folder.mkdir()
    out = folder / "out"
    environ = {**os.environ, **SETTINGS, TAG: folder.name}
    with ExitStack() as running:
        meter = running.enter_context(closing(Meter(folder.name)))
        command = [sys.executable, "-c", BARE, str(pairs), str(out), str(limit)]
        if surrounding is not None:
            options = running.enter_context(surrounding(folder, environ))
            command = [*COLORFAST, "batch", str(pairs), str(out), *options, "--limit", str(limit)]
        start = time.monotonic()
        done(command, environ)
        seconds, cpu, written = time.monotonic() - start, meter.read(), stamps(out)
        if surrounding is not None:
            done(command, environ)
        return Run(name, seconds, cpu, meter.read() - cpu, stamps(out) == written, found_in(out))


def done(command: list[str], environ: dict[str, str]) -> None:
    """Run a command to its end. Raises Failed."""
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise Failed(f"{command}\n{ended.stderr}")


def stamps(out: Path) -> dict[Path, int]:
    """Return when each picture was written; of the tables, which are always written, their bytes count."""
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.name not in REWRITTEN}
    return {**times, out / "results.jsonl": hash((out / "results.jsonl").read_bytes())}


def found_in(out: Path) -> dict[str, str]:
    """Return what is compared, by name."""
    pictures = [path for path in out.rglob("*.*") if path.name not in REWRITTEN]
    found = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in pictures
    }
    for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines():
        row = {name: value for name, value in json.loads(line).items() if name != "timings_ms"}
        found[f"row {row['id']}"] = json.dumps(row, sort_keys=True)
    return found


def table(runs: list[Run], pairs: int) -> str:
    """Return what was measured, in Markdown; the first run is the one without an engine."""
    head = "| engine | pictures an hour | CPU s a picture | engine's share | CPU s of a second run |"
    lines = [head, "|---|--:|--:|--:|--:|"]
    for run in runs:
        share = 1 - runs[0].cpu / run.cpu
        hour, each = 3600 * pairs / run.seconds, run.cpu / pairs
        lines.append(f"| {run.name} | {hour:.0f} | {each:.3f} | {share:.1%} | {run.again_cpu:.1f} |")
    return "\n".join(lines)


def differing(runs: list[Run]) -> list[str]:
    """Return what is not the same in all runs, and what a second run wrote anew."""
    wrong = [f"{run.name}: its second run wrote files anew" for run in runs if not run.idle]
    for run in runs[1:]:
        names = sorted(runs[0].found.keys() | run.found.keys())
        wrong += [f"{run.name}: {name}" for name in names if runs[0].found.get(name) != run.found.get(name)]
    return wrong


def main() -> int:
    """Run all engines; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pairs", type=Path, help="a manifest")
    parser.add_argument("--limit", type=int, default=sys.maxsize, help="only the first so many pairs")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", help="names of engines")
    asked = parser.parse_args()
    chosen = {
        name: each for name, each in engines(asked.workers).items() if not asked.only or name in asked.only
    }
    with tempfile.TemporaryDirectory(prefix="compared-") as made:
        runs: list[Run] = []
        failed: list[str] = []
        for number, (name, surrounding) in enumerate({"bare": None, **chosen}.items()):
            try:
                run = measured(name, surrounding, asked.pairs, Path(made) / str(number), asked.limit)
            except Failed as error:
                failed.append(f"{name}: {error}")
                continue
            runs.append(run)
            print(
                f"{name}: {run.seconds:.1f} s, CPU {run.cpu:.1f} s, second run {run.again_cpu:.1f} s",
                flush=True,
            )
    count = sum(name.startswith("row ") for name in runs[0].found)
    print(f"\n{count} pairs, {asked.workers} workers\n\n{table(runs, count)}\n")
    wrong = differing(runs) + failed
    print("\n".join(wrong) or "all engines wrote the same bytes, and nothing a second time")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
