"""Kill worker, server and Postgres at random while they do jobs: nothing may be lost or come out different.

    python tools/chaos.py [--jobs 2000] [--kills 21] [--seed 1]

Every job is a small made pair of its own. The same pairs are first corrected undisturbed, in this process; the
bytes must be the same. A kill is SIGKILL to a whole process group (of Postgres: an immediate stop), at a moment
drawn over the whole run, for jobs are sent only a little ahead of the work; what was killed is started again.
Prints a table and ends with 0 when no job was lost, none differs and each is done.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import cv2
import httpx
import numpy as np

from colorfast import Pair, process
from colorfast.settings import load_settings

SETTINGS = {
    "COLORFAST_SERVICE_SILENT_SECONDS": "3",
    "COLORFAST_SEGMENT_CACHE_MEGABYTES": "0",  # the undisturbed run must not help
}
UNFINISHED = ("waiting", "running")
COLOR = "/api/v1/correct-color"
AHEAD = 20  # jobs that are sent before the first of them is done
PATIENCE = 300.0  # seconds without any progress after which the rest counts as lost


class Sent(NamedTuple):
    """A job that was accepted."""

    place: str
    wanted: str
    """SHA-256 of what the pair gives undisturbed."""


class Part:
    """A process that is started, killed and started again."""

    def __init__(self, *arguments: str, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self._command = [sys.executable, "-m", "colorfast", *arguments]
        self._environ = {**os.environ, **SETTINGS, **settings}
        self.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def start(self) -> None:
        """Start it, in a process group of its own."""
        self._process = subprocess.Popen(
            self._command, env=self._environ, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def kill(self) -> None:
        """End it and its child processes as the kernel does when memory is out."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def again(self) -> None:
        """Kill it and start it anew."""
        self.kill()
        self.start()


class Postgres:
    """A Postgres server of our own, in a folder."""

    def __init__(self, folder: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        initdb = str(found[-1]) if found else shutil.which("initdb")
        if initdb is None:
            sys.exit("no Postgres server is installed: apt-get install postgresql")
        self._binaries, self._folder, self.port = Path(initdb).parent, folder, free_port()
        self._user = "postgres" if os.geteuid() == 0 else None  # as root it does not run
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", f"{folder}/base", "-U", "colorfast", "-A", "trust", "--no-sync")
        self.start()
        self.url = f"postgresql://colorfast@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder}"
        self._control("-w", "-l", f"{self._folder}/log", "-o", options, "start")

    def kill(self) -> None:
        """End it without a checkpoint: its next start recovers from the log."""
        self._control("-w", "-m", "immediate", "stop")

    def again(self) -> None:
        """Kill it and start it anew."""
        self.kill()
        self.start()

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", f"{self._folder}/base", "-s", *arguments)

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._binaries / name), *arguments]
        subprocess.run(command, check=True, user=self._user, cwd="/", stdout=subprocess.DEVNULL)


