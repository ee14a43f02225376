"""What a set of processes costs: CPU and peak memory of all that carry a tag, and of their children. Linux only."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

TAG = "COMPARED_ENGINE"
TICKS = os.sysconf("SC_CLK_TCK")
LOOK_SECONDS = 0.2


class Cost(NamedTuple):
    """What one process has taken."""

    cpu: float
    """Seconds so far, user and system."""
    memory: float
    """Megabytes that it holds now."""
    peak: float
    """Megabytes that it has held at most."""


class Point(NamedTuple):
    """How far the work was, and what it had cost."""

    done: int
    """Pictures."""
    cpu: float
    memory: tuple[float, ...]
    """Of each process that lived, the largest first."""


class Meter:
    """Adds up the cost of processes, by looking again and again; what ends is remembered as last seen."""

    def __init__(self, tag: str, done: Callable[[], int]) -> None:
        """Begin to look; `done` tells how many pictures are finished."""
        self._mark, self._done = f"{TAG}={tag}".encode(), done
        self._seen: dict[int, Cost] = {}
        self._looking, self._ending = threading.Lock(), threading.Event()
        self.points: list[Point] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def look(self) -> Point:
        """Return how far the work is."""
        with self._looking:
            pids = sorted(int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
            for pid in pids:
                self._look(Path(f"/proc/{pid}"), pid)
            living = (self._seen[pid].memory for pid in pids if pid in self._seen)
            memory = tuple(sorted(living, reverse=True))
            return Point(self._done(), sum(each.cpu for each in self._seen.values()), memory)

    def peak(self) -> float:
        """Return the peak memory of the largest process, in megabytes."""
        return max((each.peak for each in self._seen.values()), default=0.0)

    def close(self) -> None:
        """Stop looking."""
        self._ending.set()
        self._thread.join()

    def _look(self, folder: Path, pid: int) -> None:
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parent, user, system = (int(fields[place]) for place in (1, 11, 12))
            # a server of Postgres writes its title over its environment: it is known by its parent
            if not {pid, parent} & self._seen.keys() and self._mark not in (folder / "environ").read_bytes():
                return
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
            memory, peak = (int(status.get(name, "0 kB").split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
            earlier = self._seen.get(pid, Cost(0, 0, 0)).peak  # a zombie tells none
            self._seen[pid] = Cost((user + system) / TICKS, memory, max(peak, earlier))
        except (OSError, ValueError):  # it has just ended
            return

    def _watch(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            self.points.append(self.look())
