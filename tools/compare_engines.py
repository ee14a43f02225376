"""Do the same pairs by every engine of `colorfast batch`: the outputs must be the same, byte for byte.

    python tools/viton_manifest.py DATA/viton_pairs MADE
    colorfast degrade --garment-only --seed 1 MADE/manifest.csv DEGRADED
    python tools/compare_engines.py DEGRADED/manifest.csv [--limit N] [--workers 2]

local, queue on SQLite, queue on Postgres, ray on this machine, ray on two nodes that are processes of this machine;
each with so many workers in all. Before them, `bare` does the pairs one after the other in one process, without
any engine. Every engine then runs a second time, and must do nothing.

Compared are all pictures, and the rows of results.jsonl without their times. CPU is that of every process that an
engine has. What a picture costs is told from how CPU grows with the pictures that are finished, from a quarter of
them to the end of the run, tables and page included; the rest is start-up, which a batch pays once. An engine's
share is what it takes above `bare`. Workers of a queue look for work again and again, done or not: what that
costs a second is measured at the end, while they have none: on a machine that others keep busy a run takes longer,
and holds more of it. Linux only. Ends with 0 when nothing differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from chaos import Postgres, free_port
from meter import TAG, Meter, Point

SETTINGS = {
    "COLORFAST_SEGMENT_CACHE_MEGABYTES": "0",  # one engine must not help the next
    "COLORFAST_SERVICE_SILENT_SECONDS": "20",
    "RAY_USAGE_STATS_ENABLED": "0",
}
UNLIKE = {"journal.sqlite", "results.jsonl", "results.csv", "summary.md", "index.html"}  # they hold times
REWRITTEN = {*UNLIKE, "inputs.json"}  # by every run, with the same bytes when nothing has changed
WARM = 0.25  # share of the pictures after which every worker has loaded all that it needs
LARGE = 20  # megabytes: smaller processes are not told of one by one
IDLE_SECONDS = 10
NODE_SECONDS = 120  # what the nodes of a cluster are given to start
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


class Cost(NamedTuple):
    """What doing all pairs took."""

    seconds: float
    cpu: float
    """Seconds of all processes, start-up included."""
    each: float
    """Seconds of CPU that one more picture takes."""
    peak: float
    """Megabytes that the largest process had in memory."""
    memory: tuple[tuple[float, ...], ...]
    """Of each process, when a quarter, a half and three quarters of the pictures were done, in megabytes."""


class Run(NamedTuple):
    """One engine, twice."""

    name: str
    first: Cost
    seconds: float
    """Of the second run, which does nothing."""
    cpu: float
    """Of the second run."""
    again: int
    """Files that the second run wrote anew."""
    idle: float
    """Seconds of CPU a second that what stands beside the batch takes when there is nothing to do."""
    found: dict[str, str]
    """SHA-256 of each file, and each pair's row without its times."""


