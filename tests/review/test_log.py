import sqlite3
import threading

import pytest

from colorfast.errors import WriteError
from colorfast.review.errors import LogAltered
from colorfast.review.log import START, FileLog


@pytest.fixture
def path(tmp_path):
    log = FileLog(tmp_path / "log.sqlite")
    for action in ("approve", "undo", "reject"):
        log.add("Rosa", "shirt", {"action": action})
    log.close()
    return log.path


def change(path, statement):
    """What somebody does who knows SQLite: drop the triggers first."""
    base = sqlite3.connect(path)
    base.executescript(f"drop trigger no_update; drop trigger no_delete; {statement}")
    base.close()


def test_entries_come_back_in_order(path):
    log = FileLog(path)
    assert [(e.seq, e.who, e.item, e.done["action"]) for e in log.entries()] == [
        (1, "Rosa", "shirt", "approve"),
        (2, "Rosa", "shirt", "undo"),
        (3, "Rosa", "shirt", "reject"),
    ]
    log.close()


def test_an_empty_log_has_a_head_of_zeros(tmp_path):
    log = FileLog(tmp_path / "log.sqlite")
    assert log.head == START
    log.close()


@pytest.mark.parametrize("statement", ["update log set who = 'Max'", "delete from log"])
def test_sql_can_neither_change_nor_remove_an_entry(path, statement):
    base = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        base.execute(statement)
    base.close()


@pytest.mark.parametrize(
    "statement",
    [
        "update log set who = 'Max' where seq = 1",
        "update log set at = '2020-01-01T00:00:00+00:00' where seq = 2",
        'update log set done = \'{"action":"approve"}\' where seq = 3',
        "update log set done = 'no json' where seq = 3",
        "update log set hash = 'f' where seq = 3",
        "delete from log where seq = 2",
        "insert into log select 4, at, who, item, done, hash from log where seq = 3",
    ],
)
def test_a_change_from_outside_is_noticed_when_the_log_is_opened(path, statement):
    change(path, statement)
    with pytest.raises(LogAltered, match="does not follow"):
        FileLog(path)


def test_a_shortened_log_has_another_head_than_an_export_of_the_whole(path):
    whole = FileLog(path)
    head = whole.head
    whole.close()
    change(path, "delete from log where seq = 3")
    shorter = FileLog(path)
    assert head not in {entry.hash for entry in shorter.entries()}
    shorter.close()


def test_an_entry_is_not_added_when_its_item_has_moved_on(path):
    log = FileLog(path)
    assert log.add("Max", "shirt", {"action": "approve"}, version=2) is None
    assert log.add("Max", "shirt", {"action": "approve"}, version=3).seq == 4
    assert log.add("Max", "coat", {"action": "approve"}, version=0).seq == 5
    log.close()


def test_two_programs_see_what_the_other_adds(path):
    one, other = FileLog(path), FileLog(path)
    one.add("Rosa", "coat", {"action": "approve"})
    assert other.entries()[-1].item == "coat"
    assert other.add("Max", "coat", {"action": "reject"}, version=0) is None
    assert one.head == other.head
    one.close(), other.close()


def test_of_many_who_decide_at_once_one_wins(path):
    logs = [FileLog(path) for _ in range(4)]
    won = []
    threads = [
        threading.Thread(
            target=lambda log=log: won.append(log.add("x", "coat", {"action": "approve"}, version=0))
        )
        for log in logs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(entry is not None for entry in won) == 1
    for log in logs:
        log.close()


def test_a_file_that_is_no_log_is_named(tmp_path):
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(WriteError, match=r"log\.sqlite"):
        FileLog(tmp_path / "log.sqlite")
