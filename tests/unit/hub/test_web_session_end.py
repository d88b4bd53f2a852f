"""How a session on a socket ends."""

from __future__ import annotations

import asyncio

from bot.channels.web_session import _stop


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
