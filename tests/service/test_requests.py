"""Requests that are refused, limited or repeated; nobody does the jobs here, so they wait."""

from __future__ import annotations

import hashlib
import json
import time

import pytest

from colorfast.service.keys import ApiKey

COLOR = "/api/v1/correct-color"


def job_of(answer):
    assert answer.status_code == 202, answer.text
    return answer.json()["job"]


def key(name, **limits):
    return ApiKey(name=name, sha256=hashlib.sha256(f"{name}-key".encode()).hexdigest(), **limits)


def signed_in(name):
    return {"Authorization": f"Bearer {name}-key"}


def test_a_job_that_is_not_done_in_time_is_accepted_with_its_place(waiting, pair):
    answer = waiting.post(COLOR, json=pair)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['job']}"
    assert answer.json()["state"] == "waiting"


def test_a_wait_of_its_own_is_kept(waiting, pair):
    started = time.monotonic()
    waiting.post(COLOR, json=pair, headers={"Prefer": "wait=0"})
    assert time.monotonic() - started < 2


def test_a_job_can_be_cancelled_and_asked_for_again(waiting, pair):
    place = waiting.post(COLOR, json=pair).headers["location"]
    assert waiting.post(f"{place}/cancel").json()["state"] == "cancelled"
    assert waiting.get(place + "/result").status_code == 409
    assert waiting.post(COLOR, json=pair).json()["state"] == "waiting"


def test_a_batch_can_be_cancelled(waiting, pair):
    place = waiting.post("/api/v1/batches", json={"pairs": [pair, pair]}).headers["location"]
    answer = waiting.post(f"{place}/cancel")
    assert answer.json()["counts"]["cancelled"] == 2


def test_a_repeated_request_leads_to_the_first_answer_even_when_the_pictures_changed(
    waiting, pair, site, make_pair
):
    headers = {"Idempotency-Key": "one"}
    first = job_of(waiting.post(COLOR, json=pair, headers=headers))
    site.gives("/photo.png", make_pair("new", (90, 90, 40)).photo.read_bytes())
    assert job_of(waiting.post(COLOR, json=pair, headers=headers)) == first
    assert job_of(waiting.post(COLOR, json=pair)) != first


def test_a_repeated_batch_is_the_same_batch(waiting, pair):
    sent = [
        waiting.post("/api/v1/batches", json={"pairs": [pair]}, headers={"Idempotency-Key": "batch"}).json()
        for _ in range(2)
    ]
    assert sent[0]["batch"] == sent[1]["batch"]


def test_an_idempotency_key_with_another_body_is_refused(waiting, pair):
    headers = {"Idempotency-Key": "two"}
    waiting.post(COLOR, json=pair, headers=headers)
    answer = waiting.post(COLOR, json={**pair, "quality": "ot"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")


def test_a_request_that_failed_may_be_made_again_with_its_key(waiting, pair, site):
    headers = {"Idempotency-Key": "three"}
    wish = {**pair, "on_model_url": site.url("/later.png")}
    assert waiting.post(COLOR, json=wish, headers=headers).status_code == 422
    site.answers["/later.png"] = site.answers["/photo.png"]
    assert waiting.post(COLOR, json=wish, headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://169.254.169.254/latest/meta-data/", "not-public"),
        ("http://localhost/", "not-public"),
        ("file:///etc/passwd", "bad-url"),
        ("/etc/passwd", "bad-url"),
        ("upload:../../etc/passwd", "not-found"),
        ("upload:" + "0" * 96, "not-found"),
        ("upload:", "not-found"),
    ],
)
def test_a_url_that_leads_inside_is_a_typed_refusal(waiting, pair, url, code):
    answer = waiting.post(COLOR, json={**pair, "reference_url": url})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.status_code == answer.json()["status"]


@pytest.mark.parametrize(
    "target",
    [
        "brand.ase:Burgundy",
        "/etc/brand.gpl:x",
        "../a.csv:1",
        "file:///a.cxf:x",
        "#7b2d26\nb.ase:x",
        "red",
        "lab(1 2)",
    ],
)
def test_a_target_names_a_color_and_never_a_file(waiting, pair, target):
    answer = waiting.post(COLOR, json={**pair, "target": target})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.target")
    batch = waiting.post("/api/v1/batches", json={"pairs": [{**pair, "target": target}]})
    assert (batch.status_code, batch.json()["code"]) == (422, "bad-request")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"reference_url": 1}', b'{"reference_url": "a"}',
        b'{"reference_url": "", "on_model_url": ""}', b'{"reference_url": null, "on_model_url": null}',
        b'{"on_model_url": "http://a.example/"}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_body_that_is_no_request_is_a_problem(waiting, body):
    answer = waiting.post(COLOR, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "change",
    [
        {"quality": "best"},
        {"extra": 1},
        {"garment": "hat"},
        {"return_metrics": "perhaps"},
        {"return_metrics": 1},
        {"reference_url": "x" * 5000},
    ],
)
def test_a_field_that_is_wrong_is_named_and_what_was_sent_is_not_repeated(waiting, pair, change):
    answer = waiting.post(COLOR, json={**pair, **change, "on_model_url": 12345678})
    assert answer.status_code == 422
    assert any(each["field"].endswith(next(iter(change))) for each in answer.json()["errors"])
    assert "12345678" not in answer.text


