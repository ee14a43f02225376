"""Batches through the queue, on SQLite and on Postgres: the same bytes as on this machine, and nothing lost."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from colorfast.batch import outputs
from colorfast.batch.run import run_batch
from colorfast.batch.work import Job, Outcome, work
from colorfast.errors import WorkerDied, WriteError
from colorfast.records import Pair
from colorfast.service.engine import Passage, on_a_queue
from colorfast.service.jobs import JobStatus, Queue
from colorfast.service.pairs import do_pair, job_of, outcome_of, plain_job
from colorfast.settings import Settings, override


@pytest.fixture
def pairs(make_pair) -> list[Pair]:
    made = make_pair()
    pair = Pair(id="", photo=made.photo, reference=made.reference, mask=made.mask)
    return [replace(pair, id=name) for name in ("c", "a", "b")]


def job(pair, out, **more):
    return Job(pair=pair, out=out, settings=Settings(), **{"known": None, **more})


def timeless(rows):
    return [{name: value for name, value in row.items() if name != "timings_ms"} for row in rows]


def test_a_job_comes_out_of_the_database_as_it_went_in(pairs, tmp_path):
    settings = override(Settings(), {"correct": {"strength": 0.5}})
    distant = replace(pairs[0], photo=Path("s3:/bucket/a.png"), target="#102030", method="ot")
    given = Job(pair=distant, out=Path("s3:/bucket/out"), settings=settings, known="key")
    assert job_of(plain_job(given)) == given


def test_an_outcome_is_the_same_through_the_database(pairs, tmp_path):
    outputs.prepare(tmp_path / "out")
    told = outcome_of(do_pair(plain_job(job(pairs[0], tmp_path / "out"))))
    assert told.row["verdict"] == "pass"
    known = job(pairs[0], tmp_path / "out", known=told.key)
    assert outcome_of(do_pair(plain_job(known))) == work(known) == Outcome(key=told.key, row=None)


def test_an_out_that_cannot_be_written_is_told_as_that(pairs, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="cannot write"):
        outcome_of(do_pair(plain_job(job(pairs[0], tmp_path / "file" / "out"))))


def test_pairs_through_the_queue_give_the_bytes_of_this_machine(pairs, tmp_path, database, work):
    work(tmp_path / "data", database)
    bad = [*pairs, replace(pairs[0], id="bad", photo=tmp_path / "none.png")]
    engine = on_a_queue(database, Settings(), lonely=lambda: None)
    rows = run_batch(bad, tmp_path / "queue", Settings(), engine=engine)
    assert timeless(rows) == timeless(run_batch(bad, tmp_path / "local", Settings()))
    for file in (file for pair in pairs for file in outputs.files_of(pair)):
        assert (tmp_path / "queue" / file).read_bytes() == (tmp_path / "local" / file).read_bytes()
    lines = (tmp_path / "queue" / "results.jsonl").read_bytes()
    run_batch(pairs, tmp_path / "queue", Settings(), engine=engine)
    assert (tmp_path / "queue" / "results.jsonl").read_bytes().splitlines() == lines.splitlines()[:3]


class Remembered:
    """A queue in memory; `told` is what has become of each job, waiting if nothing has."""

    def __init__(self, **told) -> None:
        self.told, self.put, self.cancelled, self.tables = told, {}, [], self

    def living(self, _seconds):
        return frozenset()

    def put_pair(self, job_id, plain):
        self.put[job_id] = plain

    def pairs(self, prefix, *, ended=False):
        jobs = {name: self.told.get(name[len(prefix) :]) for name in self.put}
        return {name: status(name, told) for name, told in jobs.items() if told or not ended}

    def cancel(self, ids):
        self.cancelled += ids
        self.drop(ids)

    def drop(self, ids):
        for each in ids:
            del self.put[each]


def status(name, told):
    ended = told is not None
    state = ("failed" if "error" in told else "done") if ended else "waiting"
    return JobStatus(id=name, owner="", state=state, created=0, finished=1 if ended else None, outcome=told)


def passage(queue, pair, lonely=lambda: None):
    return Passage(queue, job(pair, Path("out")), 20, lonely)


def test_what_a_killed_batch_did_not_hear_of_is_not_done_again(pairs):
    row = {"id": "c", "verdict": "pass"}
    queue = Remembered(c={"key": "k", "row": row})
    ours = passage(queue, pairs[0])
    queue.put_pair(f"{ours._prefix}c", {})
    queue.put_pair(f"{ours._prefix}waiting", {})
    earlier = ours._earlier()
    assert (list(earlier), queue.put) == ([f"{ours._prefix}c"], {})
    assert queue.cancelled == [f"{ours._prefix}waiting"]
    queue.told = {"c": {"key": "k", "row": None}}
    ours._put(job(pairs[0], Path("out")), earlier[f"{ours._prefix}c"])
    assert [plain["known"] for plain in queue.put.values()] == ["k"]


def test_a_pair_that_ended_its_worker_is_a_worker_that_died(pairs):
    for told in ({"died": "exit code -9"}, {"error": {"code": "crashed", "message": "x"}}):
        [finished] = passage(Remembered(c=told), pairs[0]).run(iter([job(pairs[0], Path("out"))]))
        assert isinstance(finished.error, WorkerDied)


def test_a_lonely_batch_says_so_once(pairs):
    queue, heard = Remembered(), []

    def lonely():
        heard.append("lonely")
        queue.told = {"c": {"key": "k", "row": None}}

    list(passage(queue, pairs[0], lonely).run(iter([job(pairs[0], Path("out"))])))
    assert heard == ["lonely"]


def test_an_interrupted_batch_takes_back_what_waits(pairs, tmp_path, database):
    jobs = iter([job(pair, tmp_path / "out") for pair in pairs])

    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    engine = on_a_queue(database, Settings(), lonely=stop)
    with pytest.raises(Stopped):
        list(engine(jobs, 3))
    with closing(Queue(database)) as queue:
        assert {each.state for each in queue.pairs("out-").values()} == {"cancelled"}