class Failed(Exception):
    """An engine ended badly; holds what it said."""


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
    """Run a head and another node, which share the workers, and a token between them and the batch."""
    environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    ray, address = str(Path(sys.executable).with_name("ray")), f"127.0.0.1:{free_port()}"
    head = ["--head", "--disable-usage-stats", "--include-dashboard=false", f"--port={address[10:]}"]
    here = ["--block", "--node-ip-address=127.0.0.1", f"--object-store-memory={80 << 20}"]
    cores = [workers - workers // 2, workers // 2]
    with ExitStack() as running:
        for count, more in enumerate((head, [f"--address={address}"]), start=1):
            command = [ray, "start", *more, *here, f"--num-cpus={cores[count - 1]}"]
            running.enter_context(beside(command, environ))
            await_nodes(ray, address, environ, count)
        yield ["--engine", "ray", "--address", address, "--workers", str(workers)]


def await_nodes(ray: str, address: str, environ: dict[str, str], count: int) -> None:
    """Wait until a cluster has so many nodes. Raises Failed."""
    asking = [ray, "status", f"--address={address}"]
    without = {name: value for name, value in environ.items() if name != TAG}  # asking is no part of the work
    deadline = time.monotonic() + NODE_SECONDS
    while True:
        asked = subprocess.run(asking, env=without, capture_output=True, text=True, check=False)
        if asked.stdout.count(" node_") >= count:
            return
        if time.monotonic() > deadline:
            raise Failed(f"no {count} nodes after {NODE_SECONDS} s\n{asked.stdout}{asked.stderr}")
        time.sleep(1)


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
    environ = {**os.environ, **SETTINGS, TAG: str(folder)}
    with ExitStack() as running:
        meter = running.enter_context(closing(Meter(str(folder), lambda: len(pictures(out)))))
        command = [sys.executable, "-c", BARE, str(pairs), str(out), str(limit)]
        if surrounding is not None:
            options = running.enter_context(surrounding(folder, environ))
            command = [*COLORFAST, "batch", str(pairs), str(out), *options, "--limit", str(limit)]
        seconds = done(command, environ)
        points = [*meter.points, meter.look()]
        first = Cost(seconds, points[-1].cpu, cost_of_one(points), meter.peak(), memory_in(points))
        written = stamps(out)
        again = 0.0 if surrounding is None else done(command, environ)
        anew = sum(stamp != written.get(path) for path, stamp in stamps(out).items())
        idle = meter.look().cpu
        time.sleep(IDLE_SECONDS)
        waited = (meter.look().cpu - idle) / IDLE_SECONDS
        return Run(name, first, again, idle - first.cpu, anew, waited, found_in(out))


def cost_of_one(points: list[Point]) -> float:
    """Return the CPU that one more picture takes, from when all workers are warm to the end."""
    last, warm = points[-1], reached(points, WARM)
    return (last.cpu - warm.cpu) / (last.done - warm.done)


def memory_in(points: list[Point]) -> tuple[tuple[float, ...], ...]:
    """Return what the processes held as the work went on."""
    return tuple(reached(points, share).memory for share in (0.25, 0.5, 0.75))


def reached(points: list[Point], share: float) -> Point:
    """Return when such a share of the pictures was done."""
    return next(point for point in points if point.done >= share * points[-1].done)


def pictures(out: Path) -> list[Path]:
    """Return one file of each pair that is finished: its corrected photo is written last."""
    return [path for path in out.glob("corrected-*") if not path.stem.endswith(("-hm", "-triplet"))]


def done(command: list[str], environ: dict[str, str]) -> float:
    """Run a command to its end; return the seconds it took. Raises Failed."""
    start = time.monotonic()
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise Failed(f"{command}\n{ended.stderr}")
    return time.monotonic() - start


def stamps(out: Path) -> dict[Path, int]:
    """Return when each picture was written; of the tables, which are always written, their bytes count."""
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.name not in REWRITTEN}
    return {**times, out / "results.jsonl": hash((out / "results.jsonl").read_bytes())}


def found_in(out: Path) -> dict[str, str]:
    """Return what is compared, by name."""
    files = [path for path in out.rglob("*.*") if path.name not in REWRITTEN]
    found = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines():
        row = {name: value for name, value in json.loads(line).items() if name != "timings_ms"}
        found[f"row {row['id']}"] = json.dumps(row, sort_keys=True)
    return found


def table(runs: list[Run], pairs: int) -> str:
    """Return what was measured, in Markdown; the first run is the one without an engine."""
    columns = (
        "engine",
        "pictures an hour",
        "CPU s a picture",
        "engine's share of it",
        "idle, CPU s a second",
        "start-up, CPU s",
        "engine's share of all",
        "largest process, MB",
        "second run, s",
        "its CPU s",
        "files it wrote",
    )
    bare, rows = runs[0].first, []
    for run in runs:
        seconds, cpu, each, peak, _ = run.first
        row = (run.name, f"{3600 * pairs / seconds:.0f}", f"{each:.4f}", f"{1 - bare.each / each:.1%}")
        row += (f"{run.idle:.3f}", f"{cpu - each * pairs:.1f}", f"{1 - bare.cpu / cpu:.1%}", f"{peak:.0f}")
        rows.append((*row, f"{run.seconds:.1f}", f"{run.cpu:.1f}", str(run.again)))
    line = "|".join(("", "---", *("--:" for _ in columns[1:]), ""))
    return "\n".join([as_row(columns), line, *map(as_row, rows)])


def told(run: Run) -> str:
    """Return what an engine took, in a few lines."""
    sizes = (", ".join(f"{size:.0f}" for size in memory if size > LARGE) for memory in run.first.memory)
    return (
        f"{run.name}: {run.first.seconds:.1f} s, CPU {run.first.cpu:.1f} s; "
        f"second run {run.seconds:.1f} s, CPU {run.cpu:.1f} s\n"
        f"    memory of each process, MB, at a quarter, a half, three quarters: {'; '.join(sizes)}"
    )


def as_row(cells: tuple[str, ...]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def differing(runs: list[Run]) -> list[str]:
    """Return what is not the same in all runs, and what a second run wrote anew."""
    wrong = [f"{run.name}: its second run wrote {run.again} files anew" for run in runs if run.again]
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
            print(told(run), flush=True)
    count = sum(name.startswith("row ") for name in runs[0].found)
    print(f"\n{count} pairs, {asked.workers} workers\n\n{table(runs, count)}\n")
    wrong = differing(runs) + failed
    print("\n".join(wrong) or "all engines wrote the same bytes, and nothing a second time")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
