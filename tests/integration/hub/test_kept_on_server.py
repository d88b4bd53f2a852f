"""Connections to PostgreSQL that threads keep: undone as ever, and replaced when the server has closed them."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.store.engine import Database, make_engine
from bot.store.kept_on_server import KeptOnServer

pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]


@pytest.fixture
def kept(database):
    kept = KeptOnServer(database.engine)
    yield kept
    kept.close()


@pytest.fixture
async def numbers(database):
    await database.write(execute, "CREATE TABLE number (id INTEGER PRIMARY KEY)")
    yield lambda: database.run(lambda connection: connection.execute(text("SELECT id FROM number")).scalars().all())
    await database.write(execute, "DROP TABLE number")


def execute(connection, sql):
    return connection.execute(text(sql))


def add(connection, number):
    execute(connection, f"INSERT INTO number VALUES ({number})")


def add_and_fail(connection, number):
    add(connection, number)
    raise ValueError(number)


def add_in_a_step_left_open(connection, number):
    connection.begin_nested()
    add_and_fail(connection, number)


def add_each_in_a_step(connection, numbers):
    for number in numbers:
        try:
            with connection.begin_nested():
                add(connection, number)
        except IntegrityError:
            continue


def number_of(connection):
    return connection.execute(text("SELECT pg_backend_pid()")).scalar()


def end_the_others(connection):
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> {}"
    execute(connection, sql.format(number_of(connection))).all()


async def test_what_raises_is_undone_and_the_next_one_goes_on(kept, numbers):
    before = kept.read(number_of)
    for work, same in ((add_and_fail, True), (add_in_a_step_left_open, False)):
        with pytest.raises(ValueError, match="7"):
            kept.transaction(work, (7,))
        assert await numbers() == []
        assert (kept.read(number_of) == before) is same
    kept.transaction(add, (8,))
    with pytest.raises(IntegrityError):
        kept.transaction(add, (8,))
    assert await numbers() == [8]


async def test_a_step_that_fails_undoes_only_itself(database, numbers):
    await database.write(add_each_in_a_step, [1, 2, 2, 3])
    assert await numbers() == [1, 2, 3]


async def test_nothing_stays_open_after_reading_and_writing(database, numbers):
    await database.write(add, 1)
    await numbers()
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    assert await database.run(lambda connection: execute(connection, open_ones).scalar()) == 0


async def test_connections_that_the_server_closed_are_replaced_unseen(database, database_url, numbers):
    other = Database(make_engine(database_url))
    try:
        for call in (lambda: database.write(add, 1), numbers):
            before = await database.run(number_of)
            await other.write(end_the_others)
            await call()
            assert await database.run(number_of) != before
        assert await numbers() == [1]
    finally:
        other.close()


async def test_who_ends_the_connection_is_called_twice_and_no_more(kept):
    calls = []

    def end_it(connection):
        calls.append(number_of(connection))
        execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())")

    kept.read(number_of)
    with pytest.raises(OperationalError):
        kept.read(end_it)
    assert len(set(calls)) == len(calls) == 2
    assert kept.read(number_of) not in calls


async def test_one_that_was_closed_meanwhile_is_replaced(kept):
    kept.read(number_of)
    kept._connection.close()
    assert kept.transaction(number_of) == kept.read(number_of)


async def test_a_connection_that_breaks_during_the_work_undoes_it_and_is_told(database, database_url, numbers):
    other = Database(make_engine(database_url))

    def add_and_break(connection):
        add(connection, 1)
        with other.engine.begin() as another:
            end_the_others(another)
        add(connection, 2)

    try:
        with pytest.raises(OperationalError):
            await database.write(add_and_break)
        await database.write(add, 3)
        assert await numbers() == [3]
    finally:
        other.close()


async def test_many_at_a_time_have_connections_of_their_own(database, numbers):
    def slowly(connection, number):
        add(connection, number)
        execute(connection, "SELECT pg_sleep(0.05)")
        return number_of(connection)

    assert 1 < len(set(await asyncio.gather(*(database.write(slowly, number) for number in range(24))))) <= 8
    assert sorted(await numbers()) == list(range(24))
