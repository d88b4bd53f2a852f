"""Connections to SQLite that are kept: what they hold in memory."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.store.engine import Database, make_engine

pytestmark = pytest.mark.asyncio


def cache_of(connection):
    return connection.execute(text("PRAGMA cache_size")).scalar()


def fail(connection):
    connection.execute(text("SELECT * FROM absent"))


async def test_who_reads_keeps_few_pages_also_with_a_fresh_connection(tmp_path):
    database = Database(make_engine(f"sqlite:///{tmp_path / 'operations.db'}"))
    try:
        assert set(await asyncio.gather(*(database.run(cache_of) for _ in range(16)))) == {-500}
        assert await database.write(cache_of) == -2000
        for call, kept in ((database.run, -500), (database.write, -2000)):
            with pytest.raises(Exception, match="no such table"):
                await call(fail)
            assert await call(cache_of) == kept
    finally:
        database.close()
