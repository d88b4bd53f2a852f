"""How long a citizen waits without a word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from bot.ops.logging import EventLog

log = EventLog("hub.turns")

SLOW_SECONDS = 8.0
"""Almost every answer is there within one second, a slow one-stop system's within about four. Zalo shows no typing."""
_TELLING: set[asyncio.Task[None]] = set()
"""The loop itself keeps only weak references to tasks."""


@contextmanager
def after(seconds: float, tell: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
    """Have `tell` run, once, where what is done inside takes longer; nothing waits for it, and it may fail."""
    timer = asyncio.get_running_loop().call_later(seconds, _begin, tell)
    try:
        yield
    finally:
        timer.cancel()


def _begin(tell: Callable[[], Coroutine[Any, Any, None]]) -> None:
    task = asyncio.get_running_loop().create_task(_told(tell))
    _TELLING.add(task)
    task.add_done_callback(_TELLING.discard)


async def _told(tell: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        await tell()
    except Exception as error:  # the answer is on its way, or its own fault is told where it is met
        log.fault("slow_not_said", error)
