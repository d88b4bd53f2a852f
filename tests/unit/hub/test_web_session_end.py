"""How a session on a socket ends, and when it looks into the store."""

from __future__ import annotations

import asyncio

from bot.channels.web_session import WebSession, _stop
from bot.hub.delivery import CatchUp
from bot.hub.limits import Rate


async def test_a_loop_that_loses_its_cancellation_is_ended_all_the_same():
    async def deaf_once():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    async def done():
        return None

    loops = [asyncio.create_task(deaf_once()), asyncio.create_task(done())]
    await asyncio.sleep(0)
    await asyncio.wait_for(_stop(loops), 2)
    assert [loop.done() for loop in loops] == [True, True]


async def test_the_store_is_read_only_for_what_was_not_sent():
    looks = []

    class Hub:
        async def read_on(self, conversation_id, after):
            looks.append(after)
            return []

    session = WebSession(Hub(), None, None, None, None, lambda: True, Rate(burst=1, per_second=1))
    session._sent = 4
    for up_to in (3, 4, 5, None):
        await session._pass_on(CatchUp(up_to))
    assert looks == [4, 4]
