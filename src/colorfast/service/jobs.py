"""The durable queue: a job that was accepted is done once, whatever is killed meanwhile.

DBOS is spoken to in this module alone. A job's id is its content key, so the same job is the same job.
`Queue` puts jobs in and looks after them; `Worker` does them. Both need only the database, SQLite or Postgres.

    waiting → running → done | failed | cancelled         failed and cancelled ones may be asked for again
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, cast

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, Serializer
from dbos import WorkflowStatus as Found

from colorfast.errors import SettingsError
from colorfast.service.background import repeated
from colorfast.service.errors import JobCrashed, NotFound, Unavailable
from colorfast.service.tables import DAY, Tables, engine_of
from colorfast.service.work import NAMES, Job, Outcome

State: TypeAlias = Literal["waiting", "running", "done", "failed", "cancelled"]

APPLICATION = "colorfast"
CORRECT, TAKE_IN, PAIRS = "correct", "take-in", "pairs"  # a queue each, and the workflow that does its jobs
VERSION = "1"  # of what a job's row holds; the product's version is part of a job's key
FETCHING = 8  # pairs of batches whose pictures one worker fetches at once
LOOK_SECONDS = 0.05  # how often a worker looks for a job: it bounds the throughput
SELDOM_SECONDS = 0.25  # and for what takes longer than a job; each look costs a millisecond or two
RETRY_SECONDS = 1.0  # between two tries to reach a database
RECOVERIES = 5  # a job that has ended its worker so often is given up
STATES: Mapping[str, State] = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "CANCELLED": "cancelled",
}
FINISHED = ("done", "failed", "cancelled")
UNFINISHED = ["ENQUEUED", "DELAYED", "PENDING"]
ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
PAGE = 500  # jobs that are deleted at once

Doing: TypeAlias = Callable[[Mapping[str, Any], Callable[[], bool]], Outcome]
"""Does a job; the second argument says, whenever it is asked, whether the job has been cancelled."""

Taking: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Fetches the pictures of a pair of a batch; returns the job it became, or the error."""

