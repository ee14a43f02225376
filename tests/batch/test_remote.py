"""Batches from and into an emulated S3."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from colorfast.batch import objects, outputs, remote
from colorfast.batch.keys import pair_key
from colorfast.batch.local import on_this_machine
from colorfast.batch.run import run_batch
from colorfast.batch.work import Job, work
from colorfast.errors import FileMissing, ReadError, WriteError
from colorfast.settings import Settings


def job(pair, out):
    return Job(pair=pair, out=out, settings=Settings(), known=None)


def rows_in(out):
    rows = [json.loads(line) for line in objects.read(out / "results.jsonl").decode().splitlines()]
    return [{name: value for name, value in row.items() if name != "timings_ms"} for row in rows]


def test_what_comes_out_is_the_same_in_the_bucket_and_on_the_disk(pairs, distant, bucket, tmp_path):
    outputs.prepare(tmp_path / "out")
    work(job(pairs[0], tmp_path / "out"))
    work(job(distant[0], bucket / "out"))
    for name in outputs.files_of(pairs[0]):
        assert objects.read(bucket / "out" / name) == (tmp_path / "out" / name).read_bytes()


def test_pictures_of_the_bucket_may_go_to_the_disk(distant, tmp_path):
    outputs.prepare(tmp_path)
    assert work(job(distant[0], tmp_path)).row["verdict"] == "pass"
    assert outputs.is_whole(distant[0], tmp_path)


def test_a_batch_in_the_bucket_is_done_once(distant, bucket):
    out, engine = bucket / "out", on_this_machine(1, Settings().batch)
    run_batch(distant[:1], out, Settings(), engine=engine)
    first, tags = rows_in(out), [objects.tag(out / name) for name in outputs.files_of(distant[0])]
    run_batch(distant[:1], out, Settings(), engine=engine)
    assert rows_in(out) == first
    assert [objects.tag(out / name) for name in outputs.files_of(distant[0])] == tags
    assert objects.read(out / "index.html")


def test_a_pair_that_is_done_is_not_fetched(distant, bucket, monkeypatch):
    done = work(job(distant[0], bucket / "out"))
    monkeypatch.setattr(objects, "read", None)
    again = work(replace(job(distant[0], bucket / "out"), known=done.key))
    assert (again.key, again.row) == (done.key, None)


def test_another_object_is_another_key(distant):
    before = pair_key(distant[0], Settings())
    objects.write(distant[0].photo, b"another")
    assert pair_key(distant[0], Settings()) != before


def test_an_object_that_is_missing_or_no_picture_is_named_by_its_url(distant, bucket):
    none = work(job(replace(distant[0], photo=bucket / "in" / "none.png"), bucket / "out"))
    assert none.row["error"] == {
        "code": "file-missing",
        "message": f"s3://{bucket.name}/in/none.png: there is no such object",
    }
    objects.write(distant[0].photo, b"no picture")
    message = work(job(distant[0], bucket / "out")).row["error"]["message"]
    assert message.startswith(f"s3://{bucket.name}/in/photo.png: ")


def test_a_pair_that_fails_leaves_nothing_of_an_earlier_run(distant, bucket):
    out = bucket / "out"
    work(job(distant[0], out))
    objects.write(distant[0].photo, b"no picture")
    work(job(distant[0], out))
    assert not any(objects.exists(out / name) for name in outputs.files_of(distant[0]))


def test_an_input_where_an_output_should_go_is_refused(distant, bucket):
    photo = bucket / "corrected-on-model-c.png"
    objects.write(photo, objects.read(distant[0].photo))
    outcome = work(job(replace(distant[0], photo=photo), bucket))
    assert "written over" in outcome.row["error"]["message"]


def test_a_bucket_that_is_not_there_ends_the_batch(distant):
    with pytest.raises(WriteError, match=r"s3://no-such-bucket/.*: cannot write: there is no such bucket"):
        work(job(distant[0], Path("s3:/no-such-bucket/out")))


def test_a_store_that_does_not_answer_is_a_read_error(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ReadError, match="the object storage says"):
        objects.read(bucket / "of-nobody" / "x")


def test_the_journal_is_put_now_and_then_and_at_the_end(bucket, monkeypatch):
    monkeypatch.setattr(remote, "KEEP_SECONDS", -1.0)
    with remote.folder_of(bucket / "out") as folder:
        (folder.path / "journal.sqlite").write_bytes(b"one")
        folder.keep()
        assert objects.read(bucket / "out" / "journal.sqlite") == b"one"
        (folder.path / "journal.sqlite").write_bytes(b"two")
    with remote.folder_of(bucket / "out") as folder:
        assert (folder.path / "journal.sqlite").read_bytes() == b"two"


def test_an_object_is_there_until_it_is_removed(bucket):
    objects.write(bucket / "a b" / "ü", b"x")
    assert objects.exists(bucket / "a b" / "ü")
    objects.remove(bucket / "a b" / "ü")
    objects.remove(bucket / "a b" / "ü")
    with pytest.raises(FileMissing):
        objects.read(bucket / "a b" / "ü")
