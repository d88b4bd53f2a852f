"""Petitions on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from bot.hub.tables import CONVERSATION, MESSAGE
from bot.petitions.build import build_petitions
from bot.settings import Settings
from bot.store.operations import OperationsStore
from tests.fixtures.moving_clock import MovingClock


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


@pytest.fixture
def clock():
    return MovingClock(2026, 11, 20, 3)  # Friday 20 November, 10:00 in the city


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
    await operations().write(
        lambda connection: connection.execute(
            insert(CONVERSATION).values(**row, created_at=now, updated_at=now, last_seq=0)
        )
    )


async def messages(operations, sender="web-1"):
    query = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == f"id-{sender}").order_by(MESSAGE.c.seq)
    return await operations().run(lambda connection: [row.content for row in connection.execute(query)])


async def rows(operations, table):
    return await operations().run(lambda connection: connection.execute(select(table)).all())
