"""The officers of `make load`: real forms of the console, a conversation taken over, answered and given back."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest
from sqlalchemy import select

from bot.handoff.models import Asked
from bot.hub.tables import CONVERSATION
from bot.staff.models import COMMAND, Role
from bot.staff.people import PersonDraft
from tests.integration.console.conftest import PASSWORD
from tools.load_citizens import Citizen, Tally
from tools.load_mix import Talk
from tools.load_officers import Desk, Officer

TALK = Talk(1, ("xin chào", "await:officer", "tell:dạ em thuê nhà", "await:assistant", "lệ phí bao nhiêu"))


@pytest.fixture
def desk_clock(clock):
    """In the hours of duty, whenever this runs."""
    return clock


async def test_a_conversation_is_handed_over_and_back(url, hub, services, rasa):
    await services.staff.people.add(
        PersonDraft("tai", "Cán bộ 1", frozenset({Role.OFFICER}), ("city",)), COMMAND, PASSWORD, demo=True
    )
    desk, tally, until = Desk(), Tally(), time.monotonic() + 30
    officer = asyncio.create_task(Officer(0, url, "tai", PASSWORD, 0.3, desk).serve(until))
    try:
        async with aiohttp.ClientSession() as session:
            talking = asyncio.create_task(Citizen(0, url, [TALK], 0.1, tally).talk(session, TALK, until))
            await rasa.until_asked(1)
            conversation = await hub.database.run(newest)
            while await hub.ownership.ask(conversation, Asked()) is None:  # noqa: ASYNC110  until the officer is there
                await asyncio.sleep(0.1)
            await asyncio.wait_for(talking, 20)
    finally:
        officer.cancel()
    assert (tally.errors, desk.errors, tally.in_vain, desk.handed) == ({}, {}, 0, 1)
    assert len(tally.waits) == 1
    assert len(tally.milliseconds) == 2
    assert desk.pages


def newest(connection):
    return connection.execute(select(CONVERSATION.c.id)).scalar()
