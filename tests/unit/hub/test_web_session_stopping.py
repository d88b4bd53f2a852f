"""The loops of a session end when the session does, also where a cancellation is swallowed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.channels.web_session import _stop

pytestmark = pytest.mark.asyncio


async def deaf_once():
    """As `asyncio.wait_for` of Python 3.10 when what it waits for ends at the moment of the cancellation."""
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(60)
    await asyncio.sleep(60)


async def test_a_swallowed_cancellation_is_repeated():
    loop = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    await asyncio.wait_for(_stop([loop]), 5)
    assert loop.cancelled()
