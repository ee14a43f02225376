"""The log of decisions in the service's database, and the cookie of those who decide."""

from __future__ import annotations

from contextlib import closing

import pytest
import sqlalchemy as sa
from starlette.datastructures import Headers

from colorfast.review.errors import LogAltered
from colorfast.service.errors import KeyRefused
from colorfast.service.jobs import Queue
from colorfast.service.keys import ApiKey
from colorfast.service.review.log import TableLog
from colorfast.service.review.session import COOKIE, SECONDS, Session, made_cookie, session_of
from colorfast.service.server import Access, Place, house_of
from colorfast.service.tables import DECISIONS, Tables, engine_of
from colorfast.settings import Settings

STUDIO = ApiKey(name="studio", sha256="a" * 64)


@pytest.fixture
def engine(database):
    engine = engine_of(database)
    yield engine
    engine.dispose()


@pytest.fixture
def tables(engine):
    return Tables(engine)


def add(log, *actions):
    return [log.add("Rosa", "job", {"action": action}) for action in actions]


def test_owners_have_chains_of_their_own_that_are_read_again(tables):
    added = add(TableLog(tables, "studio"), "approve", "undo")
    assert TableLog(tables, "studio").entries() == tuple(added)
    assert TableLog(tables, "shop").entries() == ()


def test_two_servers_see_what_the_other_adds_and_one_of_them_wins(tables):
    one, other = TableLog(tables, "studio"), TableLog(tables, "studio")
    assert one.add("Rosa", "job", {"action": "approve"}, version=0).seq == 1
    assert other.add("Max", "job", {"action": "reject"}, version=0) is None
    assert other.add("Max", "coat", {"action": "reject"}, version=0).seq == 2
    assert one.entries() == other.entries()


def test_a_number_that_is_taken_meanwhile_is_not_taken_twice(tables):
    one, other = TableLog(tables, "studio"), TableLog(tables, "studio")
    add(one, "approve")
    seen, other._take_in = other._take_in, lambda: setattr(other, "_take_in", seen)  # it looks too early
    assert [entry.seq for entry in add(other, "undo")] == [2]


@pytest.mark.parametrize("change", [sa.update(DECISIONS).values(who="Max"), sa.delete(DECISIONS)])
def test_sql_can_neither_change_nor_remove_a_decision(engine, tables, change):
    add(TableLog(tables, "studio"), "approve")
    with pytest.raises(sa.exc.DBAPIError, match="only added to"), engine.begin() as base:
        base.execute(change)


def test_a_decision_that_was_put_in_from_outside_is_noticed(engine, tables):
    [entry] = add(TableLog(tables, "studio"), "approve")
    with engine.begin() as base:
        base.execute(
            sa.insert(DECISIONS).values(owner="studio", **{**entry._asdict(), "seq": 2, "done": "{}"})
        )
    with pytest.raises(LogAltered, match="the decisions of studio"):
        TableLog(tables, "studio")


@pytest.fixture
def house(database, tmp_path):
    with closing(Queue(database)) as queue:
        yield house_of(queue, Place(data=tmp_path, database=database), Access(keys=(STUDIO,)), Settings())


def carried(cookie):
    return Headers({"Cookie": f"{COOKIE}={cookie}"})


def test_a_cookie_holds_for_its_time_and_any_name(house):
    mine = Session(STUDIO, "Zoë; x=1")
    cookie = made_cookie(house, mine, now=0)
    assert session_of(house, carried(cookie), now=SECONDS) == mine
    with pytest.raises(KeyRefused, match="not any longer"):
        session_of(house, carried(cookie), now=SECONDS + 1)


def test_a_cookie_ends_with_its_key(house):
    cookie = made_cookie(house, Session(ApiKey(name="studio", sha256="b" * 64), "Rosa"), now=0)
    with pytest.raises(KeyRefused):
        session_of(house, carried(cookie), now=1)
