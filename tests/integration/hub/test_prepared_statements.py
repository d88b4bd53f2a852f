"""Statements on the driver's cursor bring what SQLAlchemy's own execution brings: values, rows, errors, undoing."""

from __future__ import annotations

import importlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import DateTime, bindparam, insert, select, text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.hub import statements
from bot.hub.conversations import ConversationStore, add_messages
from bot.hub.models import Draft, Role
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.clock import SystemClock
from bot.ops.metrics import DATABASE_ERRORS
from bot.store.kept_on_server import KeptOnServer
from bot.store.prepared import Prepared, kept_on
from bot.store.types import CompactJson, UtcDateTime
from bot.zalo import statements as zalo

ROOT = Path(__file__).resolve().parents[3]
OF_OPERATIONS = {"approval", "desk", "feedback", "handoff", "hub", "reports", "staff", "tuning", "zalo"}
"""Packages of the operations database that prepare statements."""
ELSEWHERE = timezone(timedelta(hours=7))
ALL = Prepared(select(MESSAGE).order_by(MESSAGE.c.seq))
BY_ROLE = Prepared(
    select(MESSAGE.c.content, MESSAGE.c.created_at).where(
        MESSAGE.c.conversation_id == bindparam("the_id"), MESSAGE.c.role == Role.OFFICER.value
    )
)
MOVE = Prepared(
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("the_id"))
    .values(updated_at=bindparam("the_moment"), away_since=None, last_seq=CONVERSATION.c.last_seq + 1)
)
ADD = Prepared(insert(MESSAGE), "conversation_id", "seq", "role", "created_at", "content")


@pytest.fixture
async def talk(database):
    """A conversation's id; with one message of each kind of content."""
    talk = await ConversationStore(database, SystemClock()).open("web")
    drafts = (Draft({"text": "100% đúng?\n'“ok”"}, ("/một", "/hai")), Draft({"text": "x", "buttons": []}))
    at = datetime(2026, 3, 1, 6, 30, 5, 123456, tzinfo=ELSEWHERE)
    await database.write(add_messages, talk.id, Role.OFFICER, drafts, at)
    return talk.id


async def test_rows_are_those_of_sqlalchemy(database, talk):
    def look(connection):
        mine = connection.execute(select(MESSAGE).order_by(MESSAGE.c.seq)).all()
        return [row._asdict() for row in ALL.all(connection)], [dict(row._mapping) for row in mine]

    found, expected = await database.run(look)
    assert found == expected
    assert len(found) == 2
    assert found[0]["created_at"] == datetime(2026, 2, 28, 23, 30, 5, 123456, tzinfo=timezone.utc)
    assert (found[0]["payload"], found[1]["payload"]) == (["/một", "/hai"], None)


async def test_first_scalar_and_what_is_not_there(database, talk):
    def look(connection):
        return (
            BY_ROLE.first(connection, the_id=talk).content["text"],
            BY_ROLE.scalar(connection, the_id=talk)["text"],
            BY_ROLE.first(connection, the_id="nobody"),
            BY_ROLE.scalar(connection, the_id="nobody"),
        )

    said = "100% đúng?\n'“ok”"
    assert await database.run(look) == (said, said, None, None)


async def test_an_update_tells_how_many_rows_it_touched(database, talk):
    at = datetime(2026, 3, 1, 12, tzinfo=ELSEWHERE)
    assert await database.write(lambda connection: MOVE.run(connection, the_id=talk, the_moment=at)) == 1
    assert await database.write(lambda connection: MOVE.run(connection, the_id="nobody", the_moment=at)) == 0
    row = await database.run(lambda connection: connection.execute(select(CONVERSATION)).one())
    assert (row.updated_at, row.away_since, row.last_seq) == (at, None, 3)


async def test_a_row_that_is_there_is_sqlalchemys_error_and_undoes_all(database, talk):
    row = {
        "conversation_id": talk,
        "role": "system",
        "created_at": datetime.now(timezone.utc),
        "content": {"text": "?"},
    }

    def add_and_fail(connection):
        ADD.run(connection, seq=8, **row)
        ADD.run(connection, seq=1, **row)

    with pytest.raises(IntegrityError) as raised:
        await database.write(add_and_fail)
    assert "?" not in str(raised.value.params)
    assert [found.seq for found in await database.run(ALL.all)] == [1, 2]
    await database.write(lambda connection: ADD.run(connection, seq=3, **row))
    assert [found.seq for found in await database.run(ALL.all)] == [1, 2, 3]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_server_keeps_a_statement_for_each_connection_also_when_it_was_undone(database, talk):
    row = {"conversation_id": talk, "role": "officer", "created_at": datetime(2026, 3, 1, tzinfo=ELSEWHERE)}
    kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%INSERT INTO message%'")

    def add_twice(connection, seq):
        for _ in range(2):
            ADD.run(connection, seq=seq, content={"text": "100% %(seq)s"}, **row)

    def look(connection):
        return connection.execute(kept).scalar()

    database = KeptOnServer(database.engine)
    try:
        for seq in (3, 4):
            with pytest.raises(IntegrityError):
                database.transaction(add_twice, (seq,))
            assert database.read(look) == 1
        database.transaction(lambda connection: ADD.run(connection, seq=3, content={"text": "100% %(seq)s"}, **row))
        assert [found.content["text"] for found in database.read(ALL.all)][-1] == "100% %(seq)s"
    finally:
        database.close()


