from __future__ import annotations

import pytest

from colorfast.batch.journal import FILE, Journal
from colorfast.errors import WriteError
from colorfast.records import Pair


def pair(name: str) -> Pair:
    return Pair(id=name, photo=None, target="#abc")


def test_what_is_recorded_is_there_when_the_journal_is_opened_again(tmp_path):
    with Journal(tmp_path) as journal:
        journal.record("a", "key", {"id": "a", "reasons": ["größer"]})
    with Journal(tmp_path) as journal:
        assert journal.key("a") == "key"
        assert journal.row("a") == {"id": "a", "reasons": ["größer"]}


def test_a_pair_has_one_row_the_newest(tmp_path):
    with Journal(tmp_path) as journal:
        journal.record("a", "old", {"id": "a", "n": 1})
        journal.record("a", None, {"id": "a", "n": 2})
        assert journal.key("a") is None
        assert journal.rows([pair("a")]) == ({"id": "a", "n": 2},)


def test_rows_come_in_the_order_of_the_pairs_and_only_those_recorded(tmp_path):
    with Journal(tmp_path) as journal:
        for name in "abc":
            journal.record(name, "key", {"id": name})
        assert [row["id"] for row in journal.rows([pair("c"), pair("x"), pair("a")])] == ["c", "a"]


def test_an_empty_journal_has_neither_key_nor_day(tmp_path):
    with Journal(tmp_path) as journal:
        assert journal.key("a") is None
        assert journal.last_day() == ""


def test_two_batches_cannot_hold_one_journal(tmp_path):
    with Journal(tmp_path), pytest.raises(WriteError, match="another batch"):
        Journal(tmp_path)


def test_a_file_that_is_no_journal_is_named(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is not a database, and it is long enough to tell" * 20)
    with pytest.raises(WriteError, match=FILE):
        Journal(tmp_path)
