from __future__ import annotations

import multiprocessing
from dataclasses import replace

import pytest

from colorfast.batch import outputs, run
from colorfast.batch.local import cores, on_this_machine
from colorfast.records import Pair
from colorfast.settings import Settings, override

WRITTEN = ("results.jsonl", "results.csv", "summary.md", "index.html")


@pytest.fixture
def pairs(make_pair) -> list[Pair]:
    made = make_pair()
    pair = Pair(id="", photo=made.photo, reference=made.reference, mask=made.mask)
    return [replace(pair, id=name) for name in ("c", "a", "b")]


def run_batch(pairs, out, settings, *, workers=None, **rest):
    return run.run_batch(pairs, out, settings, engine=on_this_machine(workers, settings.batch), **rest)


def texts(out) -> list[bytes]:
    return [(out / name).read_bytes() for name in WRITTEN]


def test_rows_and_lines_keep_the_order_of_the_pairs(pairs, tmp_path):
    rows = run_batch(pairs, tmp_path, Settings(), workers=2)
    assert [row["id"] for row in rows] == ["c", "a", "b"]
    assert [line[:30].split('"')[5] for line in (tmp_path / "results.jsonl").read_text().splitlines()] == [
        "c",
        "a",
        "b",
    ]


def test_a_second_run_does_nothing_and_leaves_every_byte(pairs, tmp_path):
    run_batch(pairs, tmp_path, Settings(), workers=1)
    first, photo = texts(tmp_path), tmp_path / "corrected-on-model-a.png"
    written = photo.stat().st_mtime_ns
    run_batch(pairs, tmp_path, Settings(), workers=2)
    assert texts(tmp_path) == first
    assert photo.stat().st_mtime_ns == written


def test_only_what_changed_or_is_gone_is_done_again(pairs, tmp_path):
    run_batch(pairs, tmp_path, Settings(), workers=1)
    before = {pair.id: (tmp_path / outputs.files_of(pair).photo).stat().st_mtime_ns for pair in pairs}
    (tmp_path / "masks" / "a.png").unlink()
    pairs[2] = replace(pairs[2], method="classical")
    run_batch(pairs, tmp_path, Settings(), workers=1)
    after = {pair.id: (tmp_path / outputs.files_of(pair).photo).stat().st_mtime_ns for pair in pairs}
    assert {name for name in after if after[name] != before[name]} == {"a", "b"}


def test_a_bad_pair_has_a_row_and_stops_no_other(pairs, tmp_path):
    pairs[1] = replace(pairs[1], photo=tmp_path / "none.png")
    rows = run_batch(pairs, tmp_path / "out", Settings(), workers=1)
    assert [row["verdict"] for row in rows] == ["pass", "fail", "pass"]
    assert rows[1]["error"]["code"] == "file-missing"


def test_a_failed_pair_is_tried_again_and_leaves_no_old_files(pairs, tmp_path):
    run_batch(pairs, tmp_path, Settings(), workers=1)
    mask = pairs[0].mask.read_bytes()
    pairs[0].mask.write_bytes(b"")
    assert {row["error"]["code"] for row in run_batch(pairs, tmp_path, Settings())} == {"not-a-picture"}
    assert not list(tmp_path.glob("corrected-*"))
    pairs[0].mask.write_bytes(mask)
    assert {row["verdict"] for row in run_batch(pairs, tmp_path, Settings())} == {"pass"}


def test_limit_does_the_first_and_forgets_none(pairs, tmp_path):
    assert len(run_batch(pairs, tmp_path, Settings(), limit=2, workers=1)) == 2
    assert len(run_batch(pairs, tmp_path, Settings(), limit=1, workers=1)) == 1
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 2


def test_a_pair_that_takes_too_long_fails_alone(pairs, tmp_path):
    hasty = override(Settings(), {"batch": {"pair_seconds": 0.001}})
    rows = run_batch(pairs[:1], tmp_path, hasty, workers=1)
    assert rows[0]["error"]["code"] == "worker-died"
    assert "batch.pair_seconds" in rows[0]["error"]["message"]


def test_an_unforeseen_error_is_named_and_leaves_its_traceback_until_the_pair_is_done(pairs, tmp_path):
    spoiled = [replace(pairs[0], target=5), pairs[1]]  # type: ignore[arg-type]
    rows = run_batch(spoiled, tmp_path, Settings(), workers=1)
    assert [row["verdict"] for row in rows] == ["fail", "pass"]
    assert rows[0]["error"]["code"] == "crashed"
    assert "Error: " in rows[0]["error"]["message"]
    assert "Traceback (most recent call last)" in (tmp_path / "crash-c.txt").read_text()
    run_batch(pairs, tmp_path, Settings(), workers=1)
    assert not (tmp_path / "crash-c.txt").exists()


def test_an_input_where_an_output_should_go_is_refused_and_kept(pairs, tmp_path):
    photo = pairs[0].photo.rename(tmp_path / "corrected-on-model-c.png")
    rows = run_batch([replace(pairs[0], photo=photo)], tmp_path, Settings(), workers=1)
    assert rows[0]["error"]["code"] == "unreadable"
    assert photo.is_file()


def test_a_killed_worker_leaves_every_pair_with_a_row_and_a_rerun_mends_it(pairs, tmp_path):
    many = [replace(pairs[0], id=str(number)) for number in range(8)]

    def kill_one(row, done, total):
        if done == 1:
            multiprocessing.active_children()[0].kill()

    rows = run_batch(many, tmp_path, Settings(), workers=2, progress=kill_one)
    assert [row["id"] for row in rows] == [pair.id for pair in many]
    assert {row["error"]["code"] for row in rows if "error" in row} <= {"worker-died"}
    assert sum("error" in row for row in rows) <= 1
    assert {row["verdict"] for row in run_batch(many, tmp_path, Settings(), workers=2)} == {"pass"}


def test_progress_hears_of_each_pair_once(pairs, tmp_path):
    heard = []
    run_batch(
        pairs, tmp_path, Settings(), workers=2, progress=lambda row, *count: heard.append((row["id"], *count))
    )
    assert sorted(name for name, _, _ in heard) == ["a", "b", "c"]
    assert [count for _, *count in heard] == [[1, 3], [2, 3], [3, 3]]


def test_there_is_at_least_one_core():
    assert cores() >= 1
