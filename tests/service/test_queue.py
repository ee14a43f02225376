"""The queue, on SQLite and on Postgres: the same contract."""

from __future__ import annotations

from contextlib import closing

import pytest
import sqlalchemy as sa

from colorfast.errors import SettingsError
from colorfast.service.errors import Unavailable
from colorfast.service.jobs import Queue
from colorfast.service.work import Job


def job(owner="local"):
    return Job(owner=owner, photo="p", reference="r", method="ot", garment="auto", settings={})


@pytest.fixture
def queue(database):
    with closing(Queue(database)) as opened:
        yield opened


def test_a_job_waits_until_somebody_does_it(queue):
    queue.put("a", job())
    status = queue.status("a")
    assert (status.state, status.owner, status.outcome) == ("waiting", "local", None)


def test_a_job_that_is_put_in_twice_is_one_job(queue):
    for _ in range(2):
        queue.put("a", job())
    assert queue.unfinished() == 1


def test_jobs_are_counted_by_owner(queue):
    for number, owner in enumerate(("a", "a", "b")):
        queue.put(f"job-{number}", job(owner))
    assert (queue.unfinished(), queue.unfinished("a"), queue.unfinished("c")) == (3, 2, 0)


def test_a_cancelled_job_is_done_when_it_is_asked_for_again(queue):
    queue.put("a", job())
    queue.cancel(["a"])
    assert queue.status("a").state == "cancelled"
    queue.put("a", job())
    assert queue.status("a").state == "waiting"


def test_the_pairs_of_a_batch_keep_their_order(queue):
    queue.put_batch("batch", "local", [{"n": n} for n in range(12)])
    assert [each.id for each in queue.batch("batch")] == [f"batch-{n}" for n in range(12)]
    assert queue.batch("batc") == []


def test_a_job_that_nobody_knows_has_no_status(queue):
    assert queue.status("a") is None
    assert queue.statuses([]) == {}


def test_a_worker_lives_while_it_is_heard_of(queue):
    queue.tables.beat("a")
    assert queue.tables.living(60) == {"a"}
    assert queue.tables.living(-1) == set()
    queue.tables.leave("a")
    assert queue.tables.living(60) == set()


def test_a_secret_is_made_once(queue):
    assert queue.tables.secret("links") == queue.tables.secret("links") != queue.tables.secret("others")


def test_a_request_is_taken_in_once(queue):
    assert queue.tables.take("local", "key", "print") is None
    assert queue.tables.take("other", "key", "print") is None
    again = queue.tables.take("local", "key", "another")
    assert (again.fingerprint, again.answer) == ("print", None)
    assert 0 <= again.age < 60


def test_a_request_remembers_what_it_led_to_until_it_is_forgotten(queue):
    queue.tables.take("local", "key", "print")
    queue.tables.answer("local", "key", "job")
    assert queue.tables.take("local", "key", "print").answer == "job"
    queue.tables.forget_requests(-1)
    assert queue.tables.take("local", "key", "print") is None


def test_what_jobs_cost_is_added_up_by_verdict(queue):
    for seconds in (1.0, 0.5):
        queue.tables.spent("local", {"row": {"verdict": "pass"}, "cpu_seconds": seconds})
    queue.tables.spent("local", {"error": {}})
    assert sorted(queue.tables.costs()) == [("error", 1, 0.0), ("pass", 2, 1.5)]


def test_no_row_of_the_database_is_a_pickle(queue, database):
    queue.put("a", job())
    engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    schema = "" if database.startswith("sqlite") else "dbos."
    with engine.connect() as base:
        [inputs] = base.execute(sa.text(f"select inputs from {schema}workflow_input")).scalars()
    engine.dispose()
    assert inputs.startswith("{")


def test_a_database_that_is_away_is_named_without_its_password():
    with pytest.raises(Unavailable) as caught:
        Queue("postgresql://me:secret@127.0.0.1:1/none")
    assert "127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_database_of_another_kind_is_refused_without_its_password():
    with pytest.raises(SettingsError, match="postgresql://") as refused:
        Queue("mysql://user:secret@host/jobs")
    assert "secret" not in str(refused.value)
