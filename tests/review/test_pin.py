"""A log is held against what an export saw of it."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from colorfast.cli import cli
from colorfast.review.errors import LogLost, NotAnExport
from colorfast.review.export import as_json
from colorfast.review.log import START, FileLog
from colorfast.review.pin import Held, check


@pytest.fixture
def out(tmp_path):
    """A folder with a log of three entries."""
    (tmp_path / "review").mkdir()
    add(tmp_path, "approve", "undo", "reject")
    return tmp_path


def add(out, *actions):
    log = FileLog(out / "review" / "log.sqlite")
    for action in actions:
        log.add("Rosa", "shirt", {"action": action})
    head = log.head
    log.close()
    return head


def export(out, entries, head):
    path = out / "decisions.json"
    path.write_text(json.dumps({"entries": entries, "head": head}))
    return path


def cut(out, after):
    """Take away the end of a log, as somebody does who knows SQLite."""
    base = sqlite3.connect(out / "review" / "log.sqlite")
    base.executescript(f"drop trigger no_delete; delete from log where seq > {after}")
    base.close()


def test_a_log_that_went_on_holds_what_the_export_saw(out):
    pinned = export(out, 3, add(out))
    add(out, "approve")
    assert check(out, pinned) == Held(entries=4, pinned=3)


def test_the_export_of_the_page_is_held_by_its_log(desk):
    desk.decide(desk.source.items[2], "approve", 0, attempt="0", reason="")
    path = desk.source.out / "decisions.json"
    path.write_text(as_json(desk), encoding="utf-8")
    assert check(desk.source.out, path) == Held(entries=1, pinned=1)


def test_an_export_of_an_empty_log_is_held_by_any(out):
    assert check(out, export(out, 0, START)).pinned == 0


def test_a_log_that_was_cut_short_is_noticed(out):
    pinned = export(out, 3, add(out))
    cut(out, 2)
    with pytest.raises(LogLost, match="saw 3 entries, and they are not the first of the 2"):
        check(out, pinned)


def test_a_log_that_was_cut_and_went_on_is_noticed(out):
    pinned = export(out, 3, add(out))
    cut(out, 2)
    add(out, "approve", "undo")
    with pytest.raises(LogLost):
        check(out, pinned)


def test_a_log_that_is_gone_is_noticed_and_none_is_begun(tmp_path):
    with pytest.raises(LogLost):
        check(tmp_path, export(tmp_path, 3, "f" * 64))
    assert not (tmp_path / "review").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"entries": "3", "head": "f"}', '{"entries": -1, "head": "f"}']
)
def test_a_file_that_is_no_export_is_named(out, text):
    (out / "decisions.json").write_text(text)
    with pytest.raises(NotAnExport, match=r"decisions\.json"):
        check(out, out / "decisions.json")


def test_the_command_says_what_is_held_and_ends_with_4_when_it_is_not(out):
    pinned = export(out, 2, add(out))
    arguments = ["review", str(out), "--against", str(pinned)]
    lost = CliRunner().invoke(cli, arguments)
    assert (lost.exit_code, "[log-lost]" in lost.stderr) == (4, True)
    export(out, 3, add(out))
    held = CliRunner().invoke(cli, arguments)
    assert (held.exit_code, held.stdout) == (0, "the log holds all 3 entries of the export, and 0 since\n")
