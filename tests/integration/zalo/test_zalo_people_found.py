"""Whose conversations these are, for as many as a week brings."""

from __future__ import annotations

import pytest

from bot.ops.clock import SystemClock
from bot.store.engine import Database, make_engine
from bot.zalo.people import People
from bot.zalo.statements import ADD_PERSON, GIVE_FIRST

pytestmark = pytest.mark.asyncio


async def test_more_than_a_statement_takes_are_looked_up(database_url):
    database = Database(make_engine(database_url))
    people = People(lambda: database, SystemClock())

    def add(connection, user_id, conversation_id):
        ADD_PERSON.run(connection, user_id=user_id, queued_seq=0)
        GIVE_FIRST.run(connection, the_user=user_id, the_conversation=conversation_id)

    asked = [f"c{number}" for number in range(260_000)]
    try:
        for conversation_id in (asked[0], asked[-1], "another"):
            await database.write(add, f"of-{conversation_id}", conversation_id)
        assert {one.user_id for one in await people.of_conversations(asked)} == {f"of-{asked[0]}", f"of-{asked[-1]}"}
        assert await people.of_conversations([]) == []
    finally:
        database.close()
