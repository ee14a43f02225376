"""What is left of a batch: what was done is told without a worker, and everything else is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colorfast.batch import local, outputs
from colorfast.batch.resume import left_to_do
from colorfast.batch.run import run_batch
from colorfast.batch.work import Job, work
from colorfast.settings import Settings


@pytest.fixture
def jobs(pairs, tmp_path) -> list[Job]:
    """Three jobs; the last two were done."""
    outputs.prepare(tmp_path / "out")
    made = [Job(pair=pair, out=tmp_path / "out", settings=Settings(), known=None) for pair in pairs]
    return [made[0], *(replace(job, known=work(job).key) for job in made[1:])]


def sorted_out(jobs, **besides):
    """Return the ids of what was told at once and of what is left."""
    told, asking = [], left_to_do(jobs, **besides)
    while True:
        try:
            told.append(next(asking).job.pair.id)
        except StopIteration as ended:
            return told, [job.pair.id for job in ended.value]


def test_what_was_done_from_the_same_inputs_is_told_at_once(jobs):
    assert sorted_out(jobs) == (["a", "b"], ["c"])


def test_a_pair_that_lost_a_file_is_left(jobs):
    (jobs[1].out / outputs.files_of(jobs[1].pair).mask).unlink()
    assert sorted_out(jobs) == (["b"], ["c", "a"])


def test_a_pair_whose_photo_is_missing_is_left_for_a_worker_to_tell(jobs, tmp_path):
    gone = replace(jobs[1], pair=replace(jobs[1].pair, photo=tmp_path / "none.png"))
    assert sorted_out([gone]) == ([], ["a"])


def test_what_a_worker_must_look_at_is_left(jobs):
    assert sorted_out(jobs, besides={"b"}) == (["a"], ["c", "b"])


def test_a_batch_that_is_done_starts_no_worker(pairs, tmp_path, monkeypatch):
    first = run_batch(pairs, tmp_path / "out", Settings())
    monkeypatch.delattr(local, "run_jobs")
    assert run_batch(pairs, tmp_path / "out", Settings()) == first
