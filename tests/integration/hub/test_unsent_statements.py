"""Statements on PostgreSQL that wait for the next one: in order, undone together, never done twice or half."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.store.kept_on_server import KeptOnServer
from bot.store.prepared import Prepared
from bot.store.unsent import MOST, Unsent

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

NUMBER = Table("number", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
ADD = Prepared(insert(NUMBER), "id", "name")
RENAME = Prepared(update(NUMBER).where(NUMBER.c.id == bindparam("the_id")).values(name=bindparam("the_name")))
ALL = Prepared(select(NUMBER).order_by(NUMBER.c.id))
WORDS = "100% %(id)s; COMMIT; 'đúng' \\"


@pytest.fixture
def engine(database):
    NUMBER.create(database.engine)
    yield database.engine
    NUMBER.drop(database.engine)


@pytest.fixture
def kept(engine):
    kept = KeptOnServer(engine)
    yield kept
    kept.close()


@pytest.fixture
def messages(monkeypatch):
    """What went to the server behind something that had waited."""
    sent = []
    send = Unsent.send

    def listening(self, cursor, sql=b""):
        sent.append([*(one.split()[0].decode() for one in self.waiting), *sql.split()[:1]])
        send(self, cursor, sql)

    monkeypatch.setattr(Unsent, "send", listening)
    return sent


def add(connection, *numbers, name="x"):
    for number in numbers:
        ADD.later(connection, id=number, name=name)


def in_a_step(connection, *numbers):
    with connection.begin_nested():
        add(connection, *numbers)


def found(kept):
    return [tuple(row) for row in kept.read(ALL.all)]


def end_connection_of(engine, pid):
    with engine.begin() as another:
        another.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def pid_of(connection):
    return connection.execute(text("SELECT pg_backend_pid()")).scalar()


def test_what_waits_is_done_before_what_is_looked_at(kept):
    def look(connection):
        add(connection, 1, name=WORDS)
        first = [tuple(row) for row in ALL.all(connection)]
        RENAME.later(connection, the_id=1, the_name="b")
        return first, connection.execute(select(NUMBER.c.name)).scalar()

    assert kept.transaction(look) == ([(1, WORDS)], "b")
    assert found(kept) == [(1, "b")]


def test_a_transaction_takes_few_ways(kept, messages):
    def look_and_write(connection):
        ALL.all(connection)
        add(connection, 1, 2)

    for _ in range(2):
        messages.clear()
        kept.transaction(look_and_write)
        assert [len(one) for one in messages] == [2, 3]
        assert messages[-1][-1] == b"COMMIT"
        kept.transaction(lambda connection: connection.execute(NUMBER.delete()))


def test_who_only_writes_ends_apart_from_it(kept, messages):
    kept.transaction(add, (1,))
    assert messages == [["BEGIN", "EXECUTE"], [b"COMMIT"]]


def test_who_says_nothing_to_the_server_sends_nothing(kept, messages):
    def fail(connection):
        add(connection, 1)
        raise ValueError

    assert kept.transaction(lambda connection: 7) == 7
    with pytest.raises(ValueError):
        kept.transaction(fail)
    assert messages == []
    assert found(kept) == []


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_fails_undoes_all_and_is_told(kept, looks, place):
    kept.transaction(add, (9,))

    def write(connection):
        if looks:
            ALL.all(connection)
        numbers = [1, 2]
        numbers.insert(place, 9)
        add(connection, *numbers, name="nine")

    with pytest.raises(IntegrityError) as raised:
        kept.transaction(write)
    assert raised.value.params is None
    assert found(kept) == [(9, "x")]
    kept.transaction(add, (1,))
    assert found(kept) == [(1, "x"), (9, "x")]


def test_a_step_undoes_what_waited_in_it_only(kept):
    def write(connection):
        add(connection, 1)
        with pytest.raises(IntegrityError):
            in_a_step(connection, 2, 1)
        in_a_step(connection, 3)
        add(connection, 4)

    kept.transaction(write)
    assert [number for number, _ in found(kept)] == [1, 3, 4]


def test_many_are_sent_in_parts(kept, messages):
    rows = [{"id": number, "name": str(number)} for number in range(2 * MOST + 5)]
    kept.transaction(lambda connection: ADD.run_each(connection, rows))
    assert max(map(len, messages)) <= MOST + 1
    assert len(found(kept)) == len(rows)


def test_outside_of_a_transaction_it_is_done_at_once(engine, kept):
    with engine.begin() as connection:
        add(connection, 1)
        ADD.run_each(connection, [{"id": number, "name": "y"} for number in range(2, MOST + 9)])
        assert connection.exec_driver_sql("SELECT count(*) FROM number").scalar() == MOST + 8
    assert len(found(kept)) == MOST + 8


def test_a_dead_connection_is_replaced_and_all_is_written_once(engine, kept):
    calls = []

    def write(connection):
        calls.append(connection)
        add(connection, 1)

    for number in (1, 2):
        end_connection_of(engine, kept.read(pid_of))
        kept.transaction(write)
        assert len(calls) == 2 * number
        assert found(kept) == [(1, "x")]
        kept.transaction(lambda connection: connection.execute(NUMBER.delete()))


@pytest.mark.parametrize("before", [["COMMIT"], ["EXECUTE", "COMMIT"]])
def test_one_that_dies_when_something_was_confirmed_is_told_and_not_repeated(engine, kept, monkeypatch, before):
    """Whether the server did the last it was sent is not known: who waits has to look."""
    calls, send = [], Unsent.send

    def dying(self, cursor, sql=b""):
        if sql == b"COMMIT" and len(before) == len(self.waiting) + 1:
            end_connection_of(engine, cursor.connection.get_backend_pid())
        send(self, cursor, sql)

    def write(connection):
        calls.append(connection)
        if len(before) > 1:
            ALL.all(connection)
        add(connection, 1)

    monkeypatch.setattr(Unsent, "send", dying)
    with pytest.raises(OperationalError):
        kept.transaction(write)
    monkeypatch.undo()
    assert len(calls) == 1
    assert found(kept) == []
    kept.transaction(add, (2,))
    assert found(kept) == [(2, "x")]