Pairing: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Does a bundle of pairs of `colorfast batch`, whose files lie where all workers see them."""

log = logging.getLogger("colorfast.service")
logging.getLogger("dbos").setLevel(logging.CRITICAL)  # a cancelled job is an error to it; we log what matters


class Plain(Serializer):
    """JSON in the database, where DBOS would put pickles: whoever writes there runs no code here."""

    def serialize(self, data: Any) -> str:
        """Return JSON; of an exception its sentence."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        """Return what JSON says; a sentence where an exception was."""
        return json.loads(serialized_data)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """How a job stands."""

    id: str
    owner: str
    state: State
    created: float
    """Seconds since 1970."""
    finished: float | None
    outcome: Outcome | None
    """As `work.do` returns it; None until the job is done, and for one that crashed."""
    job: Mapping[str, Any] = field(default_factory=dict)
    """What was put in; empty where it was not asked for."""


class Queue:
    """The door side: jobs are put in, looked up and cancelled."""

    def __init__(self, url: str, *, start_seconds: float = 0, steadfast: bool = False) -> None:
        """Open the database, making its tables where they are missing.

        start_seconds   how long to wait for a database that does not answer yet
        steadfast       wait, in the midst of it, for one that has gone away; else its error is raised

        Raises Unavailable, SettingsError.
        """
        if not url.startswith(("sqlite:///", "postgresql://")):
            scheme = url.partition(":")[0]  # the rest may hold a password
            raise SettingsError("database", f"{scheme}:…", "postgresql://… or sqlite:///…")
        deadline = time.monotonic() + start_seconds
        while True:
            try:
                self._open(url, steadfast)
                return
            except sa.exc.SQLAlchemyError as error:
                if time.monotonic() > deadline:
                    name = sa.make_url(url).render_as_string(hide_password=True)
                    reason = f"the database {name} cannot be used: {error.__class__.__name__}"
                    raise Unavailable(reason) from error
            time.sleep(RETRY_SECONDS)

    def _open(self, url: str, steadfast: bool) -> None:
        self._engine = engine_of(url)
        DBOS.migrate(url)
        self.tables = Tables(self._engine)
        self._client = DBOSClient(
            system_database_url=url,
            serializer=Plain(),
            application_name=APPLICATION,
            retry_connection_errors=steadfast,
        )

    def put(self, job_id: str, job: Job) -> None:
        """Put a job in; one that is known is left as it is, unless it was cancelled or crashed."""
        self._put(CORRECT, job_id, job.owner, asdict(job))
        [found] = self._list(workflow_ids=[job_id], load_input=False)
        if _may_be_done_anew(found):
            self._client.rewind_workflow(job_id, queue_name=CORRECT)

    def put_batch(self, batch_id: str, owner: str, pairs: Sequence[Mapping[str, Any]]) -> None:
        """Put the pairs of a batch in; each is taken in by a worker and becomes a job."""
        for number, pair in enumerate(pairs):
            self._put(TAKE_IN, f"{batch_id}-{number}", owner, dict(pair))

    def batch(self, batch_id: str) -> list[JobStatus]:
        """Return how far the pairs of a batch have been taken in, in their order; none when it is unknown."""
        found = self._list(workflow_id_prefix=f"{batch_id}-", name=TAKE_IN, load_input=False)
        return [_status(each) for each in sorted(found, key=lambda e: int(e.workflow_id.rpartition("-")[2]))]

    def put_bundle(self, bundle_id: str, pairs: Sequence[Mapping[str, Any]]) -> None:
        """Put pairs of `colorfast batch` in, which one worker does, under an id that is not in use."""
        self._put(PAIRS, bundle_id, "", {"pairs": list(pairs)})

    def bundles(self, prefix: str, *, ended: bool = False) -> dict[str, JobStatus]:
        """Return how bundles stand whose ids begin so, by id; of all, or of those that have ended."""
        found = self._list(
            workflow_id_prefix=prefix, name=PAIRS, status=ENDED if ended else None, load_input=False
        )
        return {each.workflow_id: _status(each) for each in found}

    def drop(self, job_ids: Sequence[str]) -> None:
        """Delete jobs that are finished."""
        self._client.delete_workflows(list(job_ids))

    def status(self, job_id: str, *, with_job: bool = False) -> JobStatus | None:
        """Return how a job stands, and what was put in; None when there is none of this id."""
        found = self._list(workflow_ids=[job_id], load_input=with_job)
        return _status(found[0]) if found else None

    def statuses(self, job_ids: Sequence[str], *, with_jobs: bool = False) -> dict[str, JobStatus]:
        """Return how jobs stand, and what was put in, by id."""
        found = self._list(workflow_ids=list(job_ids), load_input=with_jobs)
        return {each.workflow_id: _status(each) for each in found}

    def ended(self, owner: str, most: int) -> list[JobStatus]:
        """Return the jobs of an owner that have ended, the newest first, and what was put in."""
        found = self._list(name=CORRECT, user=owner, status=ENDED, sort_desc=True, limit=most)
        return [_status(each) for each in found]

    def unfinished(self, owner: str | None = None) -> int:
        """Return how many jobs wait or run, of all or of one owner."""
        jobs = sa.table(
            "workflow_status",
            *(sa.column(name) for name in ("queue_name", "status", "authenticated_user")),
            schema=None if self._engine.dialect.name == "sqlite" else "dbos",
        )
        chosen: list[sa.ColumnElement[bool]] = [
            jobs.c.queue_name.in_((CORRECT, TAKE_IN)),
            jobs.c.status.in_(UNFINISHED),
        ]
        if owner is not None:
            chosen.append(jobs.c.authenticated_user == owner)
        with self._engine.connect() as base:
            return base.execute(sa.select(sa.func.count()).select_from(jobs).where(*chosen)).scalar_one()

    def cancel(self, job_ids: Sequence[str]) -> None:
        """Cancel jobs that wait or run; those that are finished stay as they are."""
        self._client.cancel_workflows(list(job_ids))
        self.tables.finished(job_ids)

    def forget(self, before: float) -> int:
        """Delete the jobs that ended before a time, in seconds since 1970; return how many."""
        moment = datetime.fromtimestamp(before, UTC).isoformat()
        count = 0
        while old := self._list(
            completed_before=moment, status=ENDED, limit=PAGE, load_input=False, load_output=False
        ):
            self._client.delete_workflows([each.workflow_id for each in old])
            count += len(old)
        return count

    def needed(self) -> set[str]:
        """Return the SHA-256 of the pictures of jobs that wait or run."""
        waiting = self._list(name=CORRECT, status=UNFINISHED, load_output=False)
        jobs = [each.input["args"][0] for each in waiting if each.input]
        return {job[name] for job in jobs for name in NAMES if job.get(name)}

    def claimed(self, worker_id: str) -> set[str]:
        """Return the ids of the jobs that are a worker's by the database."""
        found = self._list(status="PENDING", executor_id=worker_id, load_input=False, load_output=False)
        return {each.workflow_id for each in found}

    def recover(self, silent_seconds: float, stranded: Collection[str] = ()) -> list[str]:
        """Give the jobs of dead workers, and those that stranded, to the living; return their ids.

        A worker is dead when it was not heard of for so long. Should it be only slow, its job is done twice and
        the same comes out.
        """
        running = self._list(status="PENDING", load_input=False, load_output=False)
        living = self.tables.living(silent_seconds)
        lost = [each for each in running if each.executor_id not in living or each.workflow_id in stranded]
        for name in (CORRECT, TAKE_IN, PAIRS):
            ids = [each.workflow_id for each in lost if each.name == name]
            if ids:
                self._client.resume_workflows(ids, queue_name=name)
        return [each.workflow_id for each in lost]

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()
        self._engine.dispose()

    def _put(self, name: str, job_id: str, owner: str, job: dict[str, Any]) -> None:
        self._client.enqueue(
            {
                "workflow_name": name,
                "queue_name": name,
                "workflow_id": job_id,
                "app_version": VERSION,
                "authenticated_user": owner,
            },
            job,
        )

    def _list(self, **chosen: Any) -> list[Found]:
        return self._client.list_workflows(application_name=APPLICATION, **chosen)


