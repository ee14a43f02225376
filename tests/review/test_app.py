"""The app as the page asks it, and as the page never would."""

import base64
import csv
import io
import json

import pytest

from colorfast.review.errors import LogAltered, NothingToReview
from colorfast.review.folder import read_folder

B, D, A = 0, 1, 2  # numbers in the queue


def decide(client, number, action="approve", version=0, **more):
    return client("POST", f"/items/{number}/decision", json={"action": action, "version": version, **more})


def test_the_queue_begins_with_the_most_doubtful(desk):
    assert [item.row["id"] for item in desk.source.items] == ["b", "d", "a", "c"]
    assert (desk.source.items[0].doubt, desk.source.items[0].worst) == (1.5, "spill")


def test_a_decision_is_written_down_with_the_hash_of_the_file(client, desk):
    assert decide(client, A).json()["state"]["status"] == "approved"
    [entry] = desk.log.entries()
    assert (entry.who, entry.item, len(entry.done["sha256"])) == ("Rosa", "a", 64)


def test_a_decision_on_what_has_changed_is_refused_with_what_happened(client):
    decide(client, A)
    answer = decide(client, A, "reject", reason="too green")
    assert answer.status_code == 409
    assert answer.json()["code"] == "decided-meanwhile"
    assert "Rosa approved it at 20" in answer.json()["detail"]


def test_undo_brings_back_the_decision_before(client):
    decide(client, A)
    decide(client, A, "reject", 1, reason="too green")
    assert decide(client, A, "undo", 2).json()["state"]["status"] == "approved"
    assert decide(client, A, "undo", 3).json()["state"]["status"] == "open"
    assert decide(client, A, "undo", 4).status_code == 422


@pytest.mark.parametrize(
    ("number", "more", "status"),
    [
        (A, {"action": "reject", "reason": "  "}, 422),
        (A, {"action": "publish"}, 422),
        (A, {"version": -1}, 422),
        (A, {"attempt": "0123456789ab"}, 422),
        (A, {"attempt": "../../etc"}, 422),
        (A, {"more": 1}, 422),
        (D, {}, 422),
        (99, {}, 404),
        (-1, {}, 404),
    ],
)
def test_a_decision_that_cannot_be_is_refused(client, desk, number, more, status):
    answer = client("POST", f"/items/{number}/decision", json={"action": "approve", "version": 0, **more})
    assert (answer.status_code, desk.log.entries()) == (status, ())
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": "[::1].evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"X-Colorfast-Token": ""},
        {"X-Colorfast-Token": "guessed"},
    ],
)
def test_no_other_page_can_decide(client, desk, headers):
    answer = client("POST", f"/items/{A}/decision", headers, json={"action": "approve", "version": 0})
    assert (answer.status_code, desk.log.entries()) == (403, ())


def test_no_other_page_can_read(client):
    assert client("GET", "/", {"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/0/0/photo",
        "/pictures/0/../after",
        "/pictures/0/..%2F..%2Fin/after",
        "/pictures/0/0/..%2Fresults.jsonl",
        "/pictures/0/review/after",
        "/pictures/0/0123456789ab/after",
        "/pictures/99/0/after",
        f"/pictures/{'9' * 5000}/0/after",
        "/pictures/1/0/after",
        "/static/..%2Freview.html",
        "/static/review.html",
    ],
)
def test_no_address_leads_to_other_files(client, path):
    assert client("GET", path).status_code == 404


def test_an_id_that_is_a_path_leads_nowhere(finished, client, desk):
    desk.source.items[0].row["id"] = "../../secret"
    assert client("GET", "/").status_code == 200


@pytest.mark.parametrize(
    "shown", ["thumb", "before", "after", "reference", "heatmap", "mask", "whole-before", "whole-after"]
)
def test_every_picture_of_a_pair_is_served(client, shown):
    answer = client("GET", f"/pictures/{A}/0/{shown}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == ("image/png" if shown == "mask" else "image/jpeg")


def test_every_answer_keeps_a_browser_in(client):
    for path in ("/", "/static/review.js", "/states", "/nowhere"):
        policy = client("GET", path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_redo_runs_the_pipeline_and_leaves_the_batch_as_it_was(client, desk, finished):
    before = (finished / "corrected-on-model-a.png").read_bytes()
    wishes = {"version": 0, "method": "classical", "strength": 0.5}
    [attempt] = client("POST", f"/items/{A}/redo", json=wishes).json()["state"]["attempts"]
    assert (attempt["method"], attempt["wished"]["strength"]) == ("classical", 0.5)
    made = finished / "review" / attempt["attempt"] / "corrected-on-model-a.png"
    assert made.read_bytes() != before
    assert (finished / "corrected-on-model-a.png").read_bytes() == before
    assert client("GET", f"/pictures/{A}/{attempt['attempt']}/after").status_code == 200


def test_redo_takes_a_painted_mask(client, desk):
    mask = desk.source.file(desk.source.items[A], "0", "mask").read_bytes()
    body = {"version": 0, "mask": base64.b64encode(mask).decode()}
    [attempt] = client("POST", f"/items/{A}/redo", json=body).json()["state"]["attempts"]
    assert attempt["garment"]["way"] == "mask"


@pytest.mark.parametrize("mask", ["no base64!", base64.b64encode(b"no picture").decode()])
def test_a_mask_that_is_none_leaves_nothing_behind(client, desk, finished, mask):
    answer = client("POST", f"/items/{A}/redo", json={"version": 0, "mask": mask})
    assert answer.status_code == 422
    assert [path.name for path in (finished / "review").iterdir() if path.is_dir()] == []
    assert desk.log.entries() == ()


def test_an_older_batch_can_be_decided_but_not_redone(client, desk, finished):
    (finished / "inputs.json").unlink()
    older = read_folder(finished)
    assert not older.redoable
    assert len(older.items) == 4


def test_exports_list_what_was_decided(client, desk):
    decide(client, A)
    decide(client, B, "reject", reason="=cmd()")
    whole = json.loads(client("GET", "/export/decisions.json").text)
    assert (whole["head"], whole["entries"]) == (desk.log.head, 2)
    rows = list(csv.DictReader(io.StringIO(client("GET", "/export/decisions.csv").text)))
    assert [row["status"] for row in rows] == ["rejected", "open", "approved", "open"]
    assert rows[0]["reason"] == "'=cmd()"
    assert client("GET", "/export/approved.txt").text == "corrected-on-model-a.png\n"


def test_a_file_changed_after_its_approval_is_no_longer_listed(client, desk, finished):
    decide(client, A)
    (finished / "corrected-on-model-a.png").write_bytes(b"another")
    assert client("GET", "/export/approved.txt").text == ""
    [changed] = [
        row for row in client("GET", "/export/decisions.json").json()["decisions"] if row["id"] == "a"
    ]
    assert changed["unchanged"] is False


@pytest.mark.parametrize("text", [None, "no json", "{}", "[]"])
def test_a_folder_that_no_batch_wrote_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "results.jsonl").write_text(text)
    with pytest.raises(NothingToReview, match=r"colorfast batch|run the batch again"):
        read_folder(tmp_path)


def test_an_error_survives_a_worker_process():
    import pickle

    for error in (NothingToReview("out", "empty"), LogAltered("log", 3)):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