async def test_an_error_of_the_driver_is_counted(database):
    counted = {kind: DATABASE_ERRORS.labels(kind)._value.get() for kind in ("OperationalError", "ProgrammingError")}
    with pytest.raises((OperationalError, ProgrammingError)) as raised:
        await database.run(Prepared(text("SELECT nothing FROM nowhere").columns()).first)
    kind = type(raised.value).__name__
    assert DATABASE_ERRORS.labels(kind)._value.get() == counted[kind] + 1


async def test_a_moment_without_zone_is_refused(database, talk):
    with pytest.raises(ValueError, match="time zone"):
        await database.write(lambda connection: MOVE.run(connection, the_id=talk, the_moment=datetime(2026, 3, 1)))  # noqa: DTZ001


def test_lists_cannot_be_prepared(database):
    with pytest.raises(ValueError, match="list"), database.engine.begin() as connection:
        Prepared(select(MESSAGE).where(MESSAGE.c.seq.in_([1, 2]))).all(connection)


async def test_every_prepared_statement_is_one_that_the_database_understands(database, talk):
    """Also those that no other test may come by: each is planned, with nothing for its parameters."""
    names = [path.relative_to(ROOT).with_suffix("").parts for path in (ROOT / "bot").rglob("*.py")]
    modules = [importlib.import_module(".".join(parts)) for parts in names if parts[1] in OF_OPERATIONS]
    known = {one for module in modules for one in vars(module).values() if isinstance(one, Prepared)}

    def plan(connection):
        for one in known:
            ready = one._for(connection.dialect)
            names = [name for name, _ in ready.given]
            values = {**dict.fromkeys(names), **ready.constants}
            given = tuple(values[name] for name in names) if ready.positional else values
            cursor = connection.connection.cursor()
            sql = ready.sql if ready.on_server is None else kept_on(connection.connection, cursor, ready.on_server)
            cursor.execute(f"EXPLAIN {sql}", given)
            assert cursor.fetchall(), ready.sql
            cursor.close()
        return len(known)

    assert await database.run(plan) > 60


async def test_a_moment_is_written_as_sqlalchemy_writes_it():
    """So that what another version of this program has stored is found by comparing."""
    dialect = sqlite.dialect()
    mine = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    theirs = DateTime(timezone=True).dialect_impl(dialect).bind_processor(dialect)
    for moment in (
        datetime(2026, 3, 1, 6, 30, 5, 123456, tzinfo=ELSEWHERE),
        datetime(2026, 3, 1, tzinfo=timezone.utc),
        datetime(26, 12, 31, 23, 59, 59, 9, tzinfo=timezone.utc),
    ):
        assert mine(moment) == theirs(moment.astimezone(timezone.utc))
    assert mine(None) is None


@pytest.mark.parametrize(
    "value", [{"text": "hồ sơ", "n": [1, 2.5, None, True]}, [], "", {"half": "\ud800"}, {"a": {"b": [{"c": "\x00"}]}}]
)
def test_json_comes_back_as_it_went_in(value):
    kind, dialect = CompactJson().dialect_impl(sqlite.dialect()), sqlite.dialect()
    back = kind.result_processor(dialect, None)
    assert back(kind.bind_processor(dialect)(value)) == value
    assert back(json.dumps(value)) == value  # as it was written before
    assert back(None) is None


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (statements.FIRST_PENDING, "message_next"),
        (statements.LAST_AND_NEXT, "message_next"),
        (zalo.FREE_HELD, "zalo_outbox_open"),
        (zalo.LONGEST_WAITING, "zalo_inbox_open"),
        (zalo.NEXT_EVENT, "zalo_inbox_open"),
        (zalo.DUE, "zalo_outbox_open"),
        (zalo.OLDEST_OPEN, "zalo_outbox_open"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_next_is_found_without_reading_what_is_over(database, statement, index):
    """PostgreSQL reads small tables whole."""
    with database.engine.begin() as connection:
        ready = statement._for(connection.dialect)
        given = tuple(ready.constants.get(name) for name, _ in ready.given)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {ready.sql}", given).all()
    table = index.rpartition("_")[0]
    steps = [row.detail for row in plan if f" {table} " in f"{row.detail} " and "PRIMARY KEY" not in row.detail]
    assert len(steps) == 1
    assert f" {table} USING INDEX {index}" in steps[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_asked_before_a_message_is_stored_is_found_by_indexes(database):
    with database.engine.begin() as connection:
        ready = statements.BEFORE_HEARING._for(connection.dialect)
        given = tuple(ready.constants.get(name) for name, _ in ready.given)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {ready.sql}", given).all()
    steps = [row.detail for row in plan if "message" in row.detail]
    assert len(steps) == 3
    assert all("SEARCH" in step for step in steps), steps
    assert "message_next" in steps[-1]
