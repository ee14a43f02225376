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
from colorfast.service import engine
from colorfast.service.engine import Passage, bundles_of, on_a_queue
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
    through = on_a_queue(database, tmp_path / "queue", Settings(), lonely=lambda: None)
    rows = run_batch(bad, tmp_path / "queue", Settings(), engine=through)
    assert timeless(rows) == timeless(run_batch(bad, tmp_path / "local", Settings()))
    for file in (file for pair in pairs for file in outputs.files_of(pair)):
        assert (tmp_path / "queue" / file).read_bytes() == (tmp_path / "local" / file).read_bytes()
    lines = (tmp_path / "queue" / "results.jsonl").read_bytes()
    run_batch(pairs, tmp_path / "queue", Settings(), engine=through)
    assert (tmp_path / "queue" / "results.jsonl").read_bytes().splitlines() == lines.splitlines()[:3]


class Remembered:
    """A queue in memory; `told` is what becomes of each pair, and of the bundle of a pair that is not in it."""

    def __init__(self, otherwise=None, **told) -> None:
        self.told, self.otherwise, self.put, self.cancelled, self.tables = told, otherwise, {}, [], self

    def living(self, _seconds):
        return frozenset()

    def put_bundle(self, name, pairs):
        self.put[name] = [each["pair"]["id"] for each in pairs]
        self.known = [each.get("known") for each in pairs]

    def bundles(self, _prefix, *, ended=False):
        found = {name: status(name, self.outcome(ids)) for name, ids in self.put.items()}
        return {name: each for name, each in found.items() if each.finished or not ended}

    def outcome(self, ids):
        if all(each in self.told for each in ids):
            return {"pairs": {each: self.told[each] for each in ids}}
        return self.otherwise

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


def passage(queue, lonely=lambda: None):
    return Passage(queue, Path("out"), 20, lonely)


def test_what_a_killed_batch_did_not_hear_of_is_not_done_again(pairs):
    row = {"id": "c", "verdict": "pass"}
    queue = Remembered(c={"key": "k", "row": row})
    ours = passage(queue)
    queue.put_bundle("done", [{"pair": {"id": "c"}}])
    queue.put_bundle("waiting", [{"pair": {"id": "a"}}])
    earlier = ours._earlier()
    assert (earlier, queue.put, queue.cancelled) == ({"c": {"key": "k", "row": row}}, {}, ["waiting"])
    ours._put([job(pairs[0], Path("out"))], earlier)
    assert queue.known == ["k"]


def test_a_pair_whose_outcome_was_not_heard_of_is_given_to_a_worker_although_the_journal_knows_it(pairs):
    row = {"id": "c", "verdict": "pass"}
    queue = Remembered(c={"key": "k", "row": row})
    queue.put_bundle("left", [{"pair": {"id": "c"}}])
    [finished] = passage(queue).run([job(pairs[0], Path("out"), known="older")])
    assert (queue.known, finished.result.row) == (["k"], row)


def test_a_pair_that_ended_its_worker_is_a_worker_that_died(pairs):
    crashed = {"error": {"code": "crashed", "message": "x"}}
    for queue in (Remembered(c={"died": "exit code -9"}), Remembered(crashed)):
        [finished] = passage(queue).run([job(pairs[0], Path("out"))])
        assert isinstance(finished.error, WorkerDied)


def test_of_a_bundle_that_ended_its_worker_each_pair_is_tried_alone(pairs, monkeypatch):
    monkeypatch.setattr(engine, "SHARES", 1)
    fine = {"key": "k", "row": {}}
    queue = Remembered({"error": {"code": "crashed", "message": "x"}}, a=fine, b=fine)
    finished = list(passage(queue).run([job(pair, Path("out")) for pair in pairs]))
    assert {each.job.pair.id: each.error is None for each in finished} == {"c": False, "a": True, "b": True}


@pytest.mark.parametrize(("count", "sizes"), [(0, set()), (40, {1}), (800, {12, 8}), (5000, {16, 8})])
def test_many_pairs_go_together_and_few_go_alone(count, sizes):
    bundles = list(bundles_of(list(range(count))))
    assert {len(bundle) for bundle in bundles} == sizes
    assert [each for bundle in bundles for each in bundle] == list(range(count))


def test_a_lonely_batch_says_so_once(pairs):
    queue, heard = Remembered(), []

    def lonely():
        heard.append("lonely")
        queue.told = {"c": {"key": "k", "row": None}}

    list(passage(queue, lonely).run([job(pairs[0], Path("out"))]))
    assert heard == ["lonely"]


def test_an_interrupted_batch_takes_back_what_waits(pairs, tmp_path, database):
    jobs = iter([job(pair, tmp_path / "out") for pair in pairs])

    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    through = on_a_queue(database, tmp_path / "out", Settings(), lonely=stop)
    with pytest.raises(Stopped):
        list(through(jobs))
    with closing(Queue(database)) as queue:
        assert {each.state for each in queue.bundles("out-").values()} == {"cancelled"}
