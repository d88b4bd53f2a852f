"""Writers who wait share a transaction: one that fails undoes nothing of the others, and a commit that fails all."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from bot.store.engine import THREADS, Database, make_engine


@pytest.fixture
def database(tmp_path):
    found = Database(make_engine(f"sqlite:///{tmp_path / 'shared.db'}"))
    yield found
    found.close()


@pytest.fixture
def commits(database):
    counted = []

    def note(statement):
        if statement == "COMMIT":
            counted.append(statement)

    event.listen(database.engine, "connect", lambda driver, _: driver.set_trace_callback(note))
    return counted


def add(connection, number):
    connection.execute(text("INSERT INTO numbers VALUES (:number)"), {"number": number})
    return number


def add_and_fail(connection, number):
    add(connection, number)
    raise ValueError(number)


async def held_up(database):
    """Keep the one who writes at work, so that others wait; call what is returned to let go."""
    gate, begun = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(connection):
        loop.call_soon_threadsafe(begun.set)
        gate.wait(10)

    holding = asyncio.create_task(database.write(hold))
    await begun.wait()

    async def let_go():
        gate.set()
        await holding

    return let_go


async def numbers_in(database):
    rows = await database.run(lambda connection: connection.execute(text("SELECT number FROM numbers")).fetchall())
    return sorted(row.number for row in rows)


async def test_who_waits_shares_a_transaction_in_order(database, commits):
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    let_go = await held_up(database)
    del commits[:]
    waiting = [asyncio.create_task(database.write(add, number)) for number in range(10)]
    await asyncio.sleep(0)
    await let_go()
    assert await asyncio.gather(*waiting) == list(range(10))
    assert len(commits) == 2  # of who held the others up, and of them all
    assert await numbers_in(database) == list(range(10))


async def test_one_that_fails_undoes_nothing_of_the_others(database):
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    let_go = await held_up(database)
    works = [add, add_and_fail, add]
    waiting = [asyncio.create_task(database.write(work, number)) for number, work in enumerate(works)]
    await asyncio.sleep(0)
    await let_go()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [int, ValueError, int]
    assert await numbers_in(database) == [0, 2]


async def test_a_step_that_a_work_left_open_is_undone_with_it(database):
    """Savepoints of the work's own, by SQLAlchemy, within its savepoint."""
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))

    def step_and_fail(connection, number):
        connection.begin_nested()
        add_and_fail(connection, number)

    def step_back(connection, number):
        add(connection, number)
        step = connection.begin_nested()
        add(connection, number + 100)
        step.rollback()

    let_go = await held_up(database)
    works = [add, step_and_fail, step_back, add]
    waiting = [asyncio.create_task(database.write(work, number)) for number, work in enumerate(works)]
    await asyncio.sleep(0)
    await let_go()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [int, ValueError, type(None), int]
    assert await numbers_in(database) == [0, 2, 3]


async def test_after_an_error_alone_the_next_writes_and_reads_as_before(database):
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    with pytest.raises(ValueError, match="7"):
        await database.write(add_and_fail, 7)
    assert await numbers_in(database) == []
    await database.write(add, 9)
    assert await numbers_in(database) == [9]


async def test_who_reads_cannot_write(database):
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    with pytest.raises(OperationalError, match="readonly"):
        await database.run(add, 7)
    assert await numbers_in(database) == []


async def test_reading_sees_what_was_written_before_and_no_long_read_holds_up_a_short_one(database):
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    gate = threading.Event()
    long_ones = [asyncio.create_task(database.run(lambda _: gate.wait(10))) for _ in range(THREADS - 1)]
    for number in range(20):
        await database.write(add, number)
        assert await numbers_in(database) == list(range(number + 1))
    gate.set()
    assert await asyncio.gather(*long_ones) == [True] * (THREADS - 1)


async def test_nobody_is_told_that_it_is_written_when_it_was_not(database):
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    let_go = await held_up(database)
    waiting = [asyncio.create_task(database.write(add, number)) for number in range(2)]
    waiting.append(asyncio.create_task(database.write(lambda connection: connection.exec_driver_sql("ROLLBACK"))))
    await asyncio.sleep(0)
    await let_go()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(end, Exception) for end in ends)
    assert await numbers_in(database) == []


async def test_who_was_cancelled_while_waiting_writes_nothing(database):
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
    let_go = await held_up(database)
    waiting = [asyncio.create_task(database.write(add, number)) for number in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    await let_go()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await numbers_in(database) == [0, 2]