def made_pair(number: int) -> tuple[bytes, bytes]:
    """Return reference and photo as PNG: a shirt on a plain figure, another wrong color for each number."""
    shirt = np.zeros((80, 60), bool)
    shirt[25:60, 15:45] = True
    folds = 0.8 + 0.2 * np.sin(np.arange(60) / 4)
    wrong = (100 + number % 60, 40 + number // 60 % 60, 120 + number // 3600 % 60)
    still = np.where(shirt[..., None], np.multiply.outer(folds, (40, 70, 150)), 246)
    worn = np.where(shirt[..., None], np.multiply.outer(folds, wrong), (205, 210, 206))
    worn[8:25, 24:36] = (224, 180, 150)
    return encoded(still), encoded(worn)


def encoded(picture: np.ndarray) -> bytes:
    """Return a picture as PNG."""
    done, png = cv2.imencode(".png", picture.round().astype(np.uint8)[..., ::-1])
    assert done
    return png.tobytes()


def undisturbed(number: int, folder: Path) -> str:
    """Return the SHA-256 of what a pair gives in this process."""
    paths = [folder / "reference.png", folder / "photo.png"]
    for path, data in zip(paths, made_pair(number), strict=True):
        path.write_bytes(data)
    pair = Pair(id="pair", reference=paths[0], photo=paths[1], method="classical")
    result = process(pair, load_settings(environ=SETTINGS))
    return hashlib.sha256(result.data).hexdigest()


def asked(client: httpx.Client, method: str, place: str, **what: object) -> httpx.Response:
    """Ask until there is an answer that is not 5xx: what a client of the service has to do."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answer = client.request(method, place, **what)  # type: ignore[arg-type]
            if answer.status_code < 500:
                return answer
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            sys.exit(f"{method} {place}: no answer within {PATIENCE:g} s")
        time.sleep(0.1)


def send(client: httpx.Client, number: int, wanted: str) -> Sent:
    """Send a pair; its pictures as uploads."""
    names = [
        asked(client, "POST", "/api/v1/uploads", content=data).json()["upload"] for data in made_pair(number)
    ]
    wish = {"reference_url": names[0], "on_model_url": names[1], "quality": "classical"}
    headers = {"Prefer": "respond-async", "Idempotency-Key": f"job-{number}"}
    while True:
        answer = asked(client, "POST", COLOR, json=wish, headers=headers)
        if answer.status_code in (200, 202):
            return Sent(answer.headers.get("location") or answer.headers["content-location"], wanted)
        assert answer.status_code == 409, answer.text  # the first try is still being taken in
        time.sleep(1)


def finished(client: httpx.Client, job: Sent) -> str:
    """Return the state of a job once it is finished, or when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while (state := asked(client, "GET", job.place).json()["state"]) in UNFINISHED:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return str(state)


def settled(client: httpx.Client, sent: list[Sent]) -> Counter[str]:
    """Wait until every job is finished, or none gets on any more; return how many ended in which way."""
    ended: Counter[str] = Counter()
    for job in sent:
        state = finished(client, job)
        if state != "done":
            ended["lost" if state in UNFINISHED else state] += 1
            continue
        got = hashlib.sha256(asked(client, "GET", f"{job.place}/result").content).hexdigest()
        ended["done" if got == job.wanted else "different"] += 1
    return ended


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def parts(folder: Path) -> Iterator[tuple[dict[str, Part | Postgres], str]]:
    """Run Postgres, a server and a worker; give them by name, and the server's URL."""
    with ExitStack() as ending:
        base = ending.enter_context(tempfile.TemporaryDirectory())  # the user postgres may enter it
        postgres = Postgres(base)
        ending.callback(postgres.kill)
        where = ("--data", str(folder / "data"), "--database", postgres.url)
        port = free_port()
        running: dict[str, Part | Postgres] = {"postgres": postgres}
        for name, command in {
            "server": ("serve", "--port", str(port), "--workers", "0"),
            "worker": ("worker", "--workers", "1"),
        }.items():
            part = Part(*command, *where)
            ending.callback(part.kill)
            running[name] = part
        yield running, f"http://127.0.0.1:{port}"


def spread(kills: int, jobs: int, rng: random.Random) -> dict[int, str]:
    """Return what is killed, by the number of the job after whose sending it is: each part as often."""
    moments = sorted(rng.sample(range(jobs), kills))
    victims = [("worker", "server", "postgres")[n % 3] for n in range(kills)]
    rng.shuffle(victims)
    return dict(zip(moments, victims, strict=True))


def run(jobs: int, kills: int, seed: int, say: Callable[[str], None]) -> bool:
    """Send the jobs and kill meanwhile; return whether nothing was lost and nothing differs."""
    rng, started = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory() as name, ExitStack() as ending:
        folder = Path(name)
        wanted = [undisturbed(number, folder) for number in range(jobs)]
        say(f"{jobs} pairs corrected undisturbed in {time.monotonic() - started:.0f} s")
        running, url = ending.enter_context(parts(folder))
        client = ending.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))
        asked(client, "GET", "/readyz")
        started, sent, killed = time.monotonic(), [], Counter[str]()
        moments = spread(kills, jobs, rng)
        for number in range(jobs):
            if number >= AHEAD:
                finished(client, sent[number - AHEAD])
            sent.append(send(client, number, wanted[number]))
            if number in moments:
                time.sleep(rng.uniform(0, 0.3))  # anywhere in a job
                running[moments[number]].again()
                killed[moments[number]] += 1
                say(f"job {number}: {moments[number]} killed")
        ended = settled(client, sent)
        seconds = time.monotonic() - started
    say(table(ended, killed, len(sent), seconds))
    return ended == {"done": jobs} and len(set(wanted)) == jobs


def table(ended: Counter[str], killed: Counter[str], sent: int, seconds: float) -> str:
    """Return the outcome as a Markdown table."""
    kills = ", ".join(f"{name} {count}" for name, count in sorted(killed.items()))
    rows = {
        "jobs accepted": sent,
        "kills": f"{killed.total()} ({kills})",
        "lost": ended["lost"],
        "failed or cancelled": ended["failed"] + ended["cancelled"],
        "outputs that differ": ended["different"],
        "done, the same bytes": ended["done"],
        "seconds": round(seconds),
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=21)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    sys.exit(0 if run(chosen.jobs, chosen.kills, chosen.seed, lambda text: print(text, flush=True)) else 1)


if __name__ == "__main__":
    main()
