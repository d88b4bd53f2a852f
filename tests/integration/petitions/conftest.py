"""Petitions on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

import pgserver
import pytest
from sqlalchemy import create_engine, insert, select, text

from bot.hub.tables import CONVERSATION, MESSAGE
from bot.petitions.build import build_petitions
from bot.settings import Settings
from bot.store.operations import OperationsStore

NUMBERS = itertools.count(1)


class MovingClock:
    """Begins on Friday 20 November 2026, 10:00 in the city."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 3, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.moment

    def set(self, *when: int) -> None:
        self.moment = datetime(*when, tzinfo=timezone.utc)

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture(scope="session")
def petition_postgres(tmp_path_factory):
    server = pgserver.get_server(tmp_path_factory.mktemp("petition_postgres"), cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'operations.db'}"
    return fresh_database(request.getfixturevalue("petition_postgres"))


def fresh_database(server) -> str:
    name = f"petitions_{next(NUMBERS)}"
    admin = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.get_uri(database=name)


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def settings(tmp_path):
    return Settings.from_env({"MOTCUA_DATA_DIR": str(tmp_path), "MOTCUA_CATALOGUE_URL": "sqlite:////nowhere/at.all"})


@pytest.fixture
def parts(settings, operations, clock):
    return build_petitions(settings, operations, clock, b"key")


@pytest.fixture
def service(parts):
    return parts.service


@pytest.fixture
def desk(parts):
    return parts.desk


async def open_conversation(operations, clock, sender="web-1"):
    now = clock.now()
    row = {"id": f"id-{sender}", "channel": "web", "status": "assistant", "rasa_sender": sender, "token_version": 1}
    await operations().run(
        lambda connection: connection.execute(
            insert(CONVERSATION).values(**row, created_at=now, updated_at=now, last_seq=0)
        )
    )


async def messages(operations, sender="web-1"):
    query = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == f"id-{sender}").order_by(MESSAGE.c.seq)
    return await operations().run(lambda connection: [row.content for row in connection.execute(query)])


async def rows(operations, table):
    return await operations().run(lambda connection: connection.execute(select(table)).all())
