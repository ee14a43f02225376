"""What is deleted for its age, and what is not."""

from __future__ import annotations

import os
import time
from contextlib import closing

import pytest

from colorfast.service.jobs import Queue
from colorfast.service.server import Access, Place, house_of
from colorfast.service.storage import Storage
from colorfast.service.sweep import sweep
from colorfast.service.work import Job
from colorfast.settings import ServiceSettings, Settings

PNG = b"\x89PNG\r\n\x1a\n"
DAY = 86400.0


@pytest.fixture
def house(database, tmp_path):
    settings = Settings(service=ServiceSettings(keep_days=1.0))
    with closing(Queue(database)) as queue:
        yield house_of(queue, Place(data=tmp_path, database=database), Access(), settings)


def put(house, name):
    """Put in a job with two pictures of its own; return their hashes."""
    photo, reference = (house.storage.put(PNG + f"{name} {what}".encode()).sha256 for what in "pr")
    job = Job(owner="local", photo=photo, reference=reference, method="ot", garment="auto", settings={})
    house.queue.put(name, job)
    return photo, reference


def test_a_job_that_ended_long_ago_goes_with_its_pictures(house):
    photo, reference = put(house, "old")
    house.queue.cancel(["old"])
    assert sweep(house, time.time() + 2 * DAY) == (1, 2)
    assert house.queue.status("old") is None
    assert not any(house.storage.has(each) for each in (photo, reference))


def test_a_job_that_waits_stays_with_its_pictures_however_old(house):
    photo, reference = put(house, "waiting")
    assert sweep(house, time.time() + 100 * DAY) == (0, 0)
    assert house.queue.status("waiting").state == "waiting"
    assert all(house.storage.has(each) for each in (photo, reference))


def test_a_job_goes_before_its_pictures_so_that_no_link_leads_nowhere(house):
    put(house, "old")
    house.queue.cancel(["old"])
    assert sweep(house, time.time() + DAY + 60) == (1, 0)


def test_a_job_that_was_deleted_may_be_done_anew(house):
    put(house, "old")
    house.queue.cancel(["old"])
    sweep(house, time.time() + 2 * DAY)
    put(house, "old")
    assert house.queue.status("old").state == "waiting"


def test_nothing_goes_when_all_is_kept_for_ever(database, tmp_path):
    settings = Settings(service=ServiceSettings(keep_days=0))
    with closing(Queue(database)) as queue:
        kept = house_of(queue, Place(data=tmp_path, database=database), Access(), settings)
        put(kept, "old")
        queue.cancel(["old"])
        assert sweep(kept, time.time() + 1000 * DAY) == (0, 0)


def test_the_age_of_a_picture_begins_anew_when_it_comes_again(tmp_path):
    storage = Storage(tmp_path)
    path = storage.path(storage.put(PNG).sha256)
    os.utime(path, (0, 0))
    storage.put(PNG)
    assert storage.sweep(time.time() - 60, ()) == 0


def test_copies_of_what_lies_in_object_storage_go_as_well(tmp_path):
    (tmp_path / "bucket").mkdir()
    storage = Storage(tmp_path / "data", (tmp_path / "bucket").as_uri())
    copy = storage.path(storage.put(PNG).sha256)
    assert storage.sweep(time.time() + 60, ()) == 1
    assert not copy.exists()


def test_an_upload_that_was_deleted_is_told_at_the_door(waiting, pair, monkeypatch):
    name = waiting.post("/api/v1/uploads", content=PNG + b"gone").json()["upload"]
    monkeypatch.setattr(Storage, "has", lambda *_: False)
    answer = waiting.post("/api/v1/correct-color", json={**pair, "on_model_url": name})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
