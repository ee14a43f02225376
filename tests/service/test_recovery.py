"""What is left of a service when its processes are killed: every job that was accepted, and nothing twice."""

from __future__ import annotations

import time
from contextlib import closing

import pytest
import sqlalchemy as sa

from colorfast import Pair, process
from colorfast.service.jobs import Queue

COLOR = "/api/v1/correct-color"


def color_of(number):
    return (110 + 4 * number, 60, 140)


def wishes(site, make_pair, count):
    """Return so many different wishes: each its own photo, so that each is a job."""
    made = make_pair("many")
    reference = site.gives("/reference.png", made.reference.read_bytes())
    photos = [make_pair(f"many-{n}", color_of(n)).photo for n in range(count)]
    return [
        {"reference_url": reference, "on_model_url": site.gives(f"/{n}.png", photo.read_bytes())}
        for n, photo in enumerate(photos)
    ]


def accepted(client, wishes):
    sent = [client.post(COLOR, json=wish, headers={"Prefer": "respond-async"}) for wish in wishes]
    assert [each.status_code for each in sent] == [202] * len(wishes)
    return [each.headers["location"] for each in sent]


def states(client, places):
    return [client.get(place).json()["state"] for place in places]


def all_done(client, places, seconds=120):
    deadline = time.monotonic() + seconds
    while (found := states(client, places)) != ["done"] * len(places):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def until_one_is_done(client, places):
    deadline = time.monotonic() + 120
    while "done" not in states(client, places):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def results(client, places):
    return [client.get(f"{place}/result").content for place in places]


def claim(database, worker):
    """Have all jobs taken by a worker, as the database sees it."""
    engine = sa.create_engine(database)
    with engine.begin() as base:
        base.execute(
            sa.text("update workflow_status set status = 'PENDING', executor_id = :id"), {"id": worker}
        )
    engine.dispose()


def started_beside(worker, queue):
    """Return the worker that has just started; the other one is kept alive meanwhile."""
    while not (others := queue.tables.living(60) - {worker}):
        queue.tables.beat(worker)
        time.sleep(0.05)
    [other] = others
    return other


def test_a_killed_service_finishes_on_its_next_start_what_it_accepted(serve, site, make_pair, tmp_path):
    count = 6
    with serve(tmp_path / "data", "--workers", "1") as (running, client):
        places = accepted(client, wishes(site, make_pair, count))
        until_one_is_done(client, places)
        running.kill()
    with serve(tmp_path / "data", "--workers", "1") as (_, client):
        all_done(client, places)
        after = results(client, places)
    made = [make_pair(f"many-{n}", color_of(n)) for n in range(count)]
    reference = make_pair("many").reference
    wanted = [process(Pair(id="pair", photo=each.photo, reference=reference)).data for each in made]
    assert after == wanted


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # on Postgres: test_chaos
def test_the_jobs_of_a_killed_worker_are_done_by_another(
    open_door, work, site, make_pair, tmp_path, database
):
    with open_door(tmp_path / "data", database=database, silent_seconds=2) as client:
        places = accepted(client, wishes(site, make_pair, 6))
        first = work(tmp_path / "data", database)
        until_one_is_done(client, places)
        first.hold_until(lambda: "running" in states(client, places))
        first.kill()
        work(tmp_path / "data", database)
        all_done(client, places)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_job_that_a_worker_took_without_hearing_of_it_is_done(
    open_door, work, site, make_pair, tmp_path, database
):
    with open_door(tmp_path / "data", database=database) as client, closing(Queue(database)) as queue:
        places = accepted(client, wishes(site, make_pair, 1))
        queue.tables.beat("gone")
        claim(database, "gone")
        work(tmp_path / "data", database)
        claim(database, started_beside("gone", queue))
        all_done(client, places)


def test_a_worker_that_is_asked_to_end_finishes_what_it_has_in_hand(
    open_door, work, site, make_pair, tmp_path
):
    database = f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    with open_door(tmp_path / "data", database=database) as client:
        places = accepted(client, wishes(site, make_pair, 6))
        worker = work(tmp_path / "data", database)
        until_one_is_done(client, places)
        assert "Traceback" not in worker.end()
        assert set(states(client, places)) <= {"done", "waiting"}


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # on SQLite: test_app
def test_a_worker_takes_batches_in(open_door, work, site, make_pair, tmp_path, database):
    with open_door(tmp_path / "data", database=database) as client:
        place = client.post("/api/v1/batches", json={"pairs": wishes(site, make_pair, 2)}).headers["location"]
        work(tmp_path / "data", database)
        deadline = time.monotonic() + 120
        while client.get(place).json()["counts"]["done"] < 2:
            assert time.monotonic() < deadline, client.get(place).text
            time.sleep(0.2)
