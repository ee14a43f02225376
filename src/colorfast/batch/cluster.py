"""The engine `ray`: one actor for each core of a cluster, or of this machine. Needs the extra `ray`.

Ray is spoken to in this module alone. An actor loads its networks once, and gets the pairs of a product one after
the other, so that their reference is decoded once. All nodes must see the files under the same names.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from colorfast.batch.pool import ATTEMPTS, LOOK_SECONDS, Finished
from colorfast.batch.resume import left_to_do
from colorfast.batch.threads import ONE_THREAD, use_one_thread
from colorfast.batch.work import Engine, Job, Outcome, work
from colorfast.errors import ExtraMissing, SettingsError, WorkerDied, first_line
from colorfast.settings import BatchSettings

TOGETHER = 16  # pairs of one product that an actor gets at once, so that a large product is shared out
STORE_BYTES = 80 << 20  # what Ray asks for at least: nothing large travels
LOCAL = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it would tell its makers
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # whatever the system: listen on the loopback address alone
}


TOKEN = Path("~/.ray/auth_token")  # where `ray get-auth-token --generate` puts it


class Call(NamedTuple):
    """What an actor has in hand."""

    actor: Any
    job: Job | None
    """None while it starts."""
    rest: deque[Job]
    """The pairs of the same product that it gets next."""
    since: float


def on_a_cluster(address: str | None, workers: int | None, settings: BatchSettings) -> Engine:
    """Return the engine.

    address   HOST:PORT of a cluster's head, or "auto" for the one this machine is part of; None starts one here
    workers   actors; None is one for each core of the cluster

    Raises ExtraMissing; when it is used, SettingsError where no cluster answers, WorkerDied where none starts.
    """
    ray = _ray(address)

    def run(jobs: Iterable[Job]) -> Generator[Finished[Job, Outcome]]:
        left = yield from left_to_do(jobs)
        if left:
            with _connected(ray, address, workers):
                size = workers or int(ray.cluster_resources().get("CPU", 1))
                yield from Crew(ray, settings).run(left, max(1, min(size, len(left))))

    return run


class Crew:
    """The actors of a batch, each with one pair in hand."""

    def __init__(self, ray: Any, settings: BatchSettings) -> None:
        self._ray, self._seconds = ray, settings.pair_seconds
        self._actor = ray.remote(
            num_cpus=1, max_restarts=0, runtime_env={"env_vars": dict.fromkeys(ONE_THREAD, "1")}
        )(_Hand)
        self._waiting: deque[deque[Job]] = deque()
        self._calls: dict[Any, Call] = {}
        self._attempts: Counter[str] = Counter()

    def run(self, jobs: Iterable[Job], size: int) -> Generator[Finished[Job, Outcome]]:
        """Yield each job as it finishes, done by so many actors. Raises WorkerDied when none can be started."""
        self._waiting.extend(products_of(jobs))
        for _ in range(size):
            self._hire()
        while self._waiting or any(call.job for call in self._calls.values()):
            ready, _ = self._ray.wait(list(self._calls), timeout=LOOK_SECONDS)
            late = [ref for ref, call in self._calls.items() if ref not in ready and self._is_late(call)]
            for ref in (*ready, *late):
                outcome, error = self._answer(ref) if ref in ready else (None, TimeoutError(self._seconds))
                finished = self._back(self._calls.pop(ref), outcome, error)
                if finished is not None:
                    yield finished

    def _hire(self) -> None:
        """Start an actor; it gets its first pair when it says that it runs."""
        actor = self._actor.remote()
        self._calls[actor.begin.remote()] = Call(actor, None, deque(), time.monotonic())

    def _send(self, actor: Any, rest: deque[Job]) -> None:
        """Give an actor its next pair: of the same product, or of the next one; without any it ends."""
        if not rest and self._waiting:
            rest = self._waiting.popleft()
        if rest:
            job = rest.popleft()
            self._calls[actor.do.remote(job)] = Call(actor, job, rest, time.monotonic())

    def _answer(self, ref: Any) -> tuple[Outcome | None, BaseException | None]:
        """Return what came back, or the error that came in its place; WorkerDied for a dead actor."""
        try:
            return self._ray.get(ref), None
        except self._ray.exceptions.RayTaskError as error:
            return None, error.cause or error
        except self._ray.exceptions.RayActorError as error:
            return None, WorkerDied("the actor", first_line(error))

    def _back(
        self, call: Call, outcome: Outcome | None, error: BaseException | None
    ) -> Finished[Job, Outcome] | None:
        """Return what a call led to, if that is final, and give the actor, or another in its place, more to do."""
        if call.job is None:
            if error is not None:
                raise WorkerDied("the cluster", f"no actor can be started: {first_line(error)}") from error
            self._send(call.actor, call.rest)
            return None
        if not isinstance(error, WorkerDied | TimeoutError):
            self._send(call.actor, call.rest)
            return Finished(call.job, outcome, error)
        self._ray.kill(call.actor)
        if call.rest:
            self._waiting.appendleft(call.rest)
        self._hire()
        self._attempts[call.job.pair.id] += 1
        if isinstance(error, WorkerDied) and self._attempts[call.job.pair.id] < ATTEMPTS:
            self._waiting.append(deque([call.job]))  # a node that is lost is not the pair's fault
            return None
        return Finished(call.job, None, _of_pair(call.job, error))

    def _is_late(self, call: Call) -> bool:
        return call.job is not None and time.monotonic() - call.since > self._seconds


def products_of(jobs: Iterable[Job]) -> Iterator[deque[Job]]:
    """Yield jobs of the same product together, so many at most; one without a reference is alone."""

    def product(job: Job) -> str:
        return str(job.pair.reference or "")

    for name, group in groupby(sorted(jobs, key=product), key=product):
        same = deque(group)
        while same:
            yield deque(same.popleft() for _ in range(min(len(same), TOGETHER if name else 1)))


def _of_pair(job: Job, error: BaseException) -> BaseException:
    return WorkerDied(job.pair.id, error.reason) if isinstance(error, WorkerDied) else error


class _Hand:
    """An actor."""

    def begin(self) -> None:
        """Hold this process to one thread."""
        use_one_thread()

    def do(self, job: Job) -> Outcome:
        """Do one pair."""
        return work(job)


def _ray(address: str | None) -> Any:
    """Load Ray. Raises ExtraMissing."""
    for name, value in (LOCAL if address is None else _trust()).items():
        os.environ.setdefault(name, value)  # it looks there when it is loaded
    try:
        import ray
    except ImportError as error:
        raise ExtraMissing("ray", "the engine ray needs Ray") from error
    return ray


def _trust() -> dict[str, str]:
    """Return what makes Ray show a token to the cluster that it joins, where there is one, as `ray start` does."""
    given = os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")
    return {"RAY_AUTH_MODE": "token"} if given or TOKEN.expanduser().is_file() else {}


@contextmanager
def _connected(ray: Any, address: str | None, workers: int | None) -> Iterator[None]:
    """Be part of a cluster during the body. Raises SettingsError or WorkerDied."""
    here = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": STORE_BYTES}
    chosen = {"address": "local", **here} if address is None else {"address": address}
    try:
        ray.init(**chosen, log_to_driver=False, logging_level="error")
    except Exception as error:  # Ray raises nothing narrower when a node does not start in time
        if address is None:
            raise WorkerDied("the cluster", f"Ray did not start: {first_line(error)}") from error
        token = "the token that it asks for in RAY_AUTH_TOKEN or ~/.ray/auth_token"
        expected = f"HOST:PORT of a Ray cluster that answers, and {token} ({first_line(error)})"
        raise SettingsError("--address", address, expected) from error
    try:
        yield
    finally:
        ray.shutdown()
