"""Load on a running service: what it answers when too much is asked of it, and the memory it takes over time.

    python tools/load.py overload [--jobs 200]      a queue with room for 20, all jobs sent at once
    python tools/load.py memory [--jobs 20000]      jobs one after the other; memory by every 500 jobs

Every job is a small made pair of its own; see chaos.py. Prints a table.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

from chaos import AHEAD, COLOR, Part, Sent, asked, finished, free_port, made_pair, send

ROOM = 20
EVERY = 500  # jobs between two looks at the memory


@contextmanager
def serving(**settings: str) -> Iterator[tuple[Part, httpx.Client]]:
    """Run a server with one worker process on SQLite; give it and a client."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        part = Part("serve", "--port", str(port), "--workers", "1", "--data", folder, settings=settings)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
                asked(client, "GET", "/readyz")
                yield part, client
        finally:
            part.kill()


def overload(jobs: int) -> dict[str, object]:
    """Send all jobs at once to a queue with less room, and look at /healthz meanwhile."""
    with serving(COLORFAST_SERVICE_WAITING=str(ROOM)) as (_, client):
        names = [
            [
                asked(client, "POST", "/api/v1/uploads", content=data).json()["upload"]
                for data in made_pair(number)
            ]
            for number in range(jobs)
        ]
        over, seconds = threading.Event(), []
        watching = threading.Thread(target=watch, args=(str(client.base_url), over, seconds))
        watching.start()

        def sent(pair: list[str]) -> httpx.Response:
            wish = {"reference_url": pair[0], "on_model_url": pair[1], "quality": "classical"}
            return client.post(COLOR, json=wish, headers={"Prefer": "respond-async"})

        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(sent, names))
        accepted = [Sent(each.headers["location"], "") for each in answers if each.status_code == 202]
        ended = Counter(finished(client, job) for job in accepted)
        over.set()
        watching.join()
    return {
        "requests": jobs,
        "answers": dict(Counter(each.status_code for each in answers)),
        "accepted jobs, by their end": dict(ended),
        "/healthz, 95th percentile": f"{1000 * np.percentile(seconds, 95):.0f} ms of {len(seconds)}",
    }


def watch(url: str, over: threading.Event, seconds: list[float]) -> None:
    """Ask for /healthz twenty times a second, and note how long each answer took."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        while not over.wait(0.05):
            started = time.perf_counter()
            client.get("/healthz").raise_for_status()
            seconds.append(time.perf_counter() - started)


def memory(jobs: int) -> dict[str, object]:
    """Send jobs one after the other and look at the memory of the server and of its worker process."""
    seen: dict[str, object] = {}
    with serving() as (part, client):
        sent: list[Sent] = []
        for number in range(jobs):
            if number >= AHEAD:
                finished(client, sent[number - AHEAD])
            sent.append(send(client, number, ""))
            if (number + 1) % EVERY == 0:
                sizes = resident(part.pid)
                seen[f"after {number + 1} jobs"] = f"{sizes[0]:.1f} MB; worker {sum(sizes[1:]):.1f} MB"
                print(f"after {number + 1} jobs: {seen[f'after {number + 1} jobs']}", flush=True)
    return seen


def resident(pid: int) -> list[float]:
    """Return the megabytes that a process and its children hold in memory; of Linux."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")  # each lists what it started
    children = [each for thread in threads for each in thread.read_text().split()]
    return [_resident(each) for each in (str(pid), *children)]


def _resident(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("overload", "memory"))
    parser.add_argument("--jobs", type=int)
    chosen = parser.parse_args()
    found = overload(chosen.jobs or 200) if chosen.what == "overload" else memory(chosen.jobs or 20_000)
    print("\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in found.items())]))


if __name__ == "__main__":
    main()
