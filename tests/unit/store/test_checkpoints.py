"""SQLite's log is moved into the file beside those who write, and nobody waits for it."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from sqlalchemy import text

from bot.store import checkpoints, engine
from bot.store.checkpoints import Checkpoints
from bot.store.engine import Database, make_engine

SAID = "một câu rất riêng"


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "operations.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE said (words TEXT)")
    connection.close()
    return path


@pytest.fixture
def writer(place):
    """Whose own moving is switched off."""
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA secure_delete = ON")
    yield connection
    connection.close()


@pytest.fixture
def beside(place):
    connection = sqlite3.connect(place, isolation_level=None, timeout=15)
    yield connection
    connection.close()


def log_of(place):
    return place.with_name(place.name + "-wal")


def has(path, words=SAID):
    return words.encode() in path.read_bytes()


def test_what_was_written_is_in_the_file(place, writer, beside):
    writer.execute("INSERT INTO said VALUES (?)", (SAID,))
    assert not has(place)
    Checkpoints().move(beside)
    assert has(place)


def test_what_was_erased_leaves_the_log_in_time(place, writer, beside, monkeypatch):
    writer.execute("INSERT INTO said VALUES (?)", (SAID,))
    writer.execute("DELETE FROM said")
    Checkpoints().move(beside)
    assert has(log_of(place))
    monkeypatch.setattr(checkpoints, "EMPTY_SECONDS", 0.0)
    Checkpoints().move(beside)
    assert log_of(place).stat().st_size == 0
    assert not has(place)
    assert beside.execute("PRAGMA busy_timeout").fetchone() == (15_000,)


def test_a_writer_in_the_midst_is_not_waited_for(place, writer, beside, monkeypatch):
    monkeypatch.setattr(checkpoints, "EMPTY_SECONDS", 0.0)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO said VALUES (?)", (SAID,))
    Checkpoints().move(beside)
    writer.execute("COMMIT")
    assert beside.execute("SELECT words FROM said").fetchall() == [(SAID,)]


def test_a_log_that_is_read_when_it_is_to_be_emptied_is_emptied_as_soon_as_nobody_reads(
    place, writer, beside, monkeypatch
):
    """Under a crowd somebody always reads; half an hour more each time would never empty it."""
    now = [100.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    ours = Checkpoints()
    now[0] += checkpoints.EMPTY_SECONDS
    writer.execute("INSERT INTO said VALUES (?)", (SAID,))
    reader = sqlite3.connect(place, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM said").fetchall()
    ours.move(beside)
    assert log_of(place).stat().st_size > 0
    reader.execute("COMMIT")
    ours.move(beside)
    assert log_of(place).stat().st_size == 0
    writer.execute("INSERT INTO said VALUES (?)", (SAID,))
    ours.move(beside)  # not again before half an hour is over
    assert log_of(place).stat().st_size > 0
    reader.close()


async def test_a_connection_that_fails_is_not_kept_and_it_is_said(place, monkeypatch, caplog):
    """Else its thread might never move the log again, and nobody would hear of it."""
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.0)
    used = []

    def fails(self, connection):
        used.append(connection)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Checkpoints, "move", fails)
    database = Database(make_engine(f"sqlite:///{place}"))
    await database.write(lambda connection: connection.execute(text("INSERT INTO said VALUES ('một')")))
    await asyncio.wait_for(database.run(lambda connection: None), 5)
    database.close()  # waits for who moves it
    assert [record.getMessage() for record in caplog.records] == ["log_not_moved"]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        used[0].execute("SELECT 1")


async def test_a_log_that_nobody_moves_does_not_grow_for_ever(place, monkeypatch):
    """Whatever becomes of the thread that does it: writers do it at so many pages."""
    monkeypatch.setattr(engine, "MOST_PAGES", 50)
    monkeypatch.setattr(Checkpoints, "due", lambda self: False)
    database = Database(make_engine(f"sqlite:///{place}"))
    largest = 0
    for number in range(200):  # two pages each and more
        await database.write(_say, f"{number}" * 2000)
        largest = max(largest, log_of(place).stat().st_size)
    database.close()
    assert 40 * 4096 < largest < 80 * 4096


def _say(connection, words):
    connection.execute(text("INSERT INTO said VALUES (:it)"), {"it": words})


def test_it_is_due_once_in_a_while(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    ours = Checkpoints()
    found = []
    for now[0] in (101.0, 104.0, 105.0, 108.0):
        found.append(ours.due())
    assert found == [False, True, False, True]


async def test_whoever_writes_sees_to_it(place, monkeypatch):
    """The next write after a while; the log's pages are then in the file, though no writer has moved them."""
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.0)
    database = Database(make_engine(f"sqlite:///{place}"))
    await database.write(lambda connection: connection.execute(text("INSERT INTO said VALUES (:it)"), {"it": SAID}))
    await database.run(lambda connection: None)
    with sqlite3.connect(place) as connection:  # keeps the log after `close`
        connection.execute("SELECT * FROM said").fetchall()
        database.close()
        assert has(place)
    connection.close()