class Worker:
    """The working side: takes jobs from the queue, beats, and takes over from the dead."""

    def __init__(
        self,
        queue: Queue,
        url: str,
        doing: Doing,
        taking: Taking,
        pairing: Pairing,
        *,
        at_once: int,
        silent_seconds: float,
    ) -> None:
        """Begin to work: at most `at_once` jobs of a kind in hand."""
        self.id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._queue = queue
        self._queue.tables.beat(self.id)  # before it takes a job: a job of an unknown worker is a lost one
        self._silent = silent_seconds
        self._in_hand: set[str] = set()
        self._not_begun: set[str] = set()
        DBOS(config=_config(url, self.id))
        DBOS.workflow(name=CORRECT, max_recovery_attempts=RECOVERIES)(self._in_sight(self._correct(doing)))
        DBOS.workflow(name=TAKE_IN, max_recovery_attempts=RECOVERIES)(self._in_sight(taking))
        DBOS.workflow(name=PAIRS, max_recovery_attempts=RECOVERIES)(self._in_sight(pairing))
        DBOS.listen_queues([CORRECT, TAKE_IN, PAIRS])
        DBOS.launch()
        for name, most, seconds in (
            (CORRECT, at_once, LOOK_SECONDS),
            (TAKE_IN, FETCHING, SELDOM_SECONDS),
            (PAIRS, at_once + 1, SELDOM_SECONDS),  # one is at hand when another ends
        ):
            DBOS.register_queue(
                name, worker_concurrency=most, polling_interval_sec=seconds, on_conflict="always_update"
            )
        self._beating = ExitStack()
        self._beating.enter_context(repeated(self._beat, silent_seconds / 4, name="beat"))

    def close(self, seconds: float = 0) -> None:
        """Stop taking jobs, give those in hand so many seconds, and leave the rest to others."""
        DBOS.destroy(workflow_completion_timeout_sec=int(seconds), destroy_registry=True)
        self._beating.close()
        self._queue.tables.leave(self.id)

    def _correct(self, doing: Doing) -> Callable[[dict[str, Any]], Outcome]:
        def correct(job: dict[str, Any]) -> Outcome:
            job_id = cast("str", DBOS.workflow_id)

            def cancelled() -> bool:
                status = self._queue.status(job_id)
                return status is None or status.state == "cancelled"

            try:
                outcome = doing(job, cancelled)
            except Exception:
                log.exception("job %s crashed", job_id)
                with self._away():
                    self._queue.tables.finished([job_id])
                raise
            with self._away():  # a job that is done is not lost with the note of its cost
                self._queue.tables.spent(job["owner"], outcome)
                self._queue.tables.finished([job_id])
            return outcome

        return correct

    def _in_sight(self, doing: Callable[[dict[str, Any]], Outcome]) -> Callable[[dict[str, Any]], Outcome]:
        """Return what does a job and has it in hand meanwhile."""

        def do(job: dict[str, Any]) -> Outcome:
            job_id = cast("str", DBOS.workflow_id)
            self._in_hand.add(job_id)
            try:
                return doing(job)
            finally:
                self._in_hand.discard(job_id)

        return do

    def _beat(self) -> None:
        self._queue.tables.beat(self.id)
        self._queue.tables.forget_requests(DAY)
        lost = self._queue.recover(self._silent, self._stranded())
        if lost:
            log.warning("%d jobs of dead workers are given to the living", len(lost))

    def _stranded(self) -> set[str]:
        """Return jobs that the database has as ours, and that did not begin from beat to beat: it noted that we
        took them, and went away before it said so.
        """
        not_begun = self._queue.claimed(self.id) - self._in_hand
        stranded = not_begun & self._not_begun
        self._not_begun = not_begun - stranded
        return stranded

    @contextmanager
    def _away(self) -> Iterator[None]:
        """Go on when the database does not answer: it will be back, or this worker is taken for dead."""
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            log.warning("the database does not answer: %s", error.__class__.__name__)


def _config(url: str, executor: str) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_url": url,
        "application_version": VERSION,
        "executor_id": executor,
        "serializer": Plain(),
        "log_level": "CRITICAL",
        "run_migrations": False,
    }


def _state(found: Found) -> State:
    return STATES.get(found.status, "failed")


def _may_be_done_anew(found: Found) -> bool:
    """Return whether a job ended by what is no fault of its pictures: cancelled, crashed, or they were deleted."""
    error = (found.output or {}).get("error") or {}
    return _state(found) in ("failed", "cancelled") or error.get("code") == NotFound.code


def _status(found: Found) -> JobStatus:
    state, outcome = _state(found), found.output
    crashed = JobCrashed("its worker process ended again and again, or met a defect; ask for it again")
    if state == "failed":
        outcome = {"error": {"code": crashed.code, "message": str(crashed)}}
    if outcome is not None and "error" in outcome:
        state = "failed"
    return JobStatus(
        id=found.workflow_id,
        owner=found.authenticated_user or "",
        state=state,
        created=(found.created_at or 0) / 1000,
        finished=found.completed_at / 1000 if found.completed_at else None,
        outcome=outcome,
        job=found.input["args"][0] if found.input else {},
    )
