"""What is told when a job ends, to whom, and how often."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import closing

import pytest
import sqlalchemy as sa

from colorfast.service.addresses import allowed_hosts
from colorfast.service.jobs import Queue
from colorfast.service.server import Access, Place, house_of
from colorfast.service.tables import HOOKS, Hook
from colorfast.service.webhooks import deliver, secret_of, shown, signed
from colorfast.service.work import Job
from colorfast.settings import Settings

SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@pytest.fixture
def house(database, tmp_path):
    place = Place(data=tmp_path, database=database)
    with closing(Queue(database)) as queue:
        yield house_of(queue, place, Access(allowed=allowed_hosts(["127.0.0.1"])), Settings())


def job(owner):
    return Job(owner=owner, photo="p", reference="r", method="ot", garment="auto", settings={})


@pytest.fixture
def ended(house):
    """Return what puts in a job that has ended already, to be told to a URL."""

    def put(url):
        house.queue.tables.expect("job", url, "studio")
        house.queue.put("job", job("studio"))
        house.queue.cancel(["job"])

    return put


def kept(house):
    """Return what is still to be told."""
    with house.queue._engine.connect() as base:
        return [Hook(*row) for row in base.execute(sa.select(HOOKS))]


def test_a_signature_is_that_of_the_published_example():
    body = b'{"test": 2432232314}'
    headers = signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_end_of_a_job_is_told_once_and_signed_by_its_owners_secret(house, ended, site):
    ended(site.url("/hook"))
    assert (deliver(house), deliver(house)) == (1, 0)
    [(headers, body)] = site.told
    assert json.loads(body) == {"type": "job.cancelled", "data": {"job": "job", "state": "cancelled"}}
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = hmac.new(secret_of(house.secret, "studio"), said, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(wanted).decode()}"


def test_what_is_not_heard_is_told_again_and_given_up_in_the_end(house, ended, site, monkeypatch):
    monkeypatch.setattr("colorfast.service.webhooks.PAUSES", (-1.0, -1.0))
    ended(site.url("/hook"))
    site.hears = 500
    for tries in (1, 2):
        assert deliver(house) == 0
        assert [hook.tries for hook in kept(house)] == [tries]
    deliver(house)
    assert kept(house) == []
    assert len({headers["webhook-id"] for headers, _ in site.told}) == 1
    assert len(site.told) == 3


def test_a_job_that_is_not_finished_is_not_told(house, site):
    house.queue.tables.expect("job", site.url("/hook"), "studio")
    house.queue.put("job", job("a"))
    assert deliver(house) == 0
    assert site.told == []


def test_what_is_cancelled_is_told_at_once(house, site):
    house.queue.tables.expect("job", site.url("/hook"), "studio")
    house.queue.put("job", job("studio"))
    assert deliver(house) == 0  # it waits, and is looked at again much later
    house.queue.cancel(["job"])
    assert deliver(house) == 1


def test_what_has_no_job_is_given_up_in_the_end(house, site, monkeypatch):
    monkeypatch.setattr("colorfast.service.webhooks.PAUSES", (-1.0,))
    house.queue.tables.expect("job", site.url("/hook"), "studio")
    assert [deliver(house), deliver(house)] == [0, 0]
    assert kept(house) == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://10.0.0.1/", "http://[::1]/", "http://localhost/"]
)
def test_no_inner_address_is_told_anything(house, ended, url, caplog):
    ended(url)
    assert deliver(house) == 0
    assert "public address" in caplog.text


def test_a_webhook_that_is_no_url_is_refused(waiting, pair):
    answer = waiting.post("/api/v1/correct-color", json={**pair, "webhook_url": "file:///etc/passwd"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-url")


def test_the_secret_is_shown_to_its_owner(waiting):
    secret = waiting.get("/api/v1/webhook-secret").json()["secret"]
    assert secret.startswith("whsec_")
    assert secret != shown(secret_of(b"", "local"))


def test_a_worker_tells_the_end_of_a_job(service, pair, site, soon):
    wish = {**pair, "quality": "ot", "webhook_url": site.url("/hook")}
    assert service.post("/api/v1/correct-color", json=wish).status_code == 200
    soon(lambda: site.told)
    assert json.loads(site.told[0][1])["type"] == "job.done"