def test_a_body_without_end_is_cut_off(open_door, tmp_path):
    with open_door(tmp_path, max_bytes=1000) as client:
        assert client.post("/api/v1/uploads", content=b"\x89PNG\r\n\x1a\n" + b"x" * 2000).status_code == 413
        assert client.post(COLOR, content=b" " * (9 << 20)).status_code == 413


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<html>", b"%PDF-1.7", b"MZ\x90", b"\x7fELF", b"PK\x03\x04"]
)
def test_an_upload_that_is_no_picture_by_its_content_is_refused_whatever_it_says(waiting, data):
    answer = waiting.post("/api/v1/uploads", content=data, headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (422, "not-a-picture")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/jobs/" + "0" * 64, "/api/v1/jobs/..%2f..%2fetc%2fpasswd", "/api/v1/batches/0",
        "/api/v1/batches/%25", "/api/v1/nothing", "/../etc/passwd", "/docs", "/static/x",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(waiting, path):
    answer = waiting.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("sha256", ["0" * 64, "..jobs.sqlite", "secret"])
def test_a_link_that_the_service_did_not_make_opens_nothing(waiting, sha256):
    answer = waiting.get(f"/api/v1/files/{sha256}", params={"expires": 10**10, "signature": "0" * 32})
    assert (answer.status_code, answer.json()["code"]) == (403, "link-expired")


def test_without_room_in_the_queue_a_request_is_told_when_to_come_again(open_door, tmp_path, pair):
    with open_door(tmp_path, waiting=1) as client:
        assert client.post(COLOR, json=pair).status_code == 202
        answer = client.post(COLOR, json={**pair, "quality": "ot"})
    assert (answer.status_code, answer.json()["code"]) == (503, "queue-full")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_batch_with_more_pairs_than_may_be_is_refused(open_door, tmp_path, pair):
    with open_door(tmp_path, batch_pairs=1) as client:
        answer = client.post("/api/v1/batches", json={"pairs": [pair, pair]})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


def test_only_known_keys_come_in(open_door, tmp_path, pair):
    with open_door(tmp_path, (key("studio"),)) as client:
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic studio-key"}):
            answer = client.post(COLOR, json=pair, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert client.post(COLOR, json=pair, headers=signed_in("studio")).status_code == 202


def test_one_key_sees_and_uses_nothing_of_another(open_door, tmp_path, pair, make_pair):
    with open_door(tmp_path, (key("a"), key("b"))) as client:
        job = job_of(client.post(COLOR, json=pair, headers=signed_in("a")))
        assert client.get(f"/api/v1/jobs/{job}", headers=signed_in("b")).status_code == 404
        assert client.post(f"/api/v1/jobs/{job}/cancel", headers=signed_in("b")).status_code == 404
        assert job_of(client.post(COLOR, json=pair, headers=signed_in("b"))) != job
        sent = client.post("/api/v1/uploads", content=make_pair().photo.read_bytes(), headers=signed_in("a"))
        wish = {**pair, "on_model_url": sent.json()["upload"]}
        assert client.post(COLOR, json=wish, headers=signed_in("b")).status_code == 404


def test_a_key_is_held_to_its_rate_and_another_is_not(open_door, tmp_path):
    with open_door(tmp_path, (key("slow", per_minute=2), key("free"))) as client:
        place = "/api/v1/jobs/" + "0" * 64
        got = [client.get(place, headers=signed_in("slow")) for _ in range(3)]
        assert [each.status_code for each in got] == [404, 404, 429]
        assert 1 <= int(got[2].headers["retry-after"]) <= 31
        assert client.get(place, headers=signed_in("free")).status_code == 404


def test_a_key_is_held_to_its_waiting_jobs(open_door, tmp_path, pair):
    with open_door(tmp_path, (key("few", waiting=1),)) as client:
        assert client.post(COLOR, json=pair, headers=signed_in("few")).status_code == 202
        answer = client.post(COLOR, json={**pair, "quality": "ot"}, headers=signed_in("few"))
    assert (answer.status_code, answer.json()["code"]) == (429, "rate-limited")


def test_every_answer_keeps_a_browser_from_taking_it_for_a_page(waiting):
    for path in ("/healthz", "/nothing", "/openapi.json"):
        headers = waiting.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_the_description_of_the_service_names_no_other_host(waiting):
    text = json.dumps(waiting.get("/openapi.json").json())
    assert "correct-color" in text
    assert "cdn" not in text
