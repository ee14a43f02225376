"""The service's own six tables, beside those of the queue: who lives, what was asked, one secret, cost, webhooks,
decisions.

Works on SQLite and Postgres. Times are seconds since 1970 by the database's clock, which all machines share.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

META = sa.MetaData()

EXECUTORS = sa.Table(
    "colorfast_executors",
    META,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("seen", sa.Float, nullable=False),
)
REQUESTS = sa.Table(
    "colorfast_requests",
    META,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("answer", sa.Text),  # id of the job or batch; null while the request is being taken in
    sa.Column("taken", sa.Float, nullable=False),
)
SECRETS = sa.Table(
    "colorfast_secrets",
    META,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

CLOCKS = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "extract(epoch from clock_timestamp())",
}
COSTS = sa.Table(
    "colorfast_costs",
    META,
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("verdict", sa.Text, primary_key=True),  # or "error"
    sa.Column("jobs", sa.Integer, nullable=False),
    sa.Column("cpu_seconds", sa.Float, nullable=False),
)

HOOKS = sa.Table(
    "colorfast_webhooks",
    META,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due", sa.Float, nullable=False, index=True),
)

DECISIONS = sa.Table(
    "colorfast_decisions",  # a log that is only ever added to, one chain an owner: review/log.py
    META,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("done", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
ONLY_ADDED_TO = {
    "sqlite": [
        f"create trigger colorfast_no_{what} before {what} on colorfast_decisions "
        "begin select raise(abort, 'only added to'); end"
        for what in ("update", "delete")
    ],
    "postgresql": [
        "create or replace function colorfast_only_added_to() returns trigger language plpgsql "
        "as 'begin raise exception ''only added to''; end'",
        "create trigger colorfast_only_added_to before update or delete or truncate on colorfast_decisions "
        "for each statement execute function colorfast_only_added_to()",
    ],
}
for dialect, statements in ONLY_ADDED_TO.items():
    for statement in statements:
        made = sa.DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
        sa.event.listen(DECISIONS, "after_create", made)

DAY = 86400.0
CACHED_PAGES = 64
"""Of SQLite, 256 KB a connection: a server holds a dozen, and 2 MB in each would fill only as its file grows."""


class Cost(NamedTuple):
    """What the jobs of one verdict have cost."""

    verdict: str
    jobs: int
    cpu_seconds: float


class Taken(NamedTuple):
    """A request that came with an Idempotency-Key."""

    fingerprint: str
    answer: str | None
    age: float
    """Seconds since it was taken in."""


class Hook(NamedTuple):
    """An address to which the end of a job is to be told."""

    job: str
    url: str
    owner: str
    tries: int
    due: float


class Tables:
    """The tables in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Make the tables where they are missing."""
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._insert: Callable[[sa.Table], Any] = sqlite.insert if self._sqlite else postgresql.insert
        self._now = sa.cast(sa.literal_column(CLOCKS[engine.dialect.name]), sa.Float)
        with engine.begin() as base:
            if not self._sqlite:  # two processes that begin at once would both make them
                base.execute(sa.text("select pg_advisory_xact_lock(20)"))
            META.create_all(base)

    def beat(self, executor: str) -> None:
        """Write down that an executor lives."""
        row = self._insert(EXECUTORS).values(id=executor, seen=self._now)
        self._do(row.on_conflict_do_update(index_elements=["id"], set_={"seen": self._now}))

    def leave(self, executor: str) -> None:
        """Write down that an executor has ended."""
        self._do(sa.delete(EXECUTORS).where(EXECUTORS.c.id == executor))

    def living(self, silent_seconds: float) -> frozenset[str]:
        """Return the executors that were heard of within so many seconds; forget those gone for a day."""
        self._do(sa.delete(EXECUTORS).where(EXECUTORS.c.seen < self._now - DAY))
        heard = sa.select(EXECUTORS.c.id).where(EXECUTORS.c.seen >= self._now - silent_seconds)
        with self._engine.connect() as base:
            return frozenset(base.execute(heard).scalars())

    def secret(self, name: str) -> bytes:
        """Return the secret of this name, the same for every process; made when it is first asked for."""
        row = self._insert(SECRETS).values(name=name, value=secrets.token_hex(32))
        self._do(row.on_conflict_do_nothing())
        with self._engine.connect() as base:
            found = base.execute(sa.select(SECRETS.c.value).where(SECRETS.c.name == name)).scalar_one()
        return bytes.fromhex(found)

    def take(self, owner: str, key: str, fingerprint: str) -> Taken | None:
        """Take a request in; return None, or the earlier request with this key."""
        row = self._insert(REQUESTS).values(owner=owner, key=key, fingerprint=fingerprint, taken=self._now)
        with self._engine.begin() as base:
            if base.execute(row.on_conflict_do_nothing().returning(REQUESTS.c.key)).first():
                return None
            age = (self._now - REQUESTS.c.taken).label("age")
            found = sa.select(REQUESTS.c.fingerprint, REQUESTS.c.answer, age).where(self._request(owner, key))
            return Taken(*base.execute(found).one())

    def answer(self, owner: str, key: str, answer: str) -> None:
        """Write down what a request led to."""
        self._do(sa.update(REQUESTS).where(self._request(owner, key)).values(answer=answer))

    def drop(self, owner: str, key: str) -> None:
        """Forget a request that led to nothing, so that it can be made again."""
        self._do(sa.delete(REQUESTS).where(self._request(owner, key)))

    def forget_requests(self, seconds: float) -> None:
        """Forget requests that are older than so many seconds."""
        self._do(sa.delete(REQUESTS).where(REQUESTS.c.taken < self._now - seconds))

    def spent(self, owner: str, outcome: Mapping[str, Any]) -> None:
        """Add a job's cost to the day's; a job that is done twice has cost twice."""
        verdict = outcome["row"]["verdict"] if "row" in outcome else "error"
        values = {"jobs": 1, "cpu_seconds": outcome.get("cpu_seconds", 0.0)}
        day = datetime.now(UTC).date().isoformat()
        row = self._insert(COSTS).values(day=day, owner=owner, verdict=verdict, **values)
        added = {name: COSTS.c[name] + value for name, value in values.items()}
        self._do(row.on_conflict_do_update(index_elements=["day", "owner", "verdict"], set_=added))

    def costs(self) -> list[Cost]:
        """Return what all jobs so far have cost, by verdict."""
        sums = (sa.func.sum(COSTS.c.jobs), sa.func.sum(COSTS.c.cpu_seconds))
        with self._engine.connect() as base:
            found = base.execute(sa.select(COSTS.c.verdict, *sums).group_by(COSTS.c.verdict))
            return [Cost(verdict, int(jobs), float(seconds)) for verdict, jobs, seconds in found]

    def expect(self, job: str, url: str, owner: str) -> None:
        """Note that the end of a job is to be told to a URL."""
        row = self._insert(HOOKS).values(job=job, url=url, owner=owner, tries=0, due=self._now)
        again = {"tries": 0, "due": self._now}
        self._do(row.on_conflict_do_update(index_elements=["job", "url"], set_=again))

    def hooks_due(self, most: int) -> list[Hook]:
        """Return what is to be told now, the oldest first."""
        found = sa.select(HOOKS).where(HOOKS.c.due <= self._now).order_by(HOOKS.c.due).limit(most)
        with self._engine.connect() as base:
            return [Hook(*row) for row in base.execute(found)]

    def put_off(self, hook: Hook, seconds: float) -> bool:
        """Take a telling in hand for so long; False when another worker has it."""
        chosen = sa.and_(self._hook(hook), HOOKS.c.due == hook.due)
        with self._engine.begin() as base:
            moved = base.execute(sa.update(HOOKS).where(chosen).values(due=self._now + seconds))
            return moved.rowcount == 1

    def try_again(self, hook: Hook, seconds: float, *, failed: bool = True) -> None:
        """Tell it once more, in so many seconds."""
        values = {"tries": hook.tries + failed, "due": self._now + seconds}
        self._do(sa.update(HOOKS).where(self._hook(hook)).values(**values))

    def finished(self, jobs: Sequence[str]) -> None:
        """Tell the end of jobs now."""
        self._do(sa.update(HOOKS).where(HOOKS.c.job.in_(jobs)).values(due=self._now))

    def forget_hook(self, hook: Hook) -> None:
        """Drop what was heard, or never will be."""
        self._do(sa.delete(HOOKS).where(self._hook(hook)))

    def decisions(self, owner: str, after: int) -> Sequence[Sequence[Any]]:
        """Return the entries of an owner's log after one of this number, in order."""
        chosen = sa.and_(DECISIONS.c.owner == owner, DECISIONS.c.seq > after)
        columns = [column for column in DECISIONS.c if column.name != "owner"]
        with self._engine.connect() as base:
            return base.execute(sa.select(*columns).where(chosen).order_by(DECISIONS.c.seq)).all()

    def decide(self, owner: str, entry: Mapping[str, Any]) -> bool:
        """Add an entry to an owner's log; False when there is one of its number."""
        row = self._insert(DECISIONS).values(owner=owner, **entry)
        with self._engine.begin() as base:
            added = base.execute(row.on_conflict_do_nothing().returning(DECISIONS.c.seq))
            return added.first() is not None

    def _hook(self, hook: Hook) -> sa.ColumnElement[bool]:
        return sa.and_(HOOKS.c.job == hook.job, HOOKS.c.url == hook.url)

    def _request(self, owner: str, key: str) -> sa.ColumnElement[bool]:
        return sa.and_(REQUESTS.c.owner == owner, REQUESTS.c.key == key)

    def _do(self, statement: sa.Executable) -> None:
        with self._engine.begin() as base:
            base.execute(statement)


def engine_of(url: str) -> sa.Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql://…`; an SQLite file is set up, once and for all."""
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, connect_args={"timeout": 30})
        with engine.connect() as base:
            base.exec_driver_sql("pragma journal_mode = wal")
            base.exec_driver_sql(f"pragma default_cache_size = {CACHED_PAGES}")
        return engine
    return sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), pool_pre_ping=True)
